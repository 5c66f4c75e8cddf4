package io.jangada.protocol.maelstrom;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// Remarks for people, a line each, on standard error; Maelstrom keeps them in a file per node.
final class NodeLog {
  private static final int LINE_BYTES_SHOWN = 200;

  private final PrintStream out;
  private volatile String name = "node";

  NodeLog(PrintStream out) {
    this.out = out;
  }

  void call(String name) {
    this.name = name;
  }

  void write(String remark) {
    StringBuilder line = new StringBuilder(name).append(": ");
    for (int i = 0; i < remark.length(); i++) {
      char c = remark.charAt(i);
      line.append(Character.isISOControl(c) ? '?' : c);
    }
    out.println(line);
  }

  /// A line that was received and is not carried out.
  void bad(String why, byte[] line) {
    int shown = Math.min(line.length, LINE_BYTES_SHOWN);
    String text = new String(line, 0, shown, StandardCharsets.UTF_8);
    write("not carried out (" + why + "): " + text + (shown < line.length ? "..." : ""));
  }
}
