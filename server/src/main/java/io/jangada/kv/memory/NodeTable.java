package io.jangada.kv.memory;

import java.util.Arrays;
import java.util.BitSet;

/// The nodes of all keys and former values, each a number.
///
/// A node is a record of [#NODE_BYTES] in a page, and not an object: millions of objects are what a
/// garbage collector walks from end to end, and what it copies. What the fields mean together is
/// the affair of those who use them; here they are only kept:
///
/// ```
///  0 revision (8)     of the change that made the value
///  8 created (8)      the revision of the key's first value
/// 16 changes (8)      of the value since then
/// 24 key hash (4) and next in bucket (4), while the node is in a KeyIndex;
///    ended (8), the revision of the next change of the key, once it is superseded
/// 32 cell (4)         where key and value are, in Slab
/// 36 older (4)        the key's value before this one
/// 40 previous (4) 44 next (4)  in the order of revisions
/// 48 place (4)        within the revision
/// 52 state (4)        bits
/// 56 terms (4)        the end of the value's life or its lease, by number
/// 60 flags (4)        of clients
/// ```
///
/// Numbers begin with 1; [#NONE] is none. A number that is given back is given out again, the
/// lowest page first, so that pages become empty and go, all but one.
public final class NodeTable {
  public static final int NONE = 0;

  /// A node's size.
  public static final int NODE_BYTES = 64;

  private static final int NODE_INTS = NODE_BYTES / Integer.BYTES;

  private static final int PAGE_BITS = 12;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int PAGES_MAX = 1 << (31 - PAGE_BITS);

  /// What a page takes beside its nodes: an array's head, and its places in tables.
  private static final int PAGE_OVERHEAD_BYTES = 32;

  private static final int REVISION = 0;
  private static final int CREATED = 2;
  private static final int CHANGES = 4;
  private static final int KEY_HASH = 6;
  private static final int NEXT_IN_BUCKET = 7;
  private static final int ENDED = 6;
  private static final int CELL = 8;
  private static final int OLDER = 9;
  private static final int PREVIOUS = 10;
  private static final int NEXT = 11;
  private static final int PLACE = 12;
  private static final int STATE = 13;
  private static final int TERMS = 14;

  /// The marks are the uppermost bits of the number of changes.
  private static final int MARKS_SHIFT = 62;

  private static final long CHANGES_MASK = (1L << MARKS_SHIFT) - 1;

  private static final int FLAGS = 15;

  /// Of numbers of four bytes: what the compilers make of these is less than of any view of bytes.
  private int[][] pages = new int[16][];

  /// By page: the first free number, and those never given out begin at `fresh`.
  private int[] firstFree = new int[16];

  private int[] used = new int[16];

  /// How many numbers of a page were given out ever, since it was made.
  private int[] fresh = new int[16];

  /// The pages that have a free number.
  private final BitSet roomy = new BitSet();

  /// The lowest of them; -1 for none.
  private int lowestRoomy = -1;

  /// A page without nodes, the only one there is; -1 for none.
  private int empty = -1;

  private int pageCount;
  private int opened;
  private int size;

  /// How many nodes there are.
  public int size() {
    return size;
  }

  /// What all pages take.
  public long memoryBytes() {
    return (long) pageCount * (PAGE * NODE_BYTES + PAGE_OVERHEAD_BYTES);
  }

  /// Whether a node can be had without more memory.
  public boolean hasRoom() {
    return lowestRoomy >= 0;
  }

  /// A new node, all of it 0.
  public int add() {
    int page = lowestRoomy >= 0 ? lowestRoomy : open();
    if (page == empty) empty = -1;
    int node = firstFree[page];
    if (node == NONE) {
      node = page << PAGE_BITS | fresh[page]++;
    } else {
      firstFree[page] = older(node);
      Arrays.fill(pages[page], at(node), at(node) + NODE_INTS, 0);
    }
    used[page]++;
    size++;
    if (firstFree[page] == NONE && fresh[page] == PAGE) setRoomy(page, false);
    return node;
  }

  private void setRoomy(int page, boolean isRoomy) {
    roomy.set(page, isRoomy);
    lowestRoomy = roomy.nextSetBit(0);
  }

  /// Gives a node back.
  public void remove(int node) {
    int page = node >>> PAGE_BITS;
    size--;
    older(node, firstFree[page]);
    firstFree[page] = node;
    if (!roomy.get(page)) setRoomy(page, true);
    if (--used[page] > 0) return;
    if (empty < 0) {
      empty = page;
      return;
    }
    int second = Math.max(empty, page);
    empty = Math.min(empty, page);
    pages[second] = null;
    pageCount--;
    setRoomy(second, false);
  }

  /// Makes a page: the lowest that was given back, or one more.
  private int open() {
    int page = 0;
    if (pageCount < opened) while (pages[page] != null) page++;
    else page = opened++;
    if (page == PAGES_MAX) throw new IllegalStateException("more nodes than there are numbers");
    if (page == pages.length) {
      pages = Arrays.copyOf(pages, 2 * page);
      firstFree = Arrays.copyOf(firstFree, 2 * page);
      used = Arrays.copyOf(used, 2 * page);
      fresh = Arrays.copyOf(fresh, 2 * page);
    }
    pages[page] = new int[PAGE * NODE_INTS];
    pageCount++;
    firstFree[page] = NONE;
    used[page] = 0;
    fresh[page] = page == 0 ? NONE + 1 : 0;
    setRoomy(page, true);
    return page;
  }

  /// Copies all of a node but its number.
  public void copy(int from, int to) {
    System.arraycopy(
        pages[from >>> PAGE_BITS], at(from), pages[to >>> PAGE_BITS], at(to), NODE_INTS);
  }

  private static int at(int node) {
    return (node & (PAGE - 1)) * NODE_INTS;
  }

  private long getLong(int node, int field) {
    int[] page = pages[node >>> PAGE_BITS];
    int at = at(node) + field;
    return page[at] & 0xffff_ffffL | (long) page[at + 1] << Integer.SIZE;
  }

  private void setLong(int node, int field, long value) {
    setLong(pages[node >>> PAGE_BITS], at(node) + field, value);
  }

  private static void setLong(int[] page, int at, long value) {
    page[at] = (int) value;
    page[at + 1] = (int) (value >>> Integer.SIZE);
  }

  private int getInt(int node, int field) {
    return pages[node >>> PAGE_BITS][at(node) + field];
  }

  private void setInt(int node, int field, int value) {
    pages[node >>> PAGE_BITS][at(node) + field] = value;
  }

  /// Reads both ends of a node, which may be in two lines of a processor's cache.
  long touch(int node) {
    return revision(node) + flags(node);
  }

  /// Notes what is known of a value beside its revision.
  ///
  /// @param changes with the marks
  public void value(int node, long created, long changes, int flags) {
    int[] page = pages[node >>> PAGE_BITS];
    int at = at(node);
    setLong(page, at + CREATED, created);
    setLong(page, at + CHANGES, changes);
    page[at + FLAGS] = flags;
  }

  public long revision(int node) {
    return getLong(node, REVISION);
  }

  public void revision(int node, long revision) {
    setLong(node, REVISION, revision);
  }

  public long created(int node) {
    return getLong(node, CREATED);
  }

  public void created(int node, long created) {
    setLong(node, CREATED, created);
  }

  public long changes(int node) {
    return getLong(node, CHANGES) & CHANGES_MASK;
  }

  public void changes(int node, long changes) {
    setLong(node, CHANGES, getLong(node, CHANGES) & ~CHANGES_MASK | changes);
  }

  /// The number of changes with the marks, as [#value] takes it.
  public long changesAndMarks(int node) {
    return getLong(node, CHANGES);
  }

  /// The number of changes without the marks.
  public static long changesOf(long changesAndMarks) {
    return changesAndMarks & CHANGES_MASK;
  }

  /// Two bits that say something of the value.
  public int marks(int node) {
    return (int) (getLong(node, CHANGES) >>> MARKS_SHIFT);
  }

  public void marks(int node, int marks) {
    setLong(node, CHANGES, changes(node) | (long) marks << MARKS_SHIFT);
  }

  public long ended(int node) {
    return getLong(node, ENDED);
  }

  public void ended(int node, long ended) {
    setLong(node, ENDED, ended);
  }

  public int keyHash(int node) {
    return getInt(node, KEY_HASH);
  }

  public void keyHash(int node, int keyHash) {
    setInt(node, KEY_HASH, keyHash);
  }

  public int nextInBucket(int node) {
    return getInt(node, NEXT_IN_BUCKET);
  }

  public void nextInBucket(int node, int nextInBucket) {
    setInt(node, NEXT_IN_BUCKET, nextInBucket);
  }

  public int cell(int node) {
    return getInt(node, CELL);
  }

  public void cell(int node, int cell) {
    setInt(node, CELL, cell);
  }

  public int older(int node) {
    return getInt(node, OLDER);
  }

  public void older(int node, int older) {
    setInt(node, OLDER, older);
  }

  public int previous(int node) {
    return getInt(node, PREVIOUS);
  }

  public void previous(int node, int previous) {
    setInt(node, PREVIOUS, previous);
  }

  public int next(int node) {
    return getInt(node, NEXT);
  }

  public void next(int node, int next) {
    setInt(node, NEXT, next);
  }

  public int place(int node) {
    return getInt(node, PLACE);
  }

  public void place(int node, int place) {
    setInt(node, PLACE, place);
  }

  public int state(int node) {
    return getInt(node, STATE);
  }

  public void state(int node, int state) {
    setInt(node, STATE, state);
  }

  public int terms(int node) {
    return getInt(node, TERMS);
  }

  public void terms(int node, int terms) {
    setInt(node, TERMS, terms);
  }

  public int flags(int node) {
    return getInt(node, FLAGS);
  }

  public void flags(int node, int flags) {
    setInt(node, FLAGS, flags);
  }
}
