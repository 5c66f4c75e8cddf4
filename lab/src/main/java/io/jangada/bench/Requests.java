package io.jangada.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes requests of the text protocol from templates: only the digits of the key are new each
/// time. Owned by one event loop.
final class Requests {
  private static final byte[] GETM = "getm ".getBytes(StandardCharsets.US_ASCII);

  /// Where the key begins in `get <key>` and `set <key>`, and its digits.
  private static final int KEY_AT = 4;

  private static final int DIGITS_AT = KEY_AT + Keys.BYTES - Keys.DIGITS;
  private static final byte[] LINE_END = {'\r', '\n'};

  private final Contents contents;
  private final Keys read;
  private final Keys written;
  private final byte[] get;
  private final byte[] set;
  private final int valueBytes;
  private final int setValueAt;
  private final byte[] key = new byte[Keys.BYTES];

  Requests(Contents contents) {
    this.contents = contents;
    read = contents.read();
    written = contents.written();
    valueBytes = contents.valueBytes();
    get = ascii("get " + read.text(0) + "\r\n");
    String line = "set " + written.text(0) + " 0 " + valueBytes + "\r\n";
    set = Arrays.copyOf(ascii(line), line.length() + valueBytes);
    setValueAt = line.length();
    contents.value(0, set, setValueAt);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  void get(long number, ByteBuf out) {
    read.putDigits(number, get, DIGITS_AT);
    out.writeBytes(get);
  }

  void getm(long number, ByteBuf out) {
    read.put(number, key, 0);
    out.writeBytes(GETM).writeBytes(key).writeBytes(LINE_END);
  }

  void set(long number, ByteBuf out) {
    putKey(number);
    out.writeBytes(set);
  }

  void cas(long number, long version, ByteBuf out) {
    putKey(number);
    String line = "cas " + written.text(number) + " 0 " + version + " " + valueBytes + "\r\n";
    out.writeCharSequence(line, StandardCharsets.US_ASCII);
    out.writeBytes(set, setValueAt, valueBytes);
  }

  private void putKey(long number) {
    written.putDigits(number, set, DIGITS_AT);
    contents.rename(set, setValueAt, set, KEY_AT);
  }
}
