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
  private long windowAt;
  private long position = LogFormat.SEGMENT_HEADER_BYTES;
  private long lastGroupAt = LogFormat.SEGMENT_HEADER_BYTES;
  private long nextGroup;

  /// A good group.
  record Group(long number, List<LogRecord> records) {}

  /// What is behind the last good group.
  sealed interface End {
    /// Nothing but zeroes.
    record Blank() implements End {}

    /// The remains of a group that was being written in a crash.
    record Torn() implements End {}

    /// Something that was durable once.
    ///
    /// @param later a good group behind it, or null
    record Damaged(String what, Group later) implements End {}
  }

  /// @throws MalformedException when the header is not good
  SegmentReader(Disk disk, String name) throws IOException {
    this.name = name;
    file = disk.open(name);
    try {
      fileBytes = file.size();
      if (fileBytes < LogFormat.SEGMENT_HEADER_BYTES)
        throw new MalformedException("the file has " + fileBytes + " bytes");
      header = SegmentHeader.decode(bytes(0, LogFormat.SEGMENT_HEADER_BYTES));
      if (header.sizeBytes() != fileBytes)
        throw new MalformedException(
            "the file has " + fileBytes + " bytes instead of " + header.sizeBytes());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
    nextGroup = header.firstGroup();
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

  /// The next good group, or null where there is none; then [#end] says what is there.
  Group next() throws IOException {
    Group group = groupAt(position, nextGroup);
    if (group == null) return null;
    lastGroupAt = position;
    position += LogFormat.groupBytes(headerAt(position).bodyBytes());
    nextGroup++;
    return group;
  }

  End end() throws IOException {
    LogFormat.GroupHeader bad = headerAt(position);
    boolean known = bad != null && bad.number() == nextGroup;
    long to = known ? position + LogFormat.groupBytes(bad.bodyBytes()) : fileBytes;
    Group later = laterGroup(known ? to : position);
    if (later != null)
      return new End.Damaged(
          "group " + nextGroup + " cannot be read, but group " + later.number() + " is there",
          later);
    if (bad != null && !known)
      return new End.Damaged("group " + bad.number() + " instead of " + nextGroup, null);
    if (known)
      return hasBlankSector(to)
          ? new End.Torn()
          : new End.Damaged("group " + nextGroup + " was written whole and cannot be read", null);
    if (position == fileBytes) return new End.Blank();
    if (!isBlank(position, position + LogFormat.GROUP_HEADER_BYTES))
      return new End.Damaged("there is no good group header", null);
    return isBlank(position, fileBytes) ? new End.Blank() : new End.Torn();
  }

  /// The first good group at or behind `from` whose number is higher than the one that is missing.
  private Group laterGroup(long from) throws IOException {
    for (long at = magicAt(from); at < fileBytes; at = magicAt(at + LogFormat.ALIGNMENT)) {
      LogFormat.GroupHeader found = headerAt(at);
      if (found == null || found.number() <= nextGroup) continue;
      Group group = groupAt(at, found.number());
      return group != null ? group : new Group(found.number(), List.of());
    }
    return null;
  }

  /// The first place at or behind `from` where a group might begin; the end of the file when there
  /// is none.
  private long magicAt(long from) throws IOException {
    for (long at = from; at < fileBytes; at += WINDOW_BYTES) {
      ByteBuffer bytes = bytes(at, (int) Math.min(fileBytes - at, WINDOW_BYTES));
      int start = bytes.position();
      for (int i = start; i < bytes.limit(); i += LogFormat.ALIGNMENT)
        if (bytes.getInt(i) == LogFormat.GROUP_MAGIC) return at + i - start;
    }
    return fileBytes;
  }

  /// A group header at that place that belongs to this segment and fits into it, or null.
  private LogFormat.GroupHeader headerAt(long at) throws IOException {
    if (at + LogFormat.GROUP_HEADER_BYTES > fileBytes) return null;
    ByteBuffer bytes = bytes(at, LogFormat.GROUP_HEADER_BYTES);
    LogFormat.GroupHeader found = LogFormat.groupHeader(bytes, bytes.position());
    if (found == null || found.segment() != header.sequence() || found.bodyBytes() < 0) return null;
    return at + LogFormat.groupBytes(found.bodyBytes()) > fileBytes ? null : found;
  }

  private Group groupAt(long at, long number) throws IOException {
    LogFormat.GroupHeader found = headerAt(at);
    if (found == null || found.number() != number) return null;
    ByteBuffer body = bytes(at + LogFormat.GROUP_HEADER_BYTES, found.bodyBytes());
    List<LogRecord> records = new ArrayList<>();
    try {
      while (body.hasRemaining()) records.add(LogFormat.record(body, number));
    } catch (MalformedException e) {
      return null;
    }
    return records.size() == found.records() ? new Group(number, records) : null;
  }

  /// Whether one of the sectors between [#position] and `to` is blank in its part between them.
  private boolean hasBlankSector(long to) throws IOException {
    for (long at = position; at < to; ) {
      long next = Math.min(to, (at / Disk.SECTOR_BYTES + 1) * Disk.SECTOR_BYTES);
      if (isBlank(at, next)) return true;
      at = next;
    }
    return false;
  }

  private boolean isBlank(long from, long to) throws IOException {
    for (long at = from; at < to; ) {
      int length = (int) Math.min(to - at, WINDOW_BYTES);
      ByteBuffer bytes = bytes(at, length);
      if (!Blank.is(bytes, bytes.position(), bytes.limit())) return false;
      at += length;
    }
    return true;
  }

  /// Those bytes of the file, from the buffer's position to its limit.
  private ByteBuffer bytes(long at, int length) throws IOException {
    if (at < windowAt || at + length > windowAt + window.limit()) fillWindow(at, length);
    int start = (int) (at - windowAt);
    return window.duplicate().position(start).limit(start + length);
  }

  private void fillWindow(long at, int length) throws IOException {
    int wanted = (int) Math.min(Math.max(length, WINDOW_BYTES), fileBytes - at);
    if (window.capacity() < wanted) window = ByteBuffer.allocate(wanted);
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
