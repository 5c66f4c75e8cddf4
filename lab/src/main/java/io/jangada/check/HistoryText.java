package io.jangada.check;

import java.io.IOException;
import java.nio.CharBuffer;
import java.util.List;

/// Histories as text, one event on a line in the order recorded, so that a failing run can be kept
/// and checked again:
///
/// ```
/// jangada-history 1
/// 0 invoke 120 p3 "x" write "5"
/// 1 invoke 121 p4 "x" read
/// 0 ok 140 written 7
/// 1 fail 150
/// end 2
/// ```
///
/// A line starts with the operation's id (invocations count up from 0) and what happened; then the
/// time. An invocation goes on with process, key and operation: `read`, `write V`, `create V`, `cas
/// V V`, `cas_or_create V V`, `cas_version N V`, `delete`, `delete_if V`, `delete_version N`. An
/// `ok` goes on with the result: `found V [N]`, `absent`, `written [N]`, `deleted [N]`, `mismatch`,
/// `exists`, where N is a version. An operation with no line of ending is unknown; `0 unknown` says
/// so outright. The last line counts the invocations, so that a file cut short is noticed. Strings
/// are quoted with JSON's escapes; text is UTF-8. Empty lines and lines that start with `#` are
/// skipped.
public final class HistoryText {

  /// The longest line, in characters: a key and two values, each character escaped, and some more.
  public static final int LINE_MAX = 3 * 6 * History.TEXT_MAX + 1000;

  /// The most lines of a text, those skipped included.
  public static final int LINES_MAX = 4 * History.OPERATIONS_MAX;

  static final String HEADER = "jangada-history 1";

  /// What became of a text.
  public sealed interface Parsed {
    /// The history it holds.
    record Good(History history) implements Parsed {}

    /// The first line that is wrong, counted from 1, and what is wrong with it.
    record Malformed(int line, String why) implements Parsed {
      @Override
      public String toString() {
        return "line " + line + ": " + why;
      }
    }
  }

  private HistoryText() {}

  /// The whole history as text.
  public static String write(History history) {
    StringBuilder out = new StringBuilder();
    try {
      write(history, out);
    } catch (IOException e) {
      throw new IllegalStateException("a string builder does no input or output", e);
    }
    return out.toString();
  }

  /// Writes the whole history to `out`, line by line.
  public static void write(History history, Appendable out) throws IOException {
    List<RecordedOp> operations = history.operations();
    String[] lines = new String[2 * operations.size()];
    for (RecordedOp operation : operations) {
      lines[operation.invoked().order()] = HistoryLines.invoked(operation);
      switch (operation.ending()) {
        case Ending.Ok ok -> lines[ok.order()] = HistoryLines.ok(operation.id(), ok);
        case Ending.Failed(long time, int order) -> lines[order] = operation.id() + " fail " + time;
        case Ending.Unknown() -> {}
      }
    }
    out.append(HEADER).append('\n');
    for (String line : lines) {
      if (line != null) {
        out.append(line).append('\n');
      }
    }
    out.append("end ").append(Integer.toString(operations.size())).append('\n');
  }

  /// Reads a history back. Takes memory for one line and for what was read so far, all bounded; an
  /// `IOException` is the reader's own.
  public static Parsed read(Readable in) throws IOException {
    return new Reading(in).all();
  }

  private static final class Reading {
    private final Readable in;
    private final HistoryLines.Builder builder = new HistoryLines.Builder();
    private final CharBuffer buffer = CharBuffer.allocate(8192).flip();
    private int line;

    Reading(Readable in) {
      this.in = in;
    }

    Parsed all() throws IOException {
      boolean begun = false;
      boolean ended = false;
      try {
        for (String text = next(); text != null; text = next()) {
          if (text.isBlank() || text.startsWith("#")) {
            continue;
          }
          if (!begun) {
            begun = true;
            if (!text.equals(HEADER)) {
              throw new IllegalArgumentException("expected `" + HEADER + "`");
            }
          } else if (ended) {
            throw new IllegalArgumentException("nothing may follow the `end` line");
          } else {
            ended = builder.take(text);
          }
        }
        line++;
        if (!ended) {
          throw new IllegalArgumentException("the text stops before its `end` line");
        }
        return new Parsed.Good(builder.history());
      } catch (IllegalArgumentException | IllegalStateException e) {
        return new Parsed.Malformed(line, e.getMessage());
      }
    }

    private String next() throws IOException {
      line++;
      if (line > LINES_MAX) {
        throw new IllegalArgumentException("a text takes " + LINES_MAX + " lines");
      }
      StringBuilder text = new StringBuilder();
      while (true) {
        if (!buffer.hasRemaining() && !fill()) {
          line -= text.isEmpty() ? 1 : 0;
          return text.isEmpty() ? null : text.toString();
        }
        char c = buffer.get();
        if (c == '\n') {
          return text.toString();
        }
        if (c != '\r') {
          text.append(c);
        }
        if (text.length() > LINE_MAX) {
          throw new IllegalArgumentException("a line takes " + LINE_MAX + " characters");
        }
      }
    }

    private boolean fill() throws IOException {
      buffer.clear();
      int count = in.read(buffer);
      buffer.flip();
      return count > 0;
    }
  }
}
