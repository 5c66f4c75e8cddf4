package io.jangada.protocol.port;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// The lines of one connection, however they are divided into pieces. What is held of a line that
/// has not come to its end counts against a budget that all connections share.
public final class LineReader {
  /// The line has not come to its end: all was taken.
  public static final int PARTIAL = -1;

  /// The line is too long, or there is no room for it: nothing more can be read.
  public static final int TOO_LONG = -2;

  private static final int KEPT_BYTES = 256;

  private final Quota arriving;
  private byte[] line = new byte[KEPT_BYTES];
  private int length;

  /// @param arriving what may be held of lines and values that have not come to their end
  public LineReader(Quota arriving) {
    this.arriving = arriving;
  }

  /// Takes a line.
  ///
  /// @param bytesMax of a line with its end
  /// @return its length without its end, LF or CR LF; or [#PARTIAL], or [#TOO_LONG]
  public int read(ByteBuf in, int bytesMax) {
    int from = in.readerIndex();
    int end = in.indexOf(from, in.writerIndex(), (byte) '\n');
    int more = (end < 0 ? in.writerIndex() : end) - from;
    if (more >= bytesMax - length || !reserve(length + more, bytesMax)) return TOO_LONG;
    in.readBytes(line, length, more);
    length += more;
    if (end < 0) return PARTIAL;
    in.skipBytes(1);
    int whole = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    length = 0;
    return whole;
  }

  private boolean reserve(int bytes, int bytesMax) {
    if (bytes <= line.length) return true;
    int size = Math.min(bytesMax, Math.max(bytes, 2 * line.length));
    if (!arriving.tryTake(size - line.length)) return false;
    line = Arrays.copyOf(line, size);
    return true;
  }

  /// The line that was read, and what more is in the array behind it. The next [#read] changes it.
  public byte[] bytes() {
    return line;
  }

  /// How much is held of a line that has not come to its end.
  public int partialLength() {
    return length;
  }

  /// The beginning of a line that is too long, and whose rest is in `in`.
  public byte[] beginning(ByteBuf in, int bytesMax) {
    int whole = Math.min(bytesMax, length + in.readableBytes());
    byte[] beginning = Arrays.copyOf(line, whole);
    if (whole > length) in.readBytes(beginning, length, whole - length);
    return beginning;
  }

  /// The line is not looked at any more: a long one is let go.
  public void letGo() {
    if (line.length == KEPT_BYTES) return;
    arriving.give(line.length - KEPT_BYTES);
    line = new byte[KEPT_BYTES];
  }
}
