package io.jangada.bytes;

import java.util.zip.CRC32C;

/// CRC32C (Castagnoli), the checksum of every record, frame and snapshot chunk.
public final class Crc32c {
  private Crc32c() {}

  public static int of(byte[] array, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(array, offset, length);
    return (int) crc.getValue();
  }

  public static int of(Bytes bytes) {
    return of(bytes.array(), bytes.from(), bytes.length());
  }
}
