package io.jangada.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/// The segments of a log that is being written: the last one, which takes groups, the one that is
/// being made ready, and the older ones until they are deleted.
final class LogFiles implements AutoCloseable {
  /// What the end of each segment keeps free for a release that makes space on a full disk, and for
  /// the empty group that a closed log ends in.
  static final long RESERVED_BYTES = 256;

  /// By how much the filling of the next segment is ahead of the writing of this one.
  private static final long AHEAD_BYTES = 1 << 20;

  private final Disk disk;
  private final LogSettings settings;
  private final Identity identity;
  private final TreeMap<Long, Long> highest;
  private SegmentHeader header;
  private DiskFile file;
  private long position;
  private Spare spare;

  private LogFiles(
      Disk disk, LogSettings settings, Identity identity, TreeMap<Long, Long> highest) {
    this.disk = disk;
    this.settings = settings;
    this.identity = identity;
    this.highest = highest;
  }

  /// Makes the first segment.
  static LogFiles create(Disk disk, LogSettings settings, Identity identity) throws IOException {
    LogFiles files = new LogFiles(disk, settings, identity, new TreeMap<>());
    disk.makeDirectory(DurableLog.DIRECTORY);
    disk.syncDirectory("");
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
    LogFiles files = new LogFiles(disk, settings, identity, found.highest());
    try {
      files.resume(found.tail());
      files.forget(found.replay().state());
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
    return files;
  }

  private void resume(LogRecovery.Tail tail) throws IOException {
    disk.delete(Spare.NAME);
    disk.syncDirectory(DurableLog.DIRECTORY);
    header = tail.header();
    position = tail.position();
    file = disk.open(LogRecovery.segmentName(header.sequence()));
    if (tail.isTorn()) blankOut(position);
    else rewrite(tail.lastGroupAt(), position);
    file.sync();
  }

  /// Fills with zeroes what is not zero from there to the end.
  private void blankOut(long from) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    for (long at = from; at < header.sizeBytes(); at += buffer.limit()) {
      read(at, buffer.clear().limit((int) Math.min(buffer.capacity(), header.sizeBytes() - at)));
      if (!Blank.is(buffer, 0, buffer.limit())) Blank.fill(file, at, at + buffer.limit());
    }
  }

  private void rewrite(long from, long to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) (to - from));
    read(from, buffer);
    file.write(from, buffer.flip());
  }

  private void read(long at, ByteBuffer target) throws IOException {
    while (target.hasRemaining())
      if (file.read(at + target.position(), target) < 0)
        throw new IOException(LogRecovery.segmentName(header.sequence()) + " became shorter");
  }

  /// The sequence number of the segment that is being written.
  long sequence() {
    return header.sequence();
  }

  /// How large a group may be to go into this segment.
  long roomBytes() {
    return header.sizeBytes() - position - RESERVED_BYTES;
  }

  /// The same with the reserve used up.
  long lastRoomBytes() {
    return header.sizeBytes() - position;
  }

  /// Writes a group and syncs it. After a [DiskFullException] the same group can be written again.
  void write(ByteBuffer group) throws IOException {
    int bytes = group.remaining();
    file.write(position, group);
    SyncOnce.sync(file::sync);
    position += bytes;
  }

  /// Goes on in a new segment that has room for a group of that size. After a [DiskFullException]
  /// it can be tried again.
  void roll(SegmentHeader.Start start, long nextGroup, long groupBytes) throws IOException {
    long sequence = header == null ? 1 : header.sequence() + 1;
    long sizeBytes = Math.max(settings.segmentBytes(sequence), sizeFor(groupBytes));
    if (spare == null || spare.sizeBytes() < sizeBytes) {
      if (spare != null) spare.close();
      spare = null;
      spare = new Spare(disk, sizeBytes);
    }
    spare.fillTo(spare.sizeBytes());
    SegmentHeader next = new SegmentHeader(sequence, spare.sizeBytes(), nextGroup, identity, start);
    spare.file().write(0, next.encode());
    SyncOnce.sync(spare.file()::sync);
    disk.rename(Spare.NAME, LogRecovery.segmentName(sequence));
    SyncOnce.sync(() -> disk.syncDirectory(DurableLog.DIRECTORY));
    if (file != null) file.close();
    file = spare.file();
    spare = null;
    header = next;
    position = LogFormat.SEGMENT_HEADER_BYTES;
    highest.put(sequence, 0L);
  }

  /// Fills a part of the next segment, ever more as this one fills up, so that no single turn waits
  /// long for it. A full disk is not mentioned before the segment is needed.
  void prepareNext() throws IOException {
    long half = header.sizeBytes() / 2;
    if (position < half || spare != null && spare.isReady()) return;
    try {
      if (spare == null) spare = new Spare(disk, settings.segmentBytes(sequence() + 1));
      spare.fillTo(2 * (position - half) + AHEAD_BYTES);
    } catch (DiskFullException e) {
      // The file keeps what was filled, and roll fills the rest or fails.
    }
  }

  /// Notes that a record was written to the present segment.
  void note(LogRecord written) {
    LogRecovery.note(highest, written);
  }

  /// Deletes the segments at the beginning that hold nothing that is still wanted, each for good
  /// before the next: a crash never leaves a hole between two segments.
  ///
  /// @return whether there were any
  boolean forget(LogState state) throws IOException {
    boolean some = false;
    while (highest.size() > 1 && highest.firstEntry().getValue() <= state.released().index()) {
      disk.delete(LogRecovery.segmentName(highest.firstKey()));
      SyncOnce.sync(() -> disk.syncDirectory(DurableLog.DIRECTORY));
      highest.pollFirstEntry();
      some = true;
    }
    return some;
  }

  private static long sizeFor(long groupBytes) {
    long bytes = LogFormat.SEGMENT_HEADER_BYTES + groupBytes + RESERVED_BYTES;
    return (bytes + Disk.SECTOR_BYTES - 1) / Disk.SECTOR_BYTES * Disk.SECTOR_BYTES;
  }

  @Override
  public void close() throws IOException {
    try {
      if (spare != null) spare.close();
    } finally {
      if (file != null) file.close();
    }
  }
}
