package io.jangada.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// An immutable byte string, compared by unsigned bytes. Keys, values, commands and snapshot chunks
/// are all of this type.
///
/// [#wrap] shares the array it is given: the caller hands it over and never writes to it again.
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] array;
  private int hash;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /// Takes the array over without copying; it must not be written to afterwards.
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  public static Bytes copyOf(byte[] array, int offset, int length) {
    return wrap(Arrays.copyOfRange(array, offset, offset + length));
  }

  /// Copies what remains in the buffer and moves its position to its limit.
  public static Bytes copyOf(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(copy);
    return wrap(copy);
  }

  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public int length() {
    return array.length;
  }

  public boolean isEmpty() {
    return array.length == 0;
  }

  public byte at(int index) {
    return array[index];
  }

  public byte[] toArray() {
    return array.clone();
  }

  /// A read-only view; no copy.
  public ByteBuffer asBuffer() {
    return ByteBuffer.wrap(array).asReadOnlyBuffer();
  }

  public void copyTo(byte[] target, int offset) {
    System.arraycopy(array, 0, target, offset, array.length);
  }

  public void putInto(ByteBuffer target) {
    target.put(array);
  }

  public void update(CRC32C crc) {
    crc.update(array, 0, array.length);
  }

  public String toUtf8() {
    return new String(array, StandardCharsets.UTF_8);
  }

  byte[] array() {
    return array;
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(array, other.array);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(array, that.array);
  }

  @Override
  public int hashCode() {
    if (hash == 0) hash = Arrays.hashCode(array);
    return hash;
  }

  /// SipHash-1-3 of the content under a 128-bit key: the same on every machine, and beyond the
  /// reach of somebody who chooses the content without knowing the key.
  public long hash64(long key0, long key1) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    int words = array.length >>> 3;
    // One round for each word, one for the tail with the length, and three to finish.
    for (int round = 0; round < words + 4; round++) {
      long word = 0;
      if (round < words) word = (long) WORDS.get(array, round << 3);
      else if (round == words) word = tailAndLength(words << 3);
      else if (round == words + 1) v2 ^= 0xff;
      v3 ^= word;
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
      v0 ^= word;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private long tailAndLength(int from) {
    long word = (long) array.length << 56;
    for (int i = from; i < array.length; i++) word |= (array[i] & 0xffL) << ((i - from) << 3);
    return word;
  }

  /// Printable ASCII as it is, every other byte as `\xNN`; cut after 64 bytes.
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(array.length, 64); i++) {
      int b = array[i] & 0xff;
      if (b >= 0x20 && b < 0x7f && b != '\\') out.append((char) b);
      else out.append(String.format("\\x%02x", b));
    }
    if (array.length > 64) out.append("...(").append(array.length).append(" bytes)");
    return out.toString();
  }
}
