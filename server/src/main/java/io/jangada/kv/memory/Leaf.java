package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.util.Arrays;

/// A page of nodes, in the order of their keys.
final class Leaf extends Page {
  /// The page itself, and its arrays.
  private static final int FIXED_BYTES = 48 + (16 + 8 * CHILDREN_MAX) + (16 + 4 * CHILDREN_MAX);

  private static final byte NONE = -2;
  static final short MIXED = -1;

  final int[] nodes = new int[CHILDREN_MAX];

  /// A bit for each node, the lowest for the first.
  private long liveBits;

  /// How long all keys are, or [#MIXED].
  short keyLength = MIXED;

  /// Where the last insertion was.
  private byte lastPlace = NONE;

  /// The nodes between two places are about to be visited.
  void readAhead(int from, int end) {
    pages.readAhead(nodes, from, end);
  }

  /// Reads the page, into which a node is about to be inserted ([ReadAhead]): a number without a
  /// meaning.
  long touch() {
    long read = 0;
    for (int i = 0; i < heads.length; i += HEADS_SKIPPED) read += heads[i] + nodes[i];
    return read;
  }

  Leaf(IndexPages pages) {
    super(pages, CHILDREN_MAX);
  }

  /// Keys of one length that are all in their heads need not be read: the one that is shorter is
  /// the beginning of the other.
  @Override
  int compareKey(int place, Bytes key) {
    if (keyLength != MIXED && keyLength - prefixLength <= Long.BYTES)
      return Integer.compare(keyLength, key.length());
    return pages.compareKey(nodes[place], key);
  }

  @Override
  Bytes key(int place) {
    return pages.key(nodes[place]);
  }

  @Override
  long keyWord(int place, int index) {
    return pages.keyWord(nodes[place], index);
  }

  @Override
  int splitCost(int place) {
    return sharedBytes(heads[place - 1], heads[place]);
  }

  @Override
  int children() {
    return count;
  }

  @Override
  int live() {
    return Long.bitCount(liveBits);
  }

  @Override
  int fixedBytes() {
    return FIXED_BYTES;
  }

  /// How many of the nodes before a place are live.
  int liveBefore(int place) {
    return Long.bitCount(liveBits & bitsBefore(place));
  }

  /// How many of the nodes before a key are live.
  ///
  /// @param shared as [#countBefore] has it
  int liveBefore(Bytes key, int shared) {
    return liveBefore(countBefore(key, shared));
  }

  boolean isLive(int place) {
    return (liveBits >>> place & 1) == 1;
  }

  void setLive(int place, boolean live) {
    if (live) liveBits |= 1L << place;
    else liveBits &= ~(1L << place);
  }

  /// Where a node is.
  int placeOf(int node, Bytes key) {
    long head = key.wordAt(prefixLength);
    for (int place = countBefore(head); place < count && heads[place] == head; place++)
      if (nodes[place] == node) return place;
    throw new IllegalArgumentException("node " + node + " is not in the index by " + key);
  }

  /// Notes the length of a key that is about to be inserted.
  void admitLength(int length) {
    if (count == 0) keyLength = length <= Short.MAX_VALUE ? (short) length : MIXED;
    else if (keyLength != length) keyLength = MIXED;
  }

  /// Inserts a live node; the page has room, and has admitted its key.
  void insert(int place, int node, long head) {
    System.arraycopy(nodes, place, nodes, place + 1, count - place);
    nodes[place] = node;
    insertHead(place, head);
    long before = bitsBefore(place);
    liveBits = (liveBits & ~before) << 1 | 1L << place | liveBits & before;
    lastPlace = (byte) place;
  }

  void remove(int place) {
    removeHead(place);
    System.arraycopy(nodes, place + 1, nodes, place, count - place);
    long before = bitsBefore(place);
    liveBits = liveBits >>> 1 & ~before | liveBits & before;
  }

  /// Where to split a full page that a node is to be inserted into. Keys that come in their order
  /// leave full pages behind.
  int placeOfSplit(int insertion) {
    boolean ascending = insertion == lastPlace + 1;
    boolean descending = insertion == 0 && lastPlace == 0;
    return ascending || descending ? insertion : middle();
  }

  /// Moves the nodes from a place on to a new page.
  Leaf split(int from) {
    Leaf next = new Leaf(pages);
    next.keyLength = keyLength;
    moveTo(next, from);
    lastPlace = NONE;
    return next;
  }

  /// The shortest key that is after all of this page and not after those of the next one, which has
  /// the same prefix.
  Bytes separator(Leaf next) {
    long last = heads[count - 1];
    long first = next.heads[0];
    if (last == first) {
      Bytes key = next.key(0);
      return key.slice(0, key.commonPrefix(key(count - 1)) + 1).compact();
    }
    int shared = sharedBytes(last, first);
    byte[] separator = Arrays.copyOf(prefix, prefixLength + shared + 1);
    for (int i = 0; i <= shared; i++)
      separator[prefixLength + i] = (byte) (first >>> Long.SIZE - 8 * (i + 1));
    return Bytes.wrap(separator);
  }

  @Override
  void join(Bytes separator, Page next) {
    int shared = commonPrefix(next);
    shortenPrefix(shared);
    next.shortenPrefix(shared);
    Leaf leaf = (Leaf) next;
    if (count == 0) keyLength = leaf.keyLength;
    else if (leaf.count > 0 && leaf.keyLength != keyLength) keyLength = MIXED;
    leaf.moveTo(this, 0);
    lengthenPrefix();
    lastPlace = NONE;
  }

  private void moveTo(Leaf to, int from) {
    System.arraycopy(nodes, from, to.nodes, to.count, count - from);
    // A shift by 64 is none: there is nothing to move then.
    if (from < count) to.liveBits |= liveBits >>> from << to.count;
    liveBits &= bitsBefore(from);
    moveHeads(from, to);
  }

  private static long bitsBefore(int place) {
    return place == Long.SIZE ? -1 : (1L << place) - 1;
  }
}
