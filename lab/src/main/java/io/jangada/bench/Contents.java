package io.jangada.bench;

import io.netty.buffer.ByteBuf;

/// The keys of a run and the values that belong to them. A value begins with its key, as far as it
/// is long enough, so that a reader can tell whether it got the right one.
public final class Contents {
  private static final int LETTERS = 26;

  private final Keys read;
  private final Keys written;
  private final int valueBytes;

  /// Scratch; all connections of a run are on one event loop.
  private final byte[] key = new byte[Keys.BYTES];

  Contents(Keys read, Keys written, int valueBytes) {
    this.read = read;
    this.written = written;
    this.valueBytes = valueBytes;
  }

  Keys read() {
    return read;
  }

  Keys written() {
    return written;
  }

  /// How long every key is.
  public int keyBytes() {
    return Keys.BYTES;
  }

  /// How long every value is.
  public int valueBytes() {
    return valueBytes;
  }

  /// Writes the name of a key that is to be read, or written.
  public void key(OpType verb, long number, byte[] target, int at) {
    (verb == OpType.GET ? read : written).put(number, target, at);
  }

  /// Writes the value of a key that is to be written.
  public void value(long number, byte[] target, int at) {
    written.put(number, key, 0);
    for (int place = 0; place < valueBytes; place++)
      target[at + place] = place < Keys.BYTES ? key[place] : filling(place);
  }

  /// Turns the value of one key that is to be written into that of another.
  ///
  /// @param value holds the value, from `at` on
  /// @param key holds the name of the other key, from `keyAt` on
  public void rename(byte[] value, int at, byte[] key, int keyAt) {
    System.arraycopy(key, keyAt, value, at, places());
  }

  /// How many bytes of a value are its key's.
  private int places() {
    return Math.min(Keys.BYTES, valueBytes);
  }

  /// Whether a value that was read is that of this key, as far as its length and the key in it
  /// tell.
  public boolean isRight(long number, ByteBuf value) {
    if (value.readableBytes() != valueBytes) return false;
    for (int place = 0; place < places(); place++)
      if (!isRight(number, place, value.getByte(value.readerIndex() + place))) return false;
    return true;
  }

  /// Whether a byte of a value that was read is what the value of this key has in its place. Places
  /// are asked for from 0 on.
  public boolean isRight(long number, int place, byte b) {
    if (place >= Keys.BYTES) return b == filling(place);
    if (place == 0) read.put(number, key, 0);
    return b == key[place];
  }

  private static byte filling(int place) {
    return (byte) ('a' + place % LETTERS);
  }
}
