package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The bytes of all keys and values: each key with its value in a *cell*, many cells in a *page*.
///
/// A page is one array that lives as long as it is needed. An array for every value instead would
/// be millions of objects, and every write would leave one that dies old, which is what costs a
/// garbage collector most.
///
/// A cell begins with the lengths of key and value, four bytes each. Cells of a page have one size,
/// a multiple of [#UNIT] that exceeds what was asked for by an eighth at most; a page without cells
/// in use is given back, unless it is the last of its size that has room. What is larger than an
/// eighth of a page has an array of its own.
///
/// A cell's number is that of its page and its place there in units: 32 GiB in all.
final class Cells {
  private static final int UNIT = 16;
  private static final int PLACE_BITS = 14;
  private static final int PAGE_BYTES = UNIT << PLACE_BITS;

  /// The first page of a size is that large, each further one four times larger up to the limit: a
  /// small store takes little memory.
  private static final int FIRST_PAGE_BYTES = 4 << 10;

  private static final int PAGES_MAX = 1 << (31 - PLACE_BITS);
  private static final int HEAD_BYTES = 8;
  private static final int KIND_LAST = kindOf(PAGE_BYTES / 8);
  private static final int LARGE = KIND_LAST + 1;
  private static final int NONE = -1;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final class Page {
    final int number;
    final int kind;
    final byte[] bytes;

    /// The place of the first cell that was in use and is free; it holds the next one's.
    int freed = NONE;

    /// Up to here cells were in use at one time.
    int end;

    int used;
    boolean hasRoom;
    Page previous;
    Page next;

    Page(int number, int kind, int bytes) {
      this.number = number;
      this.kind = kind;
      this.bytes = new byte[bytes];
    }

    boolean isFull() {
      return freed == NONE && end + unitsOf(kind) > bytes.length / UNIT;
    }
  }

  private Page[] pages = new Page[16];

  /// The arrays of `pages`, for a shorter way to a cell.
  private byte[][] arrays = new byte[16][];

  private int pageCount;
  private int[] freeNumbers = new int[16];
  private int freeNumberCount;

  /// The pages of each kind that have room, the first of a list.
  private final Page[] roomy = new Page[LARGE];

  private final int[] pagesOfKind = new int[LARGE];
  private long sizeBytes;

  /// Stores a key with its value.
  int add(Bytes key, Bytes value) {
    long bytes = (long) HEAD_BYTES + key.length() + value.length();
    if (bytes > Integer.MAX_VALUE - UNIT)
      throw new IllegalArgumentException(bytes + " bytes in a cell");
    int kind = isLarge(bytes) ? LARGE : kindOf((int) bytes);
    int cell = kind == LARGE ? openPage(LARGE, (int) bytes).number << PLACE_BITS : take(kind);
    byte[] array = arrays[cell >>> PLACE_BITS];
    int at = placeOf(cell);
    INTS.set(array, at, key.length());
    INTS.set(array, at + 4, value.length());
    key.copyTo(array, at + HEAD_BYTES);
    value.copyTo(array, at + HEAD_BYTES + key.length());
    return cell;
  }

  /// The cell may be used for something else.
  void free(int cell) {
    Page page = pages[cell >>> PLACE_BITS];
    if (page.kind == LARGE) {
      closePage(page);
      return;
    }
    int place = cell & (1 << PLACE_BITS) - 1;
    INTS.set(page.bytes, place * UNIT, page.freed);
    page.freed = place;
    page.used--;
    if (!page.hasRoom) enlist(page);
    boolean alone = page.next == null && page.previous == null;
    if (page.used == 0 && !alone) {
      delist(page);
      closePage(page);
    }
  }

  /// The key in a cell, without copying: to be used before the cell is freed.
  Bytes key(int cell) {
    byte[] array = arrays[cell >>> PLACE_BITS];
    int at = placeOf(cell);
    return Bytes.slice(array, at + HEAD_BYTES, (int) INTS.get(array, at));
  }

  /// The value in a cell, likewise.
  Bytes value(int cell) {
    byte[] array = arrays[cell >>> PLACE_BITS];
    int at = placeOf(cell);
    int keyBytes = (int) INTS.get(array, at);
    return Bytes.slice(array, at + HEAD_BYTES + keyBytes, (int) INTS.get(array, at + 4));
  }

  /// The value in a cell, to be kept: a copy, but for one that has an array of its own.
  Bytes valueToKeep(int cell) {
    Bytes value = value(cell);
    return isLarge(HEAD_BYTES + payloadBytes(cell)) ? value : value.compact();
  }

  boolean hasKey(int cell, Bytes key) {
    byte[] array = arrays[cell >>> PLACE_BITS];
    int at = placeOf(cell);
    return (int) INTS.get(array, at) == key.length() && key.isAt(array, at + HEAD_BYTES);
  }

  /// The bytes of key and value together.
  long payloadBytes(int cell) {
    byte[] array = arrays[cell >>> PLACE_BITS];
    int at = placeOf(cell);
    return (long) (int) INTS.get(array, at) + (int) INTS.get(array, at + 4);
  }

  /// The memory of all pages.
  long sizeBytes() {
    return sizeBytes;
  }

  private static int placeOf(int cell) {
    return (cell & (1 << PLACE_BITS) - 1) * UNIT;
  }

  // ---- sizes ----

  private static boolean isLarge(long bytes) {
    return bytes > PAGE_BYTES / 8;
  }

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

  // ---- pages ----

  private int take(int kind) {
    Page page = roomy[kind];
    if (page == null) enlist(page = openPage(kind, nextPageBytes(kind)));
    int place = page.freed;
    if (place == NONE) {
      place = page.end;
      page.end += unitsOf(kind);
    } else {
      page.freed = (int) INTS.get(page.bytes, place * UNIT);
    }
    page.used++;
    if (page.isFull()) delist(page);
    return page.number << PLACE_BITS | place;
  }

  private int nextPageBytes(int kind) {
    int wanted = FIRST_PAGE_BYTES << 2 * Math.min(pagesOfKind[kind], 3);
    return Math.clamp(8L * unitsOf(kind) * UNIT, wanted, PAGE_BYTES);
  }

  private Page openPage(int kind, int bytes) {
    int number = freeNumberCount > 0 ? freeNumbers[--freeNumberCount] : pageCount++;
    if (number == PAGES_MAX) throw new IllegalStateException("the store is full");
    if (number == pages.length) {
      pages = Arrays.copyOf(pages, 2 * number);
      arrays = Arrays.copyOf(arrays, 2 * number);
    }
    Page page = new Page(number, kind, bytes);
    pages[number] = page;
    arrays[number] = page.bytes;
    sizeBytes += bytes;
    if (kind != LARGE) pagesOfKind[kind]++;
    return page;
  }

  private void closePage(Page page) {
    pages[page.number] = null;
    arrays[page.number] = null;
    sizeBytes -= page.bytes.length;
    if (page.kind != LARGE) pagesOfKind[page.kind]--;
    if (freeNumberCount == freeNumbers.length)
      freeNumbers = Arrays.copyOf(freeNumbers, 2 * freeNumberCount);
    freeNumbers[freeNumberCount++] = page.number;
  }

  private void enlist(Page page) {
    page.hasRoom = true;
    page.previous = null;
    page.next = roomy[page.kind];
    if (page.next != null) page.next.previous = page;
    roomy[page.kind] = page;
  }

  private void delist(Page page) {
    page.hasRoom = false;
    if (page.previous == null) roomy[page.kind] = page.next;
    else page.previous.next = page.next;
    if (page.next != null) page.next.previous = page.previous;
    page.previous = null;
    page.next = null;
  }
}
