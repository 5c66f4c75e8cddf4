package io.jangada.store;

import java.io.IOException;

/// A sync after whose failure there is no going on, not even when it failed for want of space: what
/// was to become durable may be lost already, while the operating system calls it clean.
interface SyncOnce {
  void run() throws IOException;

  /// @throws IOException never a [DiskFullException], since that would invite to try again
  static void sync(SyncOnce sync) throws IOException {
    try {
      sync.run();
    } catch (DiskFullException e) {
      throw new IOException("the disk was full in a sync", e);
    }
  }
}
