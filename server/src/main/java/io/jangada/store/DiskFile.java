package io.jangada.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/// An open file of a [Disk]. What is durable when is said there.
public interface DiskFile extends AutoCloseable {
  long size() throws IOException;

  /// Reads into what remains of `target`, perhaps less than that.
  ///
  /// @return how many bytes, at least one; -1 at or past the end of the file
  int read(long position, ByteBuffer target) throws IOException;

  /// Writes all that remains of `source`, beyond the end of the file if need be. When it throws,
  /// any part may have been written.
  void write(long position, ByteBuffer source) throws IOException;

  /// Truncates the file to `size`; nothing happens when it is not longer.
  void truncate(long size) throws IOException;

  /// Returns once everything written to the file is on stable storage (`fdatasync`).
  void sync() throws IOException;

  @Override
  void close() throws IOException;
}
