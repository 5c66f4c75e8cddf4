package io.jangada.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/// The files for segments to come. Those of recycled segments are kept, up to a number, as
/// `log/<sequence>.spare`, under the sequence number that they had; where there are none, a new
/// file is filled with zeroes.
///
/// A log whose segments come and go has its files going round. They are given up where the disk
/// could be full without them.
final class SegmentPool implements AutoCloseable {
  /// The most files that wait to become segments.
  static final int KEPT_MAX = 4;

  private static final String SUFFIX = ".spare";

  private final Disk disk;
  private final long sizeBytes;
  private final ArrayDeque<String> recycled = new ArrayDeque<>();
  private RecycledSegment next;

  private SegmentPool(Disk disk, LogSettings settings) {
    this.disk = disk;
    sizeBytes = settings.segmentBytes();
  }

  /// Goes on with what is there: keeps what can be used, deletes the rest.
  static SegmentPool found(Disk disk, LogSettings settings) throws IOException {
    SegmentPool spares = new SegmentPool(disk, settings);
    disk.delete(RecycledSegment.NEW);
    boolean isTight = spares.isTight();
    for (String name : names(disk)) {
      if (!isTight && spares.recycled.size() < KEPT_MAX && spares.hasSize(name))
        spares.recycled.add(name);
      else disk.delete(name);
    }
    disk.syncDirectory(DurableLog.DIRECTORY);
    return spares;
  }

  /// Has nothing, and deletes what is there: for a new log, which counts its groups from 1 again
  /// and could take those of the one before it for its own.
  static SegmentPool none(Disk disk, LogSettings settings) throws IOException {
    delete(disk);
    disk.syncDirectory(DurableLog.DIRECTORY);
    return new SegmentPool(disk, settings);
  }

  /// Deletes all of them, not yet for good.
  static void delete(Disk disk) throws IOException {
    disk.delete(RecycledSegment.NEW);
    for (String name : names(disk)) disk.delete(name);
  }

  private static List<String> names(Disk disk) throws IOException {
    return disk.list(DurableLog.DIRECTORY).stream()
        .filter(name -> name.matches("[0-9a-f]{16}\\" + SUFFIX))
        .map(name -> DurableLog.DIRECTORY + "/" + name)
        .toList();
  }

  private boolean hasSize(String name) throws IOException {
    try (DiskFile file = disk.open(name)) {
      return file.size() == sizeBytes;
    }
  }

  /// Whether the spares might be what is missing elsewhere.
  private boolean isTight() throws IOException {
    return disk.usableBytes() < KEPT_MAX * sizeBytes;
  }

  /// The file for the next segment, ready, of that size at least. It stays the next one until it is
  /// [#taken].
  RecycledSegment ready(long bytes) throws IOException {
    try {
      fill(bytes);
    } catch (DiskFullException e) {
      if (recycled.isEmpty() || e instanceof TooManyFilesException) throw e;
      giveUp();
      fill(bytes);
    }
    return next;
  }

  private void fill(long bytes) throws IOException {
    if (next == null || next.sizeBytes() < bytes) {
      if (next != null) next.close();
      next = null;
      next = choose(bytes);
    }
    next.fillTo(next.sizeBytes());
  }

  private RecycledSegment choose(long bytes) throws IOException {
    return recycled.isEmpty() || bytes > sizeBytes
        ? RecycledSegment.blank(disk, bytes)
        : RecycledSegment.recycled(disk, recycled.peek(), sizeBytes);
  }

  /// Gets a part of the next segment ready.
  ///
  /// @param bytes its size, should it be a new one
  /// @param filledBytes how much of that should be filled by now
  void prepare(long bytes, long filledBytes) throws IOException {
    if (next == null) next = choose(bytes);
    if (!next.isReady()) next.fillTo(filledBytes);
  }

  /// The next one has become a segment.
  void taken() throws IOException {
    if (next.name().equals(recycled.peek())) recycled.poll();
    next = null;
    if (isTight()) giveUp();
  }

  /// Takes over the file of a segment that is not needed any more, or deletes it. Its name is gone
  /// for good when this returns.
  void recycle(long sequence) throws IOException {
    String name = LogRecovery.segmentName(sequence);
    boolean isTight = isTight();
    if (isTight) giveUp();
    if (isTight || recycled.size() == KEPT_MAX || !hasSize(name)) disk.delete(name);
    else keep(name, DurableLog.DIRECTORY + "/" + String.format("%016x", sequence) + SUFFIX);
    SyncOnce.sync(() -> disk.syncDirectory(DurableLog.DIRECTORY));
  }

  private void keep(String segment, String spare) throws IOException {
    disk.rename(segment, spare);
    recycled.add(spare);
  }

  private void giveUp() throws IOException {
    if (next != null && next.name().equals(recycled.peek())) {
      next.close();
      next = null;
    }
    for (String name : recycled) disk.delete(name);
    recycled.clear();
  }

  @Override
  public void close() throws IOException {
    if (next != null) next.close();
  }
}
