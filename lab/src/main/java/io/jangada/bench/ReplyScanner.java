package io.jangada.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Takes replies out of what a server sends, without copying more than a line: tells for each what
/// it is, and shows the first bytes of values to a [Check].
final class ReplyScanner {
  private static final int LINE_BYTES_MAX = 256;

  /// No `VALUE` is being read.
  private static final int NONE = -1;

  /// Takes the replies.
  interface Check {
    /// A byte of a value, one of the first [Keys#BYTES].
    ///
    /// @param place 0 for the first
    void valueByte(int place, byte b);

    /// A reply is there, with its value if it has one.
    ///
    /// @param line the first line, in the first `length` bytes
    /// @param valueBytes -1 without a value
    void reply(byte[] line, int length, int valueBytes);
  }

  private final byte[] line = new byte[LINE_BYTES_MAX];
  private int lineLength;
  private int valueBytes = NONE;
  private int valueRead;

  /// @throws IllegalStateException when it is no reply of the protocol
  void read(ByteBuf in, Check check) {
    while (in.isReadable()) {
      if (valueBytes == NONE) readLine(in, check);
      else readValue(in, check);
    }
  }

  private void readLine(ByteBuf in, Check check) {
    int end = in.bytesBefore((byte) '\n');
    int count = end < 0 ? in.readableBytes() : end;
    if (lineLength + count > LINE_BYTES_MAX) throw new IllegalStateException("a line without end");
    in.readBytes(line, lineLength, count);
    lineLength += count;
    if (end < 0) return;
    in.skipBytes(1);
    if (lineLength > 0 && line[lineLength - 1] == '\r') lineLength--;
    if (startsWith("VALUE ")) {
      valueBytes = lastNumber();
      valueRead = 0;
    } else finish(check);
  }

  private void readValue(ByteBuf in, Check check) {
    while (valueRead < valueBytes && valueRead < Keys.BYTES && in.isReadable())
      check.valueByte(valueRead++, in.readByte());
    int skip = Math.min(in.readableBytes(), Math.max(0, valueBytes - valueRead));
    in.skipBytes(skip);
    valueRead += skip;
    for (; valueRead >= valueBytes && in.isReadable(); valueRead++) {
      byte expected = (byte) (valueRead == valueBytes ? '\r' : '\n');
      if (in.readByte() != expected)
        throw new IllegalStateException("a value that does not end after " + valueBytes + " bytes");
      if (expected != '\n') continue;
      finish(check);
      return;
    }
  }

  private void finish(Check check) {
    int bytes = valueBytes;
    int length = lineLength;
    valueBytes = NONE;
    lineLength = 0;
    check.reply(line, length, bytes);
  }

  private int lastNumber() {
    int from = lineLength;
    while (line[from - 1] != ' ') from--;
    long number = number(line, from, lineLength);
    if (number > Load.VALUE_BYTES_MAX) throw new IllegalStateException("a value of " + number);
    return (int) number;
  }

  private boolean startsWith(String word) {
    return startsWith(line, lineLength, word);
  }

  static boolean startsWith(byte[] line, int length, String word) {
    if (length < word.length()) return false;
    for (int i = 0; i < word.length(); i++) if (line[i] != word.charAt(i)) return false;
    return true;
  }

  /// The decimal number in these bytes.
  static long number(byte[] line, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      if (line[i] < '0' || line[i] > '9' || number > Long.MAX_VALUE / 10 - 1)
        throw new IllegalStateException("no number in '" + text(line, to) + "'");
      number = 10 * number + line[i] - '0';
    }
    if (from == to) throw new IllegalStateException("no number in '" + text(line, to) + "'");
    return number;
  }

  static String text(byte[] line, int length) {
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }
}
