package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/// The older entries of a log, as bytes in pages: they are kept for followers that lag behind, and
/// hardly ever read. As objects they would live just long enough to be what costs a garbage
/// collector most; pages are few, and are used again.
///
/// Appended at the end, compacted from the beginning. What is read is a copy.
final class PackedEntries {
  private static final int PAGE_BYTES = 64 << 10;

  /// An entry in a page: term (8), length of the data (4), kind (1), data.
  private static final int HEAD_BYTES = 13;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final Entry.Kind[] KINDS = Entry.Kind.values();

  /// Pages are kept to be used again while all pages together, in use or not, have no more than
  /// that: what a log has at most, usually. It loses most of it at once when a snapshot is there,
  /// and fills as much before the next.
  private long keptBytesMax = 160L << 20;

  /// The index of the first entry, how many there are, and the bytes that they count.
  private long first;

  private int count;
  private long sizeBytes;

  /// Where each entry is: the number of its page and, in the lower half, its place there. A ring
  /// that begins at `head`.
  private long[] places = new long[64];

  private int head;

  /// A ring as well; a page is found by its number.
  private byte[][] pages = new byte[4][];

  /// The number of the first page, and the number after the last.
  private long firstPage;

  private long pageEnd;

  /// Where the last page is filled to.
  private int end = PAGE_BYTES;

  /// Pages to be used again.
  private final ArrayDeque<byte[]> free = new ArrayDeque<>();

  /// Of all pages, in use or not.
  private long pageBytes;

  /// @param first the index of the first entry that will be appended
  PackedEntries(long first) {
    this.first = first;
  }

  /// The index of the next entry to be appended.
  long next() {
    return first + count;
  }

  /// What the entries count, as [Entry#sizeBytes].
  long sizeBytes() {
    return sizeBytes;
  }

  boolean contains(long index) {
    return index >= first && index < next();
  }

  void append(Entry entry) {
    Invariants.check(entry.index() == next(), "entries are packed without a gap");
    int bytes = HEAD_BYTES + entry.data().length();
    if (end + bytes > PAGE_BYTES) beginPage(bytes);
    byte[] page = pages[ring(pageEnd - 1)];
    LONGS.set(page, end, entry.term());
    INTS.set(page, end + 8, entry.data().length());
    page[end + 12] = (byte) entry.kind().ordinal();
    entry.data().copyTo(page, end + HEAD_BYTES);
    note(pageEnd - 1 << 32 | end);
    end += bytes;
    sizeBytes += entry.sizeBytes();
  }

  /// One that is larger than a page has a page of its own size.
  private void beginPage(int bytes) {
    if (pageEnd - firstPage == pages.length) growPages();
    byte[] kept = bytes <= PAGE_BYTES ? free.poll() : null;
    pages[ring(pageEnd++)] = kept != null ? kept : newPage(Math.max(bytes, PAGE_BYTES));
    end = 0;
  }

  private byte[] newPage(int bytes) {
    pageBytes += bytes;
    while (pageBytes > keptBytesMax && !free.isEmpty()) pageBytes -= free.poll().length;
    return new byte[bytes];
  }

  /// From now on pages are kept while all together have no more than that.
  void keepPages(long bytesMax) {
    keptBytesMax = bytesMax;
  }

  /// The memory of all of it.
  long memoryBytes() {
    return pageBytes + 8L * places.length;
  }

  /// The memory of all pages, those included that wait to be used again.
  long pageBytes() {
    return pageBytes;
  }

  private void growPages() {
    byte[][] larger = new byte[2 * pages.length][];
    for (long page = firstPage; page < pageEnd; page++)
      larger[(int) (page & larger.length - 1)] = pages[ring(page)];
    pages = larger;
  }

  private int ring(long page) {
    return (int) (page & pages.length - 1);
  }

  private void note(long place) {
    if (count == places.length) {
      long[] larger = new long[2 * count];
      int upper = count - head;
      System.arraycopy(places, head, larger, 0, upper);
      System.arraycopy(places, 0, larger, upper, head);
      places = larger;
      head = 0;
    }
    places[head + count++ & places.length - 1] = place;
  }

  private long place(long index) {
    return places[head + (int) (index - first) & places.length - 1];
  }

  private byte[] page(long place) {
    return pages[ring(place >>> 32)];
  }

  Entry get(long index) {
    long place = place(index);
    byte[] page = page(place);
    int at = (int) place;
    Bytes data = Bytes.copyOf(page, at + HEAD_BYTES, (int) INTS.get(page, at + 8));
    return new Entry(index, (long) LONGS.get(page, at), KINDS[page[at + 12]], data);
  }

  long termAt(long index) {
    long place = place(index);
    return (long) LONGS.get(page(place), (int) place);
  }

  /// What the entry counts, as [Entry#sizeBytes].
  int sizeBytesAt(long index) {
    long place = place(index);
    return Entry.OVERHEAD_BYTES + (int) INTS.get(page(place), (int) place + 8);
  }

  /// Forgets entries up to `index`, which there need not be.
  void compactTo(long index) {
    while (count > 0 && first <= index) {
      sizeBytes -= sizeBytesAt(first);
      head = head + 1 & places.length - 1;
      first++;
      count--;
    }
    if (count == 0) first = Math.max(first, index + 1);
    // The last page goes on being written to.
    long needed = count > 0 ? place(first) >>> 32 : pageEnd - 1;
    while (firstPage < needed) freePage();
  }

  private void freePage() {
    byte[] page = pages[ring(firstPage)];
    pages[ring(firstPage++)] = null;
    if (page.length == PAGE_BYTES && pageBytes <= keptBytesMax) free.push(page);
    else pageBytes -= page.length;
  }

  /// Forgets all entries.
  ///
  /// @param next the index of the first entry that will be appended
  void reset(long next) {
    while (firstPage < pageEnd) freePage();
    end = PAGE_BYTES;
    sizeBytes = 0;
    count = 0;
    first = next;
  }
}
