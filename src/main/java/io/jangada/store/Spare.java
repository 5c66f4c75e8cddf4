package io.jangada.store;

import java.io.IOException;

/// The file that becomes the next segment, while it is filled with zeroes.
final class Spare implements AutoCloseable {
  static final String NAME = DurableLog.DIRECTORY + "/spare";

  /// Synced whenever that much was filled, so that no sync takes long.
  private static final long SYNC_BYTES = 1 << 20;

  private final DiskFile file;
  private final long sizeBytes;
  private long filledBytes;
  private long syncedBytes;

  Spare(Disk disk, long sizeBytes) throws IOException {
    file = disk.create(NAME);
    this.sizeBytes = sizeBytes;
  }

  DiskFile file() {
    return file;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /// Whether all of it is filled and durable.
  boolean isReady() {
    return syncedBytes == sizeBytes;
  }

  /// Fills it up to that size at least.
  void fillTo(long bytes) throws IOException {
    long goal = Math.min(bytes, sizeBytes);
    while (filledBytes < goal) {
      long to = Math.min(filledBytes + SYNC_BYTES / 4, sizeBytes);
      Blank.fill(file, filledBytes, to);
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
