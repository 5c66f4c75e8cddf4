package io.jangada.codec;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Reads numbers and byte strings from a piece of a buffer. Every read is checked against what is
/// left of the piece, and a length is checked before memory is taken for it.
public final class FrameReader {
  private final ByteBuf in;
  private final int end;

  /// Reads the next `length` bytes of the buffer, which must be there.
  public FrameReader(ByteBuf in, int length) {
    this.in = in;
    this.end = in.readerIndex() + length;
  }

  public int remaining() {
    return end - in.readerIndex();
  }

  public int get() {
    need(1);
    return in.readUnsignedByte();
  }

  public int getInt() {
    need(4);
    return in.readInt();
  }

  public long getLong() {
    need(8);
    return in.readLong();
  }

  /// A number from `min` to `max`.
  public long getLong(String what, long min, long max) {
    long value = getLong();
    if (value < min || value > max)
      throw new MalformedException(what + " " + value + " is not from " + min + " to " + max);
    return value;
  }

  /// A byte string with its length before it, copied out of the buffer.
  public Bytes getBytes() {
    int length = getInt();
    need(length);
    if (length == 0) return Bytes.EMPTY;
    byte[] copy = new byte[length];
    in.readBytes(copy);
    return Bytes.wrap(copy);
  }

  public String getText(int bytesMax) {
    int length = getInt();
    if (length > bytesMax)
      throw new MalformedException("a text of " + length + " bytes, at most " + bytesMax);
    need(length);
    return in.readCharSequence(length, StandardCharsets.UTF_8).toString();
  }

  /// A count of things that take at least `bytesEachMin` bytes each.
  public int getCount(int bytesEachMin) {
    int count = getInt();
    if (count < 0 || (long) count * bytesEachMin > remaining())
      throw new MalformedException("count " + count + " with " + remaining() + " bytes left");
    return count;
  }

  /// Reads over some bytes.
  public void skip(int bytes) {
    need(bytes);
    in.skipBytes(bytes);
  }

  public void end() {
    if (remaining() != 0) throw new MalformedException(remaining() + " bytes left over");
  }

  private void need(int bytes) {
    if (bytes < 0 || bytes > remaining())
      throw new MalformedException(bytes + " bytes wanted, " + remaining() + " left");
  }
}
