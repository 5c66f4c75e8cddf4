package io.jangada.bytes;

/// Reads what [ByteWriter] wrote. Every read is checked against what is left, and a length is
/// checked before memory is taken for it: any bytes at all give values or a [MalformedException].
public final class ByteReader {
  private final byte[] array;
  private final int limit;
  private int position;

  public ByteReader(Bytes bytes) {
    this(bytes.array(), bytes.from(), bytes.length());
  }

  public ByteReader(byte[] array, int offset, int length) {
    this.array = array;
    this.position = offset;
    this.limit = offset + length;
  }

  public int remaining() {
    return limit - position;
  }

  /// One unsigned byte.
  public int get() {
    need(1);
    return array[position++] & 0xff;
  }

  public int getInt() {
    need(4);
    int value =
        (array[position] & 0xff) << 24
            | (array[position + 1] & 0xff) << 16
            | (array[position + 2] & 0xff) << 8
            | (array[position + 3] & 0xff);
    position += 4;
    return value;
  }

  public long getLong() {
    long high = getInt();
    return high << 32 | (getInt() & 0xffffffffL);
  }

  /// A length-prefixed byte string of at most `lengthMax` bytes.
  public Bytes getBytes(int lengthMax) {
    return getRaw(getLength(lengthMax));
  }

  public Bytes getRaw(int length) {
    need(length);
    Bytes bytes = Bytes.copyOf(array, position, length);
    position += length;
    return bytes;
  }

  /// The same without copying, where what is read is never written to: see [Bytes#slice].
  public Bytes getSlice(int lengthMax) {
    int length = getLength(lengthMax);
    Bytes slice = Bytes.wrap(array, position, length);
    position += length;
    return slice;
  }

  private int getLength(int lengthMax) {
    int length = getInt();
    if (length < 0 || length > lengthMax)
      throw new MalformedException("length " + length + ", allowed 0 to " + lengthMax);
    need(length);
    return length;
  }

  public String getText(int lengthMax) {
    return getBytes(lengthMax).toUtf8();
  }

  /// A count of things that take at least `bytesEachMin` bytes each, checked against what is left.
  public int getCount(int bytesEachMin) {
    int count = getInt();
    if (count < 0 || (long) count * bytesEachMin > remaining())
      throw new MalformedException("count " + count + " with " + remaining() + " bytes left");
    return count;
  }

  public void end() {
    if (position != limit) throw new MalformedException(remaining() + " bytes left over");
  }

  private void need(int bytes) {
    if (bytes < 0 || bytes > limit - position)
      throw new MalformedException(bytes + " bytes wanted, " + remaining() + " left");
  }
}
