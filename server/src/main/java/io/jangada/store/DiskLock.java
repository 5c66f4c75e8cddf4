package io.jangada.store;

import java.io.IOException;

/// A lock on a [Disk], until it is closed or the process dies.
public interface DiskLock extends AutoCloseable {
  @Override
  void close() throws IOException;
}
