package io.jangada.store;

import java.io.IOException;

/// A data directory that is in use by this replica and by no other: locked, and known to hold this
/// member's data. Opened before, and closed after, the log and the snapshots in it.
///
/// @param isNew whether it held no member's data before
public record DataDirectory(boolean isNew, DiskLock lock) implements AutoCloseable {
  private static final String LOCK = "LOCK";

  /// @throws DirectoryLockedException when it is in use
  /// @throws IdentityException when it holds another member's data, or data in another format
  public static DataDirectory claim(Disk disk, Identity identity) throws IOException {
    DiskLock lock = disk.lock(LOCK);
    try {
      return new DataDirectory(identity.claim(disk), lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
