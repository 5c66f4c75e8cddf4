package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.util.function.IntPredicate;

/// All keys in the order of their bytes, each with the number of its node: a B+tree.
///
/// A key is *live* unless its last change removed it: such a key stays here as long as a former
/// value of it can be asked for. [#scan] visits all keys, and [#count] counts those that are live.
///
/// What a key costs beside its node are the four bytes of its number and the eight of its head (see
/// [Page]), in pages that random insertions leave filled to two thirds. Pages that become empty are
/// given back, and neighbours that fit into one page are joined.
///
/// How the keys fall into pages depends on all that was inserted and removed before. Nothing that
/// this class returns does, but for [#memoryBytes].
public final class OrderedIndex {
  /// A page has 24 children or more on average: more levels than any number of nodes needs.
  private static final int LEVELS_MAX = 16;

  /// All pages.
  final IndexPages pages;

  Page root;
  private int size;

  /// The way from the root to the leaf of the last [#descend]: pages, and places in them.
  private final Inner[] path = new Inner[LEVELS_MAX];

  private final int[] places = new int[LEVELS_MAX];

  /// Whether the keys of the last [#addAll] belonged into different leaves.
  private boolean scattered;

  /// Of all that was read ahead.
  private long sum;

  private int depth;

  /// How many first bytes all keys of that leaf have in common at least.
  private int shared;

  /// @param cells where the keys of the nodes are
  public OrderedIndex(NodeTable nodes, Slab cells) {
    pages = new IndexPages(nodes, cells);
    root = new Leaf(pages);
  }

  /// How many keys there are, live or not.
  public int size() {
    return size;
  }

  public long memoryBytes() {
    return pages.memoryBytes;
  }

  /// Adds a key that is not there, as a live one.
  ///
  /// @param node whose cell has the key, as long as it is here
  public void add(int node, Bytes key) {
    insert(descend(key), node, key);
  }

  /// Adds the keys of some nodes likewise. Where they belong beside each other, the way to them is
  /// known.
  public void addAll(int[] nodes, int count) {
    if (scattered) readAhead(nodes, count);
    int descents = 0;
    boolean isNear = false;
    Leaf last = null;
    for (int i = 0; i < count; i++) {
      Bytes key = pages.key(nodes[i]);
      Leaf leaf = last;
      if (!isNear || !isOfLast(key)) {
        leaf = descend(key);
        descents++;
      }
      isNear = leaf == last;
      last = insert(leaf, nodes[i], key) ? leaf : null;
      isNear &= last != null;
    }
    scattered = 2 * descents > count;
  }

  /// Reads the pages that the keys belong into, for all of them side by side ([ReadAhead]): it
  /// changes nothing.
  private void readAhead(int[] nodes, int count) {
    Leaf[] leaves = new Leaf[count];
    for (int i = 0; i < count; i++) leaves[i] = descend(pages.key(nodes[i]));
    for (Leaf leaf : leaves) sum += leaf.touch();
  }

  /// Whether the last [#descend] would have led to the same leaf with this key.
  private boolean isOfLast(Bytes key) {
    int level = depth;
    while (--level >= 0 && places[level] == 0) {}
    if (level >= 0 && path[level].separators[places[level] - 1].compareTo(key) > 0) return false;
    level = depth;
    while (--level >= 0 && places[level] == path[level].count) {}
    return level < 0 || path[level].separators[places[level]].compareTo(key) > 0;
  }

  /// @param leaf to which the last [#descend] led
  /// @return false if that changed
  private boolean insert(Leaf leaf, int node, Bytes key) {
    addLive(1);
    size++;
    long head = leaf.admit(key, shared);
    leaf.admitLength(key.length());
    int place = leaf.countBefore(key, head);
    if (leaf.isFull()) {
      split(leaf, place, node, head);
      return false;
    }
    leaf.insert(place, node, head);
    return true;
  }

  /// Takes out a key that is there, live or not.
  public void remove(int node, Bytes key) {
    Leaf leaf = descend(key);
    int place = leaf.placeOf(node, key);
    if (leaf.isLive(place)) addLive(-1);
    leaf.remove(place);
    size--;
    shrink(leaf);
  }

  /// Says of a key that is there whether it is live.
  public void setLive(int node, Bytes key, boolean live) {
    Leaf leaf = descend(key);
    int place = leaf.placeOf(node, key);
    if (leaf.isLive(place) == live) return;
    leaf.setLive(place, live);
    addLive(live ? 1 : -1);
  }

  /// How many live keys are not before `from` and are before `to`.
  ///
  /// @param to null for no end
  public long count(Bytes from, Bytes to) {
    if (to == null) return root.live() - liveBefore(from);
    if (to.compareTo(from) <= 0) return 0;
    Page first = root;
    Page last = root;
    int knownOfFirst = 0;
    int knownOfLast = 0;
    int count = 0;
    // Both ways down side by side: what one waits for from memory, the other does not wait for.
    while (first instanceof Inner left && last instanceof Inner right) {
      int begin = left.countUpTo(from, knownOfFirst);
      int end = right.countUpTo(to, knownOfLast);
      count += right.liveBefore(end) - left.liveBefore(begin);
      knownOfFirst = left.sharedAt(begin, knownOfFirst);
      knownOfLast = right.sharedAt(end, knownOfLast);
      first = left.children[begin];
      last = right.children[end];
    }
    count -= ((Leaf) first).liveBefore(from, knownOfFirst);
    return count + ((Leaf) last).liveBefore(to, knownOfLast);
  }

  /// Visits the nodes of all keys, live or not, that are not before `from` and are before `to`,
  /// until the visitor says false. The index must not change meanwhile.
  ///
  /// @param to null for no end
  /// @return whether all were visited
  public boolean scan(Bytes from, Bytes to, boolean descending, IntPredicate visitor) {
    return descending ? visitDown(root, from, to, visitor) : visitUp(root, from, to, visitor);
  }

  /// @param from null if all keys of the page are in the range at this end, and so `to`
  private static boolean visitUp(Page page, Bytes from, Bytes to, IntPredicate visitor) {
    switch (page) {
      case Leaf leaf -> {
        int first = from == null ? 0 : leaf.countBefore(from, 0);
        int end = to == null ? leaf.count : leaf.countBefore(to, 0);
        leaf.readAhead(first, end);
        for (int i = first; i < end; i++) if (!visitor.test(leaf.nodes[i])) return false;
      }
      case Inner inner -> {
        int first = from == null ? 0 : inner.countUpTo(from, 0);
        int last = to == null ? inner.count : inner.countUpTo(to, 0);
        for (int i = first; i <= last; i++) {
          Page child = inner.children[i];
          if (!visitUp(child, i == first ? from : null, i == last ? to : null, visitor))
            return false;
        }
      }
    }
    return true;
  }

  private static boolean visitDown(Page page, Bytes from, Bytes to, IntPredicate visitor) {
    switch (page) {
      case Leaf leaf -> {
        int first = from == null ? 0 : leaf.countBefore(from, 0);
        int end = to == null ? leaf.count : leaf.countBefore(to, 0);
        leaf.readAhead(first, end);
        for (int i = end - 1; i >= first; i--) if (!visitor.test(leaf.nodes[i])) return false;
      }
      case Inner inner -> {
        int first = from == null ? 0 : inner.countUpTo(from, 0);
        int last = to == null ? inner.count : inner.countUpTo(to, 0);
        for (int i = last; i >= first; i--) {
          Page child = inner.children[i];
          if (!visitDown(child, i == first ? from : null, i == last ? to : null, visitor))
            return false;
        }
      }
    }
    return true;
  }

  private int liveBefore(Bytes key) {
    int sum = 0;
    int known = 0;
    Page page = root;
    while (page instanceof Inner inner) {
      int place = inner.countUpTo(key, known);
      sum += inner.liveBefore(place);
      known = inner.sharedAt(place, known);
      page = inner.children[place];
    }
    return sum + ((Leaf) page).liveBefore(key, known);
  }

  // ---- changes ----

  /// Goes to the leaf that has the key or would have it.
  private Leaf descend(Bytes key) {
    Page page = root;
    int known = 0;
    for (depth = 0; page instanceof Inner inner; depth++) {
      int place = inner.countUpTo(key, known);
      known = inner.sharedAt(place, known);
      path[depth] = inner;
      places[depth] = place;
      page = inner.children[place];
    }
    shared = known;
    return (Leaf) page;
  }

  private void addLive(int change) {
    for (int level = 0; level < depth; level++) path[level].live[places[level]] += change;
  }

  private void split(Leaf leaf, int place, int node, long head) {
    int from = leaf.placeOfSplit(place);
    Leaf next = leaf.split(from);
    if (place <= from && !leaf.isFull()) leaf.insert(place, node, head);
    else next.insert(place - from, node, head);
    Bytes separator = leaf.separator(next);
    leaf.lengthenPrefix();
    next.lengthenPrefix();
    insertBehind(leaf, separator, next);
  }

  /// Inserts a page behind the one at the end of the path, of which it was a part.
  private void insertBehind(Page page, Bytes separator, Page next) {
    for (int level = depth - 1; level >= 0; level--) {
      Inner parent = path[level];
      int place = places[level];
      if (!parent.isFull()) {
        parent.insertBehind(place, separator, next);
        return;
      }
      Inner upper = new Inner(pages);
      Bytes middle = parent.splitInto(upper);
      if (place <= parent.count) parent.insertBehind(place, separator, next);
      else upper.insertBehind(place - parent.count - 1, separator, next);
      parent.lengthenPrefix();
      upper.lengthenPrefix();
      page = parent;
      separator = middle;
      next = upper;
    }
    root = Inner.of(page, separator, next);
  }

  /// Takes a page out that became empty, or joins it with a neighbour, and so its parents.
  private void shrink(Page page) {
    for (int level = depth - 1; level >= 0 && page.hasFew(); level--) {
      Inner parent = path[level];
      if (page.children() == 0) {
        parent.remove(places[level]);
        page.drop();
      } else if (!parent.joinWithNeighbour(places[level])) {
        return;
      }
      page = parent;
    }
    while (root instanceof Inner inner && inner.count == 0) {
      root = inner.children[0];
      inner.drop();
    }
  }
}
