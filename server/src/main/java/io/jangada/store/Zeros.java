package io.jangada.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Zeroes on disk.
final class Zeros {
  private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private Zeros() {}

  /// Writes zeroes from `from` up to `to`.
  static void fill(DiskFile file, long from, long to) throws IOException {
    for (long at = from; at < to; ) {
      int length = (int) Math.min(ZEROES.capacity(), to - at);
      file.write(at, ZEROES.slice(0, length));
      at += length;
    }
  }

  /// Whether the buffer holds nothing but zeroes from `from` up to `to`.
  static boolean is(ByteBuffer buffer, int from, int to) {
    int at = from;
    for (; at + 8 <= to; at += 8) if (buffer.getLong(at) != 0) return false;
    for (; at < to; at++) if (buffer.get(at) != 0) return false;
    return true;
  }
}
