package io.jangada.kv.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;

/// What is true of all pages of an [OrderedIndex] at any time.
final class PageRules {
  private final OrderedIndex index;
  private long memoryBytes;
  private int nodes;
  private int depth = -1;

  private PageRules(OrderedIndex index) {
    this.index = index;
  }

  static void check(OrderedIndex index) {
    PageRules rules = new PageRules(index);
    rules.check(index.root, 0, Bytes.EMPTY, null);
    assertThat(rules.nodes).isEqualTo(index.size());
    assertThat(rules.memoryBytes).isEqualTo(index.memoryBytes());
    if (index.root instanceof Inner inner) assertThat(inner.count).isPositive();
  }

  /// @param from no key of the page is before it
  /// @param to all are before it, unless it is null
  private void check(Page page, int level, Bytes from, Bytes to) {
    memoryBytes += page.fixedBytes() + IndexPages.arrayBytes(page.prefix.length);
    Bytes prefix = Bytes.copyOf(page.prefix, 0, page.prefix.length);
    for (int i = 0; i < page.count; i++) {
      Bytes key = page.key(i);
      assertThat(key.commonPrefix(prefix)).isEqualTo(prefix.length());
      assertThat(page.heads[i]).isEqualTo(key.wordAt(prefix.length()));
      assertThat(key).isGreaterThanOrEqualTo(i == 0 ? from : page.key(i - 1));
      if (i > 0) assertThat(key).isNotEqualTo(page.key(i - 1));
      if (to != null) assertThat(key).isLessThan(to);
    }
    switch (page) {
      case Leaf leaf -> checkLeaf(leaf, level);
      case Inner inner -> checkInner(inner, level, from, to);
    }
  }

  private void checkLeaf(Leaf leaf, int level) {
    nodes += leaf.count;
    if (depth < 0) depth = level;
    assertThat(level).as("depth").isEqualTo(depth);
    assertThat(leaf.count > 0 || leaf == index.root).isTrue();
    assertThat(leaf.live()).isEqualTo(leaf.liveBefore(leaf.count));
    for (int i = 0; i < leaf.count && leaf.keyLength != Leaf.MIXED; i++)
      assertThat(leaf.key(i).length()).isEqualTo(leaf.keyLength);
  }

  private void checkInner(Inner inner, int level, Bytes from, Bytes to) {
    assertThat(inner.count).isNotNegative();
    for (int i = 0; i <= inner.count; i++) {
      Page child = inner.children[i];
      assertThat(inner.live[i]).isEqualTo(child.live());
      Bytes childFrom = i == 0 ? from : inner.separators[i - 1];
      Bytes childTo = i == inner.count ? to : inner.separators[i];
      check(child, level + 1, childFrom, childTo);
    }
    for (int i = 0; i < inner.separators.length; i++) {
      if (i < inner.count) memoryBytes += Inner.bytesOf(inner.separators[i]);
      else assertThat(inner.separators[i]).isNull();
    }
    for (int i = inner.count + 1; i < inner.children.length; i++)
      assertThat(inner.children[i]).isNull();
  }
}
