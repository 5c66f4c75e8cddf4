package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The bytes of all keys and values: each key with its value in a *cell*, many cells in a *page*.
///
/// A page is one array that stays as long as it is needed. An array for every value instead would
/// be millions of objects, and every write would leave one that dies old, which is what costs a
/// garbage collector most.
///
/// A cell begins with the lengths of key and value, four bytes each. Cells of a page have one size,
/// a multiple of [#UNIT] that exceeds what was asked for by an eighth at most. What is larger than
/// [#PAGED_MAX] has an array of its own.
///
/// **Nothing lies idle.** The cells of one size are a stack over their pages: where one is freed
/// the last one moves to its place, and its node is told. So all pages of a size are full but for
/// the last, and what is freed is soon there for any other size. The one empty page that may stay
/// goes when the one before it is half empty, and the first one, unless it is small, when it is
/// empty.
///
/// A cell's number, 0 or more, is that of its page and its place there in units: 32 GiB in all. An
/// array of its own has a number below 0: 2^31 of them. Both are more than the memory that a store
/// is allowed ([KvLimits#MEMORY_BYTES_HARD_MAX]).
public final class Slab {
  private static final int UNIT = 16;
  private static final int PLACE_BITS = 14;
  private static final int PLACE_MASK = (1 << PLACE_BITS) - 1;
  private static final int PAGE_BYTES = UNIT << PLACE_BITS;
  private static final int PAGED_MAX = PAGE_BYTES / 8;

  /// The first page of a size is that large, each further one a quarter of all before it, up to the
  /// limit: a small store takes little memory.
  private static final int FIRST_PAGE_BYTES = 4 << 10;

  private static final long CELLS_MIN = 2;

  private static final int PAGES_MAX = 1 << (31 - PLACE_BITS);
  private static final int HEAD_BYTES = 8;
  private static final int CACHE_LINE = 64;
  private static final int KINDS = kindOf(PAGED_MAX) + 1;

  private final NodeTable nodes;

  /// What exceeds it has an array of its own.
  private final int pagedMax;

  /// What a page takes beside its bytes and the numbers of its nodes: three objects' heads.
  private static final int PAGE_OVERHEAD_BYTES = 80;

  /// What an array of its own takes beside its bytes: its head, and its place in a table that may
  /// be half empty.
  private static final int LARGE_OVERHEAD_BYTES = 32;

  private static final int OWNER_BYTES = 4;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final class Page {
    final int number;
    final int kind;
    final byte[] bytes;

    /// Whose each cell is.
    final int[] owners;

    int used;

    Page(int number, int kind, int bytes) {
      this.number = number;
      this.kind = kind;
      this.bytes = new byte[bytes];
      this.owners = new int[bytes / sizeOf(kind)];
    }

    long sizeBytes() {
      return PAGE_OVERHEAD_BYTES + bytes.length + (long) OWNER_BYTES * owners.length;
    }
  }

  /// The pages of one size.
  private static final class Stack {
    Page[] pages = new Page[4];
    int count;

    /// Of all its pages.
    long bytes;

    /// The last page that holds cells, or the first one.
    int top;
  }

  private Page[] pages = new Page[16];

  /// The arrays of `pages`, for a shorter way to a cell.
  private byte[][] arrays = new byte[16][];

  private final Numbers pageNumbers = new Numbers();
  private final Stack[] stacks = new Stack[KINDS];
  private byte[][] large = new byte[16][];
  private final Numbers largeNumbers = new Numbers();
  private long sizeBytes;

  /// Numbers from 0 on that are given out and come back.
  private static final class Numbers {
    private int next;
    private int[] free = new int[16];
    private int freeCount;

    int take() {
      return freeCount > 0 ? free[--freeCount] : next++;
    }

    void give(int number) {
      if (freeCount == free.length) free = Arrays.copyOf(free, 2 * freeCount);
      free[freeCount++] = number;
    }
  }

  /// @param nodes where each node's cell is noted
  public Slab(NodeTable nodes) {
    this(nodes, PAGED_MAX);
  }

  /// @param pagedMax what exceeds it has an array of its own; at most [#PAGED_MAX]
  public Slab(NodeTable nodes, int pagedMax) {
    this.nodes = nodes;
    this.pagedMax = pagedMax;
  }

  /// Stores a key with its value, and notes at the node where.
  public void add(int node, Bytes key, Bytes value) {
    long bytes = cellBytes(key, value);
    if (bytes > Integer.MAX_VALUE - UNIT)
      throw new IllegalArgumentException(bytes + " bytes in a cell");
    int cell =
        bytes > pagedMax ? takeLarge(new byte[(int) bytes]) : take(kindOf((int) bytes), node);
    nodes.cell(node, cell);
    write(cell, key, value);
  }

  /// Stores another value for the node's key.
  public void replace(int node, Bytes key, Bytes value) {
    long bytes = cellBytes(key, value);
    int cell = nodes.cell(node);
    if (bytes <= pagedMax && cell >= 0 && pageOf(cell).kind == kindOf((int) bytes)) {
      write(cell, key, value);
    } else {
      free(cell);
      add(node, key, value);
    }
  }

  /// Stores once more what a cell holds, and notes at the node where. An array of its own is
  /// shared, and counts as two: it is never written to again.
  public void addSame(int node, int cell) {
    if (cell >= 0) {
      add(node, key(cell).compact(), value(cell).compact());
      return;
    }
    nodes.cell(node, takeLarge(large[~cell]));
  }

  /// The cell is another node's from now on.
  public void give(int cell, int node) {
    nodes.cell(node, cell);
    if (cell < 0) return;
    Page page = pageOf(cell);
    page.owners[(cell & PLACE_MASK) / unitsOf(page.kind)] = node;
  }

  private static long cellBytes(Bytes key, Bytes value) {
    return (long) HEAD_BYTES + key.length() + value.length();
  }

  private void write(int cell, Bytes key, Bytes value) {
    byte[] array = array(cell);
    int at = at(cell);
    INTS.set(array, at, key.length());
    INTS.set(array, at + 4, value.length());
    key.copyTo(array, at + HEAD_BYTES);
    value.copyTo(array, at + HEAD_BYTES + key.length());
  }

  /// Whether the cell is at least as large as the one that key and value would get.
  public boolean fitsInto(int cell, Bytes key, Bytes value) {
    long bytes = cellBytes(key, value);
    if (cell < 0) return bytes <= large[~cell].length;
    return bytes <= pagedMax && kindOf((int) bytes) <= pageOf(cell).kind;
  }

  /// Whether there is a free cell for them.
  public boolean hasRoomFor(Bytes key, Bytes value) {
    long bytes = cellBytes(key, value);
    Stack stack = bytes > pagedMax ? null : stacks[kindOf((int) bytes)];
    if (stack == null || stack.count == 0) return false;
    return stack.count > stack.top + 1 || !isFull(stack.pages[stack.top]);
  }

  /// The cell may be used for something else.
  public void free(int cell) {
    if (cell < 0) freeLarge(~cell);
    else free(pageOf(cell), cell & PLACE_MASK);
  }

  /// How many bytes a cell takes.
  public int sizeOfCell(int cell) {
    if (cell < 0) return LARGE_OVERHEAD_BYTES + large[~cell].length;
    return sizeOf(pageOf(cell).kind);
  }

  /// The key in a cell, without copying: to be used before any cell is freed.
  public Bytes key(int cell) {
    byte[] array = array(cell);
    int at = at(cell);
    return Bytes.slice(array, at + HEAD_BYTES, (int) INTS.get(array, at));
  }

  /// A number without a meaning, from where a cell begins.
  long touch(int cell) {
    return array(cell)[at(cell)];
  }

  /// Likewise, from the rest of what is in it, or from its first lines.
  long touchRest(int cell) {
    byte[] array = array(cell);
    int at = at(cell);
    int last = HEAD_BYTES + (int) INTS.get(array, at) + (int) INTS.get(array, at + 4) - 1;
    return array[at + Math.min(CACHE_LINE, last)] + array[at + Math.min(2 * CACHE_LINE, last)];
  }

  /// The value in a cell, likewise.
  public Bytes value(int cell) {
    byte[] array = array(cell);
    int at = at(cell);
    int keyBytes = (int) INTS.get(array, at);
    return Bytes.slice(array, at + HEAD_BYTES + keyBytes, (int) INTS.get(array, at + 4));
  }

  /// The value in a cell, to be kept: a copy, but for one that has an array of its own.
  public Bytes valueToKeep(int cell) {
    return cell < 0 ? value(cell) : value(cell).compact();
  }

  /// Whether the cell is one of many in a page.
  public boolean isPaged(int cell) {
    return cell >= 0;
  }

  /// How long the key in a cell is.
  public int keyBytes(int cell) {
    return (int) INTS.get(array(cell), at(cell));
  }

  /// The key in a cell with the value behind it, copied together.
  public Bytes keyAndValueToKeep(int cell) {
    byte[] array = array(cell);
    int at = at(cell);
    int bytes = (int) INTS.get(array, at) + (int) INTS.get(array, at + 4);
    return Bytes.copyOf(array, at + HEAD_BYTES, bytes);
  }

  public boolean hasKey(int cell, Bytes key) {
    byte[] array = array(cell);
    int at = at(cell);
    return (int) INTS.get(array, at) == key.length() && key.isAt(array, at + HEAD_BYTES);
  }

  /// Below 0, 0, or above 0, as the key in a cell is before, equal to, or after this one.
  public int compareKey(int cell, Bytes key) {
    byte[] array = array(cell);
    int at = at(cell);
    return -key.compareTo(array, at + HEAD_BYTES, (int) INTS.get(array, at));
  }

  /// Eight bytes of the key in a cell, as [Bytes#wordAt] has them.
  public long keyWord(int cell, int index) {
    byte[] array = array(cell);
    int at = at(cell);
    int from = at + HEAD_BYTES;
    return Bytes.word(array, from + index, from + (int) INTS.get(array, at));
  }

  /// The bytes of key and value together.
  public long payloadBytes(int cell) {
    byte[] array = array(cell);
    int at = at(cell);
    return (long) (int) INTS.get(array, at) + (int) INTS.get(array, at + 4);
  }

  /// What all of it takes in memory.
  public long sizeBytes() {
    return sizeBytes;
  }

  private byte[] array(int cell) {
    return cell < 0 ? large[~cell] : arrays[cell >>> PLACE_BITS];
  }

  private static int at(int cell) {
    return cell < 0 ? 0 : (cell & PLACE_MASK) * UNIT;
  }

  private Page pageOf(int cell) {
    return pages[cell >>> PLACE_BITS];
  }

  // ---- sizes ----

  /// The number of the smallest size that holds so many bytes: sixteen sizes of one unit more each,
  /// then eight for each doubling.
  private static int kindOf(int bytes) {
    int units = (bytes + UNIT - 1) / UNIT - 1;
    int shift = Math.max(0, 28 - Integer.numberOfLeadingZeros(units));
    return (shift << 3) + (units >>> shift);
  }

  private static int unitsOf(int kind) {
    int shift = Math.max(0, (kind >>> 3) - 1);
    return kind - (shift << 3) + 1 << shift;
  }

  private static int sizeOf(int kind) {
    return unitsOf(kind) * UNIT;
  }

  // ---- arrays of their own ----

  private int takeLarge(byte[] array) {
    int number = largeNumbers.take();
    if (number == large.length) large = Arrays.copyOf(large, 2 * number);
    large[number] = array;
    sizeBytes += LARGE_OVERHEAD_BYTES + (long) array.length;
    return ~number;
  }

  private void freeLarge(int number) {
    sizeBytes -= LARGE_OVERHEAD_BYTES + (long) large[number].length;
    large[number] = null;
    largeNumbers.give(number);
  }

  // ---- pages ----

  private int take(int kind, int owner) {
    Stack stack = stacks[kind] == null ? stacks[kind] = new Stack() : stacks[kind];
    if (stack.count > 0 && isFull(stack.pages[stack.top])) stack.top++;
    if (stack.top == stack.count) push(stack, openPage(kind, nextPageBytes(kind, stack.bytes)));
    Page page = stack.pages[stack.top];
    page.owners[page.used] = owner;
    return page.number << PLACE_BITS | page.used++ * unitsOf(kind);
  }

  private static boolean isFull(Page page) {
    return page.used == page.owners.length;
  }

  private static void push(Stack stack, Page page) {
    if (stack.count == stack.pages.length)
      stack.pages = Arrays.copyOf(stack.pages, 2 * stack.count);
    stack.pages[stack.count++] = page;
    stack.bytes += page.bytes.length;
  }

  private void free(Page page, int place) {
    Stack stack = stacks[page.kind];
    Page last = stack.pages[stack.top];
    int size = sizeOf(page.kind);
    int from = --last.used;
    int to = place / unitsOf(page.kind);
    int moved = last.owners[from];
    last.owners[from] = NodeTable.NONE;
    if (page != last || from != to) {
      System.arraycopy(last.bytes, from * size, page.bytes, to * size, size);
      page.owners[to] = moved;
      nodes.cell(moved, page.number << PLACE_BITS | place);
    }
    if (last.used == 0 && stack.top > 0) stack.top--;
    Page top = stack.pages[stack.top];
    boolean hasSpare = stack.count > stack.top + 1;
    if (hasSpare && 2 * top.used <= top.owners.length) dropLast(stack);
    if (top.used == 0 && top.bytes.length > FIRST_PAGE_BYTES) dropLast(stack);
  }

  private void dropLast(Stack stack) {
    Page spare = stack.pages[--stack.count];
    stack.pages[stack.count] = null;
    stack.bytes -= spare.bytes.length;
    closePage(spare);
  }

  private static int nextPageBytes(int kind, long stackBytes) {
    long wanted = Math.max(stackBytes / 4 & -FIRST_PAGE_BYTES, CELLS_MIN * sizeOf(kind));
    return Math.clamp(wanted, FIRST_PAGE_BYTES, PAGE_BYTES);
  }

  private Page openPage(int kind, int bytes) {
    int number = pageNumbers.take();
    if (number == PAGES_MAX) throw new IllegalStateException("more data than memory is allowed");
    if (number == pages.length) {
      pages = Arrays.copyOf(pages, 2 * number);
      arrays = Arrays.copyOf(arrays, 2 * number);
    }
    Page page = new Page(number, kind, bytes);
    pages[number] = page;
    arrays[number] = page.bytes;
    sizeBytes += page.sizeBytes();
    return page;
  }

  private void closePage(Page page) {
    pages[page.number] = null;
    arrays[page.number] = null;
    sizeBytes -= page.sizeBytes();
    pageNumbers.give(page.number);
  }
}
