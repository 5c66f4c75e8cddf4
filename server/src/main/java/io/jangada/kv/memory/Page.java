package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.util.Arrays;

/// A page of an [OrderedIndex]: some keys in their order, of each no more than its *head*. The head
/// is the eight bytes behind the *prefix* that all keys of the page have in common, as a number. A
/// comparison needs the whole key only where two heads are equal.
///
/// The prefix is not always as long as it could be. It becomes shorter when a key comes that does
/// not share it: the bytes that move from the prefix to the heads are known. It becomes longer only
/// when the page is split or joined and the heads tell too little: that takes a look at each key.
abstract sealed class Page permits Leaf, Inner {
  /// What a leaf holds at most, nodes or pages.
  static final int CHILDREN_MAX = 64;

  /// Neighbours are joined if they hold no more together: the next insertion splits none.
  static final int JOINED_MAX = 48;

  /// So far from its middle a full page may be split.
  private static final int SPLIT_DISTANCE_MAX = 8;

  /// If the heads share so many bytes of eight, a longer prefix is worth reading all keys.
  private static final int SHARED_MAX = 5;

  /// As many heads as are in a line of a processor's cache.
  static final int HEADS_SKIPPED = 8;

  private static final byte[] NO_PREFIX = {};

  final IndexPages pages;
  final long[] heads;
  byte[] prefix = NO_PREFIX;
  int prefixLength;

  /// How many keys there are.
  int count;

  Page(IndexPages pages, int keysMax) {
    this.pages = pages;
    this.heads = new long[keysMax];
    pages.memoryBytes += fixedBytes();
  }

  /// Below 0, 0, or above 0, as the page's key at a place is before, equal to, or after this one,
  /// which has the page's prefix and the same head.
  abstract int compareKey(int place, Bytes key);

  abstract Bytes key(int place);

  abstract long keyWord(int place, int index);

  /// What the keys on both sides of a place share, more or less: a split is made where it is least.
  abstract int splitCost(int place);

  /// How many nodes or pages the page holds.
  abstract int children();

  /// How many of the nodes below the page are live.
  abstract int live();

  /// What the page takes, but for its prefix.
  abstract int fixedBytes();

  /// Takes in all that the next page on the same level holds. For inner pages `separator` is the
  /// one between them.
  abstract void join(Bytes separator, Page next);

  final boolean isFull() {
    return count == heads.length;
  }

  final boolean hasFew() {
    return children() <= JOINED_MAX / 2;
  }

  /// Gives the page's memory back.
  final void drop() {
    setPrefix(NO_PREFIX);
    pages.memoryBytes -= fixedBytes();
  }

  /// How many keys are before this one.
  ///
  /// @param shared so many of its first bytes are known to be those of all keys of the page, where
  ///   bytes beyond a key's end count as 0
  final int countBefore(Bytes key, int shared) {
    int there = knownPrefix(key, shared);
    return there < prefixLength ? countAside(key, there) : count(key, key.wordAt(there), 0);
  }

  /// How many keys are before this one, or it.
  final int countUpTo(Bytes key, int shared) {
    int there = knownPrefix(key, shared);
    return there < prefixLength ? countAside(key, there) : count(key, key.wordAt(there), 1);
  }

  /// How many bytes of the prefix the key has. The prefix is read only if need be: that is a cache
  /// miss.
  private int knownPrefix(Bytes key, int shared) {
    if (prefixLength <= Math.min(shared, key.length())) return prefixLength;
    return key.commonPrefix(prefix, 0, prefixLength);
  }

  /// How many keys are before one that has only so many bytes of the prefix: all, or none.
  private int countAside(Bytes key, int shared) {
    boolean before = shared == key.length() || (key.at(shared) & 0xff) < (prefix[shared] & 0xff);
    return before ? 0 : count;
  }

  /// How many keys are before this one, which has the prefix and that head.
  final int countBefore(Bytes key, long head) {
    return count(key, head, 0);
  }

  private int count(Bytes key, long head, int bound) {
    int place = countBefore(head);
    if (place == count || heads[place] != head) return place;
    int end = place + 1;
    while (end < count && heads[end] == head) end++;
    while (place < end) {
      int middle = place + end >>> 1;
      if (compareKey(middle, key) < bound) place = middle + 1;
      else end = middle;
    }
    return place;
  }

  /// How many heads are less: each eighth one tells among which eight to look. No read of memory
  /// waits for another here, but for those of the second step, and no jump depends on a comparison:
  /// which of them hold cannot be predicted.
  final int countBefore(long head) {
    int eights = 0;
    for (int i = 0; i < count; i += HEADS_SKIPPED) eights += before(heads[i], head);
    if (eights == 0) return 0;
    int place = (eights - 1) * HEADS_SKIPPED + 1;
    int end = Math.min(eights * HEADS_SKIPPED, count);
    int less = place;
    for (int i = place; i < end; i++) less += before(heads[i], head);
    return less;
  }

  /// 1 if a head is less than another one, otherwise 0: the borrow of their difference.
  private static int before(long head, long other) {
    return (int) ((~head & other | (~head | other) & head - other) >>> Long.SIZE - 1);
  }

  /// Makes the prefix one that the key has, and returns the key's head.
  final long admit(Bytes key, int shared) {
    if (count == 0) {
      setPrefix(key.slice(0, prefixLengthOfOne(key)).toArray());
    } else {
      shortenPrefix(knownPrefix(key, shared));
    }
    return key.wordAt(prefixLength);
  }

  /// One key alone does not tell what it will share with the next: perhaps all but a number at its
  /// end.
  private static int prefixLengthOfOne(Bytes key) {
    return Math.max(0, key.length() - Long.BYTES);
  }

  final void shortenPrefix(int length) {
    if (length == prefixLength) return;
    int shift = 8 * (prefixLength - length);
    long before = Bytes.word(prefix, length, prefixLength);
    for (int i = 0; i < count; i++)
      heads[i] = shift < Long.SIZE ? before | heads[i] >>> shift : before;
    setPrefix(Arrays.copyOf(prefix, length));
  }

  /// Lengthens the prefix to all that the keys share, if the heads tell much more then.
  final void lengthenPrefix() {
    if (count == 0 || sharedBytes(heads[0], heads[count - 1]) < SHARED_MAX) return;
    Bytes first = key(0);
    int length = count == 1 ? prefixLengthOfOne(first) : first.commonPrefix(key(count - 1));
    if (length < prefixLength + SHARED_MAX) return;
    setPrefix(first.slice(0, length).toArray());
    for (int i = 0; i < count; i++) heads[i] = keyWord(i, length);
  }

  final void setPrefix(byte[] bytes) {
    pages.memoryBytes += IndexPages.arrayBytes(bytes.length);
    pages.memoryBytes -= IndexPages.arrayBytes(prefixLength);
    prefix = bytes.length == 0 ? NO_PREFIX : bytes;
    prefixLength = bytes.length;
  }

  /// How long the prefix is that this page, with keys, and another one have in common.
  final int commonPrefix(Page other) {
    if (other.count == 0) return prefixLength;
    int mismatch = Arrays.mismatch(prefix, other.prefix);
    return mismatch < 0 ? prefixLength : mismatch;
  }

  static int sharedBytes(long head, long other) {
    return Long.numberOfLeadingZeros(head ^ other) >>> 3;
  }

  /// Where to split a full page: near its middle, where keys of one kind end and others begin. Of
  /// such keys each half has a longer prefix.
  final int middle() {
    int best = count / 2;
    int cost = splitCost(best);
    for (int distance = 1; distance <= 2 * SPLIT_DISTANCE_MAX && cost > 0; distance++) {
      int place = count / 2 + (distance % 2 == 0 ? distance : -distance - 1) / 2;
      int placeCost = splitCost(place);
      if (placeCost < cost) {
        best = place;
        cost = placeCost;
      }
    }
    return best;
  }

  final void insertHead(int place, long head) {
    System.arraycopy(heads, place, heads, place + 1, count - place);
    heads[place] = head;
    count++;
  }

  final void removeHead(int place) {
    count--;
    System.arraycopy(heads, place + 1, heads, place, count - place);
  }

  /// Moves the heads from a place on to the end of those of another page, which has the same prefix
  /// or none yet.
  final void moveHeads(int from, Page to) {
    to.setPrefix(prefix);
    System.arraycopy(heads, from, to.heads, to.count, count - from);
    to.count += count - from;
    count = from;
  }
}
