package io.jangada.store;

import io.jangada.bytes.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Reads one segment from its header to where its good groups end, and then says what is there
/// instead of the next one. Changes nothing.
final class SegmentReader implements AutoCloseable {
  private static final int WINDOW_BYTES = 1 << 20;

  private final String name;
  private final DiskFile file;
  private final long fileBytes;
  private final SegmentHeader header;
  private ByteBuffer window = ByteBuffer.allocate(0);
  private Sectors sectors = new Sectors(window);
  private long windowAt;
  private long position = LogFormat.SEGMENT_HEADER_BYTES;
  private long lastGroupAt = LogFormat.SEGMENT_HEADER_BYTES;
  private long nextGroup;
  private final List<Long> damaged = new ArrayList<>();
  private boolean endsEmpty = true;

  /// A good group.
  record Group(long number, List<LogRecord> records) {}

  /// What is behind the last good group.
  sealed interface End {
    /// Nothing of this log.
    record Free() implements End {}

    /// The remains of a group that was being written in a crash.
    ///
    /// @param to where it would end
    record Torn(long to) implements End {}

    /// Something that was durable once.
    ///
    /// @param later a good group behind it, or null
    record Damaged(String what, Group later) implements End {}
  }

  /// @throws MalformedException when the header is not good
  /// @throws IdentityException when it is in another format
  SegmentReader(Disk disk, String name) throws IOException {
    this.name = name;
    file = disk.open(name);
    try {
      fileBytes = file.size();
      if (fileBytes < LogFormat.SEGMENT_HEADER_BYTES)
        throw new MalformedException("the file has " + fileBytes + " bytes");
      fillWindow(0);
      header = SegmentHeader.decode(window.slice(0, LogFormat.SEGMENT_HEADER_BYTES), name);
      if (header.place().sizeBytes() != fileBytes)
        throw new MalformedException(
            "the file has " + fileBytes + " bytes instead of " + header.place().sizeBytes());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
    nextGroup = header.place().firstGroup();
  }

  String name() {
    return name;
  }

  SegmentHeader header() {
    return header;
  }

  /// Where the good groups that were read so far end.
  long position() {
    return position;
  }

  /// Where the last good group begins; [#position] when there was none.
  long lastGroupAt() {
    return lastGroupAt;
  }

  /// The number of the group that should come next.
  long nextGroup() {
    return nextGroup;
  }

  /// Whether the last good group is an empty one, or there was none.
  boolean endsEmpty() {
    return endsEmpty;
  }

  /// The next good group, or null where there is none; then [#end] says what is there.
  Group next() throws IOException {
    if (numberAt(position) != nextGroup) return null;
    long to = endAt(position);
    Group group = groupAt(position);
    if (group == null) return null;
    lastGroupAt = position;
    position = to;
    nextGroup++;
    endsEmpty = group.records.isEmpty();
    return group;
  }

  End end() throws IOException {
    damaged.clear();
    long to = position;
    for (long at = position; at < fileBytes; at += Sectors.BYTES) {
      long number = numberAt(at);
      if (number > nextGroup) return missing(at, number);
      if (number == nextGroup) to = Math.max(to, endAt(at));
      if (number == Sectors.DAMAGED) damaged.add(at);
    }
    if (to > position) return remains(to);
    return numberAt(position) == Sectors.DAMAGED
        ? new End.Damaged("group " + nextGroup + " should begin here, and the sector is bad", null)
        : new End.Free();
  }

  /// Where sectors are damaged from there to the end of the file, as far as [#end] found them.
  List<Long> damagedFrom(long from) {
    return damaged.stream().filter(at -> at >= from).toList();
  }

  private End missing(long at, long number) throws IOException {
    Group found = groupAt(at);
    Group later = found == null ? new Group(number, List.of()) : found;
    return new End.Damaged(
        "group " + nextGroup + " cannot be read, but group " + number + " is there", later);
  }

  /// What the sectors of the next group say, of which there are some.
  ///
  /// @param to where the group ends, by what they say
  private End remains(long to) throws IOException {
    boolean isWhole = true;
    boolean fits = to <= fileBytes;
    for (long at = position; at < Math.min(to, fileBytes); at += Sectors.BYTES) {
      long number = numberAt(at);
      if (number == Sectors.DAMAGED)
        return new End.Damaged("group " + nextGroup + " has a bad sector at byte " + at, null);
      if (number != nextGroup) isWhole = false;
      else fits &= endAt(at) == to && readsFirstAt(at) == (at == position);
    }
    if (!fits)
      return new End.Damaged("the sectors of group " + nextGroup + " do not fit together", null);
    return isWhole
        ? new End.Damaged("group " + nextGroup + " was written whole and cannot be read", null)
        : new End.Torn(to);
  }

  /// The good group that begins there, or null when there is none.
  private Group groupAt(long from) throws IOException {
    long number = numberAt(from);
    long to = endAt(from);
    if (to > fileBytes) return null;
    ByteBuffer content =
        ByteBuffer.allocate((int) ((to - from) / Sectors.BYTES) * Sectors.CONTENT_BYTES);
    int seal = 0;
    for (long at = from; at < to; at += Sectors.BYTES) {
      boolean fits = numberAt(at) == number && endAt(at) == to && readsFirstAt(at) == (at == from);
      if (!fits) return null;
      sectors.putContent(inWindow(at), content);
      if (at > from) seal = LogFormat.seal(seal, sectors.checksumAt(inWindow(at)));
    }
    try {
      return new Group(number, LogFormat.records(content.flip(), seal));
    } catch (MalformedException e) {
      return null;
    }
  }

  /// Of which group the sector there is; or [Sectors#BLANK], as behind the end, or
  /// [Sectors#DAMAGED].
  private long numberAt(long at) throws IOException {
    if (at >= fileBytes) return Sectors.BLANK;
    return sectors.numberAt(inWindow(at), at / Sectors.BYTES);
  }

  private boolean readsFirstAt(long at) throws IOException {
    return sectors.isFirstAt(inWindow(at));
  }

  /// Where the group ends that the sector there is of.
  private long endAt(long at) throws IOException {
    return at + (1L + sectors.followingAt(inWindow(at))) * Sectors.BYTES;
  }

  /// Where in the window the sector is that is there in the file.
  private int inWindow(long at) throws IOException {
    if (at < windowAt || at >= windowAt + window.limit()) fillWindow(at);
    return (int) (at - windowAt);
  }

  private void fillWindow(long at) throws IOException {
    int wanted = (int) Math.min(WINDOW_BYTES, fileBytes - at);
    if (window.capacity() < wanted) {
      window = ByteBuffer.allocate(wanted);
      sectors = new Sectors(window);
    }
    window.clear().limit(wanted);
    while (window.hasRemaining())
      if (file.read(at + window.position(), window) < 0)
        throw new MalformedException("the file ends at byte " + (at + window.position()));
    window.flip();
    windowAt = at;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
