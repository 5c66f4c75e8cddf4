package io.jangada.store;

import java.io.IOException;

/// The file that becomes the next segment: a new one while it is filled with zeroes, or that of a
/// segment that is not needed any more, as it is.
final class RecycledSegment implements AutoCloseable {
  /// The name of a new one.
  static final String NEW = DurableLog.DIRECTORY + "/spare";

  /// Synced whenever that much was filled, so that no sync takes long.
  private static final long SYNC_BYTES = 1 << 20;

  private final String name;
  private final DiskFile file;
  private final long sizeBytes;
  private long filledBytes;
  private long syncedBytes;

  private RecycledSegment(String name, DiskFile file, long sizeBytes) {
    this.name = name;
    this.file = file;
    this.sizeBytes = sizeBytes;
  }

  /// An empty file that is to be filled up to that size.
  static RecycledSegment blank(Disk disk, long sizeBytes) throws IOException {
    return new RecycledSegment(NEW, disk.create(NEW), sizeBytes);
  }

  /// A file that is there and has that size.
  static RecycledSegment recycled(Disk disk, String name, long sizeBytes) throws IOException {
    RecycledSegment spare = new RecycledSegment(name, disk.open(name), sizeBytes);
    spare.filledBytes = sizeBytes;
    spare.syncedBytes = sizeBytes;
    return spare;
  }

  String name() {
    return name;
  }

  DiskFile file() {
    return file;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /// Whether all of it is there and durable.
  boolean isReady() {
    return syncedBytes == sizeBytes;
  }

  /// Fills it up to that size at least.
  void fillTo(long bytes) throws IOException {
    long goal = Math.min(bytes, sizeBytes);
    while (filledBytes < goal) {
      long to = Math.min(filledBytes + SYNC_BYTES / 4, sizeBytes);
      Zeros.fill(file, filledBytes, to);
      filledBytes = to;
      if (filledBytes - syncedBytes >= SYNC_BYTES || filledBytes == sizeBytes) {
        SyncOnce.sync(file::sync);
        syncedBytes = filledBytes;
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
