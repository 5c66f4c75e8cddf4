package io.jangada.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing buffer that fixed-width big-endian numbers and length-prefixed byte strings are
/// written to. What it writes, [ByteReader] reads.
public final class ByteWriter {
  private byte[] array;
  private int length;

  public ByteWriter(int capacity) {
    array = new byte[Math.max(16, capacity)];
  }

  public int length() {
    return length;
  }

  public ByteWriter put(int value) {
    room(1);
    array[length++] = (byte) value;
    return this;
  }

  public ByteWriter putInt(int value) {
    room(4);
    array[length++] = (byte) (value >>> 24);
    array[length++] = (byte) (value >>> 16);
    array[length++] = (byte) (value >>> 8);
    array[length++] = (byte) value;
    return this;
  }

  public ByteWriter putLong(long value) {
    putInt((int) (value >>> 32));
    return putInt((int) value);
  }

  /// Four bytes of length, then the bytes.
  public ByteWriter putBytes(Bytes value) {
    putInt(value.length());
    return putRaw(value);
  }

  public ByteWriter putText(String value) {
    return putBytes(Bytes.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }

  /// The bytes alone, without a length.
  public ByteWriter putRaw(Bytes value) {
    room(value.length());
    value.copyTo(array, length);
    length += value.length();
    return this;
  }

  /// Overwrites four bytes that were written before, at `position`.
  public void setInt(int position, int value) {
    if (position < 0 || position + 4 > length) throw new IndexOutOfBoundsException(position);
    array[position] = (byte) (value >>> 24);
    array[position + 1] = (byte) (value >>> 16);
    array[position + 2] = (byte) (value >>> 8);
    array[position + 3] = (byte) value;
  }

  /// CRC32C of what was written from `from` up to here.
  public int crc32c(int from) {
    return Crc32c.of(array, from, length - from);
  }

  /// A copy of all that was written.
  public Bytes toBytes() {
    return Bytes.copyOf(array, 0, length);
  }

  /// What was written, without a copy. Nothing may be written afterwards.
  public Bytes handOver() {
    return Bytes.wrap(array, 0, length);
  }

  /// Forgets what was written and keeps the memory.
  public void clear() {
    length = 0;
  }

  /// The buffer itself, valid up to [#length] until the next write.
  public byte[] array() {
    return array;
  }

  private void room(int more) {
    if (array.length - length >= more) return;
    long wanted =
        Math.max((long) length + more, Math.min(2L * array.length, Integer.MAX_VALUE - 8));
    if (wanted > Integer.MAX_VALUE - 8) throw new IllegalStateException("buffer over 2 GiB");
    array = Arrays.copyOf(array, (int) wanted);
  }
}
