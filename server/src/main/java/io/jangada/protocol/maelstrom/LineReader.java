package io.jangada.protocol.maelstrom;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Divides the input into lines and puts them into a [InputQueue]. A line that is longer than
/// [#LINE_BYTES_MAX] is skipped, without ever being held whole.
final class LineReader {
  static final int LINE_BYTES_MAX = 1 << 20;

  private static final int BUFFER_BYTES = 16 << 10;

  private final InputStream in;
  private final InputQueue lines;
  private final NodeLog log;
  private byte[] line = new byte[1024];
  private int length;
  private boolean skipping;

  LineReader(InputStream in, InputQueue lines, NodeLog log) {
    this.in = in;
    this.lines = lines;
    this.log = log;
  }

  void run() {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      for (int read; (read = in.read(buffer)) >= 0; ) take(buffer, read);
      endLine();
    } catch (IOException e) {
      log.write("standard input: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lines.end();
    }
  }

  private void take(byte[] buffer, int end) throws InterruptedException {
    int start = 0;
    for (int at = 0; at < end; at++) {
      if (buffer[at] != '\n') continue;
      append(buffer, start, at);
      endLine();
      start = at + 1;
    }
    append(buffer, start, end);
  }

  private void append(byte[] buffer, int from, int to) {
    int more = to - from;
    if (more > LINE_BYTES_MAX - length) skipping = true;
    if (skipping) {
      length = 0;
      return;
    }
    if (length + more > line.length)
      line = Arrays.copyOf(line, Math.max(length + more, 2 * line.length));
    System.arraycopy(buffer, from, line, length, more);
    length += more;
  }

  private void endLine() throws InterruptedException {
    if (skipping) log.write("not carried out: a line of more than " + LINE_BYTES_MAX + " bytes");
    else if (!isBlank())
      lines.put(new InputQueue.Line(Arrays.copyOf(line, length), System.nanoTime()));
    skipping = false;
    length = 0;
  }

  private boolean isBlank() {
    for (int i = 0; i < length; i++)
      if (line[i] != ' ' && line[i] != '\r' && line[i] != '\t') return false;
    return true;
  }
}
