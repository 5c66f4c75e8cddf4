package io.jangada.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// The segments of a log that is being written: the last one, which takes groups, the one that is
/// being made ready, and the older ones until they are recycled.
final class LogFiles implements AutoCloseable {
  /// What the end of each segment keeps free for a compaction that makes space on a full disk, and
  /// for the empty group that a closed log ends in.
  static final long RESERVED_BYTES = 2 * Sectors.BYTES;

  /// What the operating system keeps in memory as one.
  static final int PAGE_BYTES = 4 << 10;

  /// By how much the filling of the next segment is ahead of the writing of this one.
  private static final long AHEAD_BYTES = 1 << 20;

  private final Disk disk;
  private final LogSettings settings;
  private final Identity identity;
  private final Coverage coverage;
  private SegmentPool spares;
  private SegmentHeader header;
  private DiskFile file;
  private long position;

  private LogFiles(Disk disk, LogSettings settings, Identity identity, Coverage coverage) {
    this.disk = disk;
    this.settings = settings;
    this.identity = identity;
    this.coverage = coverage;
  }

  /// Makes the first segment.
  static LogFiles create(Disk disk, LogSettings settings, Identity identity) throws IOException {
    LogFiles files = new LogFiles(disk, settings, identity, new Coverage());
    disk.makeDirectory(DurableLog.DIRECTORY);
    disk.syncDirectory("");
    files.spares = SegmentPool.none(disk, settings);
    try {
      files.roll(SegmentHeader.Start.OF_A_NEW_LOG, 1, 0);
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
    return files;
  }

  /// Goes on with the last segment that was found, and makes sure that what was found is durable.
  static LogFiles resume(
      Disk disk, LogSettings settings, Identity identity, LogRecovery.Found found)
      throws IOException {
    LogFiles files = new LogFiles(disk, settings, identity, found.coverage());
    files.spares = SegmentPool.found(disk, settings);
    try {
      files.mark(found.toMark());
      files.resume(found.tail());
      files.compact(found.replay().state());
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
    return files;
  }

  private void resume(LogRecovery.Tail tail) throws IOException {
    LogRecovery.Span span = tail.span();
    header = tail.header();
    position = span.position();
    file = disk.open(LogRecovery.segmentName(header.place().sequence()));
    if (span.isTorn()) Zeros.fill(file, position, span.tornTo());
    else rewrite(span.lastGroupAt(), position);
    // A group that is to begin there would otherwise be taken for damaged if it were torn.
    for (long at : span.damaged()) Zeros.fill(file, at, at + Sectors.BYTES);
    file.sync();
  }

  private void rewrite(long from, long to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) (to - from));
    while (buffer.hasRemaining())
      if (file.read(from + buffer.position(), buffer) < 0)
        throw new IOException(
            LogRecovery.segmentName(header.place().sequence()) + " became shorter");
    file.write(from, buffer.flip());
  }

  /// Where in the segment the next group goes.
  long position() {
    return position;
  }

  /// How large a group may be to go into this segment.
  long roomBytes() {
    return header.place().sizeBytes() - position - RESERVED_BYTES;
  }

  /// The same with the reserve used up.
  long lastRoomBytes() {
    return header.place().sizeBytes() - position;
  }

  /// Writes a group that is finished for this position and syncs it. After a [DiskFullException]
  /// the same group can be written again.
  void write(GroupBuffer group) throws IOException {
    long end = position + group.sizeBytes();
    file.write(position, group.bytes((int) (writtenTo(end) - position)));
    SyncOnce.sync(file::sync);
    position = end;
  }

  /// Up to where a group is written that ends there: to the end of a page that it is the first in.
  private long writtenTo(long end) {
    long page = (end - 1) / PAGE_BYTES * PAGE_BYTES;
    return page < position ? end : Math.min(page + PAGE_BYTES, header.place().sizeBytes());
  }

  /// Goes on in a new segment that has room for a group of that size. After a [DiskFullException]
  /// it can be tried again.
  void roll(SegmentHeader.Start start, long nextGroup, long groupBytes) throws IOException {
    long sequence = header == null ? 1 : header.place().sequence() + 1;
    RecycledSegment spare =
        spares.ready(Math.max(settings.segmentBytes(sequence), sizeFor(groupBytes)));
    SegmentHeader next =
        new SegmentHeader(
            new SegmentHeader.Place(sequence, spare.sizeBytes(), nextGroup),
            identity,
            start,
            false);
    ByteBuffer page = ByteBuffer.allocate((int) Math.min(PAGE_BYTES, spare.sizeBytes()));
    spare.file().write(0, page.put(next.encode()).clear());
    SyncOnce.sync(spare.file()::sync);
    disk.rename(spare.name(), LogRecovery.segmentName(sequence));
    SyncOnce.sync(() -> disk.syncDirectory(DurableLog.DIRECTORY));
    if (file != null) {
      mark(file, header);
      file.close();
    }
    file = spare.file();
    header = next;
    position = LogFormat.SEGMENT_HEADER_BYTES;
    coverage.begin(sequence);
    spares.taken();
  }

  private void mark(List<SegmentHeader> headers) throws IOException {
    for (SegmentHeader each : headers)
      try (DiskFile followed = disk.open(LogRecovery.segmentName(each.place().sequence()))) {
        mark(followed, each);
      }
  }

  /// Notes in a segment that the next one exists. The name of that one must be durable.
  private static void mark(DiskFile file, SegmentHeader header) throws IOException {
    try {
      file.write(0, header.followed().encode());
    } catch (DiskFullException e) {
      // A file system that copies what is written over may be full. The next opening makes up for
      // it, and until then it would not show if the next segment went away.
      return;
    }
    SyncOnce.sync(file::sync);
  }

  /// Gets a part of the next segment ready, ever more as this one fills up, so that no single turn
  /// waits long for it. A full disk is not mentioned before the segment is needed.
  void prepareNext() throws IOException {
    long half = header.place().sizeBytes() / 2;
    if (position < half) return;
    try {
      spares.prepare(
          settings.segmentBytes(header.place().sequence() + 1),
          2 * (position - half) + AHEAD_BYTES);
    } catch (DiskFullException e) {
      // The file keeps what was filled, and roll fills the rest or fails.
    }
  }

  /// Notes that a record was written to the present segment.
  void note(LogRecord written) {
    coverage.note(written);
  }

  /// Gives up the segments at the beginning that hold nothing that is still wanted, each for good
  /// before the next: a crash never leaves a hole between two segments.
  void compact(LogState state) throws IOException {
    long compacted = state.compacted().index();
    for (long next = coverage.unwanted(compacted); next > 0; next = coverage.unwanted(compacted)) {
      spares.recycle(next);
      coverage.forgetOldest();
    }
  }

  private static long sizeFor(long groupBytes) {
    return LogFormat.SEGMENT_HEADER_BYTES + groupBytes + RESERVED_BYTES;
  }

  @Override
  public void close() throws IOException {
    try {
      spares.close();
    } finally {
      if (file != null) file.close();
    }
  }
}
