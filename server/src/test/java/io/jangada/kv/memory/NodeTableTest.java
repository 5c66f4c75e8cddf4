package io.jangada.kv.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NodeTableTest {
  private static final long PAGE_BYTES = 4096L * NodeTable.NODE_BYTES;

  private final NodeTable nodes = new NodeTable();

  /// Gives every field a number of its own.
  private void fill(int node, int with) {
    nodes.revision(node, with);
    nodes.created(node, with + 1L);
    nodes.changes(node, with + 2L);
    nodes.keyHash(node, with + 3);
    nodes.nextInBucket(node, with + 4);
    nodes.cell(node, with + 5);
    nodes.older(node, with + 6);
    nodes.previous(node, with + 7);
    nodes.next(node, with + 8);
    nodes.place(node, with + 9);
    nodes.state(node, with + 10);
    nodes.terms(node, with + 11);
    nodes.flags(node, with + 12);
  }

  private void check(int node, int with) {
    assertThat(nodes.revision(node)).isEqualTo(with);
    assertThat(nodes.created(node)).isEqualTo(with + 1L);
    assertThat(nodes.changes(node)).isEqualTo(with + 2L);
    assertThat(nodes.keyHash(node)).isEqualTo(with + 3);
    assertThat(nodes.nextInBucket(node)).isEqualTo(with + 4);
    assertThat(nodes.cell(node)).isEqualTo(with + 5);
    assertThat(nodes.older(node)).isEqualTo(with + 6);
    assertThat(nodes.previous(node)).isEqualTo(with + 7);
    assertThat(nodes.next(node)).isEqualTo(with + 8);
    assertThat(nodes.place(node)).isEqualTo(with + 9);
    assertThat(nodes.state(node)).isEqualTo(with + 10);
    assertThat(nodes.terms(node)).isEqualTo(with + 11);
    assertThat(nodes.flags(node)).isEqualTo(with + 12);
  }

  @Test
  void nodesKeepWhatTheyAreGivenWhateverComesAndGoesBesideThem() {
    SplittableRandom dice = new SplittableRandom(4);
    TreeMap<Integer, Integer> twin = new TreeMap<>();
    for (int step = 0; step < 200_000; step++) {
      boolean grows = dice.nextInt(100) < (step / 40_000 % 2 == 0 ? 70 : 30);
      if (grows || twin.isEmpty()) {
        int node = nodes.add();
        assertThat(node).isNotEqualTo(NodeTable.NONE);
        assertThat(twin).doesNotContainKey(node);
        assertThat(nodes.revision(node) | nodes.older(node) | nodes.flags(node)).isZero();
        fill(node, step);
        twin.put(node, step);
      } else {
        Integer node = twin.ceilingKey(dice.nextInt(twin.lastKey() + 1));
        check(node, twin.remove(node));
        nodes.remove(node);
      }
      assertThat(nodes.size()).isEqualTo(twin.size());
    }
    twin.forEach(this::check);
    int copy = nodes.add();
    nodes.copy(twin.firstKey(), copy);
    check(copy, twin.firstEntry().getValue());
  }

  @Test
  void pagesThatAreEmptyGoButForOne() {
    int[] all = new int[50_000];
    for (int i = 0; i < all.length; i++) all[i] = nodes.add();
    long full = nodes.memoryBytes();
    assertThat(full).isBetween(12 * PAGE_BYTES, 14 * PAGE_BYTES);
    for (int i = 0; i < all.length / 2; i++) nodes.remove(all[i]);
    assertThat(nodes.memoryBytes()).isLessThan(full / 2 + 2 * PAGE_BYTES);
    for (int i = all.length / 2; i < all.length; i++) nodes.remove(all[i]);
    assertThat(nodes.memoryBytes()).isBetween(PAGE_BYTES, PAGE_BYTES + 100);
    int again = nodes.add();
    nodes.remove(again);
    assertThat(nodes.memoryBytes()).isBetween(PAGE_BYTES, PAGE_BYTES + 100);
    for (int i = 0; i < all.length; i++) all[i] = nodes.add();
    assertThat(nodes.memoryBytes()).isEqualTo(full);
  }
}
