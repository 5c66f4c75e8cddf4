package io.jangada.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;

/// An immutable byte string, compared by unsigned bytes. Keys, values, commands and snapshot chunks
/// are all of this type.
///
/// [#wrap] shares the array it is given: the caller hands it over and never writes to it again. A
/// [#slice] shares the array of the whole, and keeps all of it in memory: what is kept for long is
/// to be a [#compact] one.
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle BIG_ENDIAN_WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] array;
  private final int from;
  private final int length;
  private int hash;

  private Bytes(byte[] array, int from, int length) {
    this.array = array;
    this.from = from;
    this.length = length;
  }

  /// Takes the array over without copying; it must not be written to afterwards.
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
  }

  /// The same for a part of the array; no byte of this part is to be written to afterwards.
  static Bytes wrap(byte[] array, int from, int length) {
    return length == 0 ? EMPTY : new Bytes(array, from, length);
  }

  /// A part of an array that is written to afterwards nevertheless: to be used before that.
  public static Bytes slice(byte[] array, int from, int length) {
    Objects.checkFromIndexSize(from, length, array.length);
    return wrap(array, from, length);
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

  /// A part, without copying.
  public Bytes slice(int offset, int length) {
    Objects.checkFromIndexSize(offset, length, this.length);
    return wrap(array, from + offset, length);
  }

  /// The same bytes, holding nothing else in memory: itself, or a copy.
  public Bytes compact() {
    return length == array.length ? this : copyOf(array, from, length);
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public byte at(int index) {
    return array[from + Objects.checkIndex(index, length)];
  }

  public byte[] toArray() {
    return Arrays.copyOfRange(array, from, from + length);
  }

  /// A read-only view; no copy.
  public ByteBuffer asBuffer() {
    return ByteBuffer.wrap(array, from, length).slice().asReadOnlyBuffer();
  }

  public void copyTo(byte[] target, int offset) {
    System.arraycopy(array, from, target, offset, length);
  }

  public void putInto(ByteBuffer target) {
    target.put(array, from, length);
  }

  public void update(CRC32C crc) {
    crc.update(array, from, length);
  }

  public String toUtf8() {
    return new String(array, from, length, StandardCharsets.UTF_8);
  }

  /// The array that holds these bytes, from [#from] on.
  byte[] array() {
    return array;
  }

  int from() {
    return from;
  }

  /// Whether these are the bytes of `other` from `offset` on.
  public boolean isAt(byte[] other, int offset) {
    return Arrays.equals(array, from, from + length, other, offset, offset + length);
  }

  /// How many bytes, from the first on, are the same in both.
  public int commonPrefix(Bytes other) {
    return commonPrefix(other.array, other.from, other.length);
  }

  /// The same with those of `other` between `offset` and `offset + otherLength`.
  public int commonPrefix(byte[] other, int offset, int otherLength) {
    int mismatch = Arrays.mismatch(array, from, from + length, other, offset, offset + otherLength);
    return mismatch < 0 ? length : mismatch;
  }

  /// The eight bytes from `index` on, as a number that orders as they do without its sign: the
  /// first byte is the highest. What is beyond the end counts as 0.
  public long wordAt(int index) {
    return word(array, from + index, from + length);
  }

  /// The same of the bytes of an array between `from` and `to`.
  public static long word(byte[] array, int from, int to) {
    int bytes = to - from;
    if (bytes >= Long.BYTES) return (long) BIG_ENDIAN_WORDS.get(array, from);
    if (bytes <= 0) return 0;
    int missingBits = Long.SIZE - 8 * bytes;
    if (to >= Long.BYTES) return (long) BIG_ENDIAN_WORDS.get(array, to - Long.BYTES) << missingBits;
    long word = 0;
    for (int i = from; i < to; i++) word = word << 8 | array[i] & 0xff;
    return word << missingBits;
  }

  /// As [#compareTo] with the bytes of `other` between `offset` and `offset + otherLength`.
  public int compareTo(byte[] other, int offset, int otherLength) {
    return Arrays.compareUnsigned(array, from, from + length, other, offset, offset + otherLength);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(
        array, from, from + length, other.array, other.from, other.from + other.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && length == that.length
        && Arrays.equals(
            array, from, from + length, that.array, that.from, that.from + that.length);
  }

  @Override
  public int hashCode() {
    if (hash == 0) {
      int sum = 1;
      for (int i = from; i < from + length; i++) sum = 31 * sum + array[i];
      hash = sum;
    }
    return hash;
  }

  /// SipHash-1-3 of the content under a 128-bit key: the same on every machine, and beyond the
  /// reach of an attacker who chooses the content without knowing the key.
  public long hash64(long key0, long key1) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    int words = length >>> 3;
    // One round for each word, one for the tail with the length, and three to finish.
    for (int round = 0; round < words + 4; round++) {
      long word = 0;
      if (round < words) word = (long) WORDS.get(array, from + (round << 3));
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

  private long tailAndLength(int start) {
    long word = (long) length << 56;
    for (int i = start; i < length; i++) word |= (array[from + i] & 0xffL) << ((i - start) << 3);
    return word;
  }

  /// Printable ASCII as it is, every other byte as `\xNN`; truncated after 64 bytes.
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(length, 64); i++) {
      int b = array[from + i] & 0xff;
      if (b >= 0x20 && b < 0x7f && b != '\\') out.append((char) b);
      else out.append(String.format("\\x%02x", b));
    }
    if (length > 64) out.append("...(").append(length).append(" bytes)");
    return out.toString();
  }
}
