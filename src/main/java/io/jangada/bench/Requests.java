package io.jangada.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Writes requests from templates: only the digits of the key are new each time. A value begins
/// with its key, as far as it is long enough, so that a reader can tell whether it got the right
/// one. Owned by one event loop.
final class Requests {
  private static final byte[] GETM = "getm ".getBytes(StandardCharsets.US_ASCII);

  /// Where the key begins in `get <key>` and `set <key>`, and its digits.
  private static final int KEY_AT = 4;

  private static final int DIGITS_AT = KEY_AT + Keys.BYTES - Keys.DIGITS;
  private static final byte[] LINE_END = {'\r', '\n'};

  private final Keys read;
  private final Keys written;
  private final byte[] get;
  private final byte[] set;
  private final int setValueAt;
  private final byte[] digits = new byte[Keys.BYTES];

  Requests(Keys read, Keys written, int valueBytes) {
    this.read = read;
    this.written = written;
    get = ascii("get " + read.text(0) + "\r\n");
    String line = "set " + written.text(0) + " 0 " + valueBytes + "\r\n";
    set = java.util.Arrays.copyOf(ascii(line), line.length() + valueBytes);
    setValueAt = line.length();
    fill(set, setValueAt);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void fill(byte[] target, int from) {
    for (int i = from; i < target.length; i++) target[i] = (byte) ('a' + (i - from) % 26);
  }

  int valueBytes() {
    return set.length - setValueAt;
  }

  void get(long key, ByteBuf out) {
    read.putDigits(key, get, DIGITS_AT);
    out.writeBytes(get);
  }

  void getm(long key, ByteBuf out) {
    read.put(key, digits, 0);
    out.writeBytes(GETM).writeBytes(digits).writeBytes(LINE_END);
  }

  void set(long key, ByteBuf out) {
    written.putDigits(key, set, DIGITS_AT);
    putKeyInValue();
    out.writeBytes(set);
  }

  void cas(long key, long version, ByteBuf out) {
    written.putDigits(key, set, DIGITS_AT);
    putKeyInValue();
    String line = "cas " + written.text(key) + " 0 " + version + " " + valueBytes() + "\r\n";
    out.writeCharSequence(line, StandardCharsets.US_ASCII);
    out.writeBytes(set, setValueAt, valueBytes());
  }

  private void putKeyInValue() {
    System.arraycopy(set, KEY_AT, set, setValueAt, Math.min(Keys.BYTES, valueBytes()));
  }

  /// Whether a byte of a value is what the value of this key has in its place.
  boolean isRight(long key, int place, byte b) {
    if (place >= Keys.BYTES) return b == (byte) ('a' + place % 26);
    if (place == 0) read.put(key, digits, 0);
    return b == digits[place];
  }
}
