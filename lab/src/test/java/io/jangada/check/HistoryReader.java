package io.jangada.check;

import java.io.IOException;
import java.nio.CharBuffer;

/// Reads what [HistoryText] writes, to check a kept history again.
final class HistoryReader {
  /// The longest line, in characters: a key and two values, each character escaped, and some more.
  static final int LINE_MAX = 3 * 6 * History.TEXT_MAX + 1000;

  /// The most lines of a text, those skipped included.
  static final int LINES_MAX = 4 * History.OPERATIONS_MAX;

  /// What became of a text.
  sealed interface Parsed {
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

  private HistoryReader() {}

  /// Reads a history back. Takes memory for one line and for what was read so far, all bounded; an
  /// `IOException` is the reader's own.
  static Parsed read(Readable in) throws IOException {
    return new Reading(in).all();
  }

  /// A piece of the text for a message: not too long, and on one line.
  static String cut(String text) {
    String quoted = Quoted.write(text.substring(0, Math.min(text.length(), Words.SHOWN_MAX)));
    return quoted.substring(1, quoted.length() - 1) + (text.length() > Words.SHOWN_MAX ? "…" : "");
  }

  private static final class Reading {
    private final Readable in;
    private final Builder builder = new Builder();
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
          if (text.isBlank() || text.startsWith("#")) continue;
          if (!begun) {
            begun = true;
            if (!text.equals(HistoryText.HEADER))
              throw new IllegalArgumentException("expected `" + HistoryText.HEADER + "`");
          } else if (ended) {
            throw new IllegalArgumentException("nothing may follow the `end` line");
          } else {
            ended = builder.take(text);
          }
        }
        line++;
        if (!ended) throw new IllegalArgumentException("the text stops before its `end` line");
        return new Parsed.Good(builder.history());
      } catch (IllegalArgumentException | IllegalStateException e) {
        return new Parsed.Malformed(line, e.getMessage());
      }
    }

    private String next() throws IOException {
      line++;
      if (line > LINES_MAX)
        throw new IllegalArgumentException("a text takes " + LINES_MAX + " lines");
      StringBuilder text = new StringBuilder();
      while (true) {
        if (!buffer.hasRemaining() && !fill()) {
          line -= text.isEmpty() ? 1 : 0;
          return text.isEmpty() ? null : text.toString();
        }
        char c = buffer.get();
        if (c == '\n') return text.toString();
        if (c != '\r') text.append(c);
        if (text.length() > LINE_MAX)
          throw new IllegalArgumentException("a line takes " + LINE_MAX + " characters");
      }
    }

    private boolean fill() throws IOException {
      buffer.clear();
      int count = in.read(buffer);
      buffer.flip();
      return count > 0;
    }
  }

  /// Takes lines and makes a history of them; throws `IllegalArgumentException` or
  /// `IllegalStateException` with a sentence about a line that is wrong.
  static final class Builder {
    private final History.Recorder recorder = new History.Recorder();

    History history() {
      return recorder.history();
    }

    /// Takes one line after the header; returns whether it was the last.
    boolean take(String text) {
      Tokens line = new Tokens(text);
      String first = line.word("an operation's id or `end`");
      if (first.equals("end")) {
        long count = line.number("the number of operations", 0, Integer.MAX_VALUE);
        line.end();
        if (count != recorder.size())
          throw new IllegalArgumentException(
              "`end` counts " + count + " operations, there were " + recorder.size());
        return true;
      }
      int id = (int) Tokens.number(first, "an operation's id", 0, Integer.MAX_VALUE);
      String event = line.word("what happened");
      switch (event) {
        case "invoke" -> invoke(id, line);
        case "ok" -> ok(id, line);
        case "fail" -> {
          long time = time(line);
          line.end();
          recorder.fail(id, time);
        }
        case "unknown" -> {
          line.end();
          recorder.unknown(id);
        }
        default ->
            throw new IllegalArgumentException(
                "expected `invoke`, `ok`, `fail` or `unknown`, not `" + cut(event) + "`");
      }
      return false;
    }

    private void invoke(int id, Tokens line) {
      if (id != recorder.size())
        throw new IllegalArgumentException(
            "the next invocation is operation " + recorder.size() + ", not " + id);
      long time = time(line);
      String process = line.word("a process such as p3");
      if (!process.startsWith("p"))
        throw new IllegalArgumentException(
            "expected a process such as p3, not `" + cut(process) + "`");
      int number =
          (int) Tokens.number(process.substring(1), "a process's number", 0, Integer.MAX_VALUE);
      String key = line.quoted("a key in quotes");
      Op op = op(line);
      line.end();
      recorder.invoke(number, key, op, time);
    }

    private void ok(int id, Tokens line) {
      long time = time(line);
      RecordedResult result = result(line);
      line.end();
      recorder.complete(id, result, time);
    }

    private static long time(Tokens line) {
      return line.number("a time", Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static Op op(Tokens line) {
      String word = line.word("an operation");
      return switch (word) {
        case "read" -> new Op.Read();
        case "write" -> new Op.Write(value(line));
        case "create" -> new Op.Create(value(line));
        case "cas" -> new Op.Cas(value(line), value(line));
        case "cas_or_create" -> new Op.CasOrCreate(value(line), value(line));
        case "cas_version" -> new Op.CasVersion(version(line), value(line));
        case "delete" -> new Op.Delete();
        case "delete_if" -> new Op.DeleteIfValue(value(line));
        case "delete_version" -> new Op.DeleteIfVersion(version(line));
        default -> throw new IllegalArgumentException("no operation is called `" + cut(word) + "`");
      };
    }

    private static RecordedResult result(Tokens line) {
      String word = line.word("a result");
      return switch (word) {
        case "found" -> new RecordedResult.Found(value(line), versionIfAny(line));
        case "absent" -> new RecordedResult.Absent();
        case "written" -> new RecordedResult.Written(versionIfAny(line));
        case "deleted" -> new RecordedResult.Deleted(versionIfAny(line));
        case "mismatch" -> new RecordedResult.Mismatch();
        case "exists" -> new RecordedResult.Exists();
        default -> throw new IllegalArgumentException("no result is called `" + cut(word) + "`");
      };
    }

    private static String value(Tokens line) {
      return line.quoted("a value in quotes");
    }

    private static long version(Tokens line) {
      return line.number("a version", 0, RecordedResult.VERSION_MAX);
    }

    private static long versionIfAny(Tokens line) {
      return line.atEnd() ? RecordedResult.NO_VERSION : version(line);
    }
  }
}
