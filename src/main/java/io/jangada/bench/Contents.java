package io.jangada.bench;

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
  public void key(Verb verb, long number, byte[] target, int at) {
    (verb == Verb.GET ? read : written).put(number, target, at);
  }

  /// Writes the value of a key that is to be written.
  public void value(long number, byte[] target, int at) {
    written.put(number, key, 0);
    for (int place = 0; place < valueBytes; place++)
      target[at + place] = place < Keys.BYTES ? key[place] : filling(place);
  }

  /// Turns the value of one key that is to be written into that of another.
  ///
  /// @param key holds its name, from `keyAt` on
  public void rename(byte[] value, byte[] key, int keyAt) {
    System.arraycopy(key, keyAt, value, 0, Math.min(Keys.BYTES, valueBytes));
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
