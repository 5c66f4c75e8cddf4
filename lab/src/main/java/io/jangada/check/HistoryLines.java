package io.jangada.check;

/// The single lines of [HistoryText].
final class HistoryLines {

  private HistoryLines() {}

  static String invoked(RecordedOp o) {
    return o.id()
        + " invoke "
        + o.invoked().time()
        + " p"
        + o.process()
        + " "
        + Quoted.write(o.key())
        + " "
        + asked(o.op());
  }

  static String ok(int id, Ending.Ok ok) {
    return id + " ok " + ok.time() + " " + answered(ok.result());
  }

  private static String asked(Op op) {
    return switch (op) {
      case Op.Read() -> "read";
      case Op.Write(String value) -> "write " + Quoted.write(value);
      case Op.Create(String value) -> "create " + Quoted.write(value);
      case Op.Cas(String from, String to) -> "cas " + Quoted.write(from) + " " + Quoted.write(to);
      case Op.CasOrCreate(String from, String to) ->
          "cas_or_create " + Quoted.write(from) + " " + Quoted.write(to);
      case Op.CasVersion(long version, String to) ->
          "cas_version " + version + " " + Quoted.write(to);
      case Op.Delete() -> "delete";
      case Op.DeleteIfValue(String value) -> "delete_if " + Quoted.write(value);
      case Op.DeleteIfVersion(long version) -> "delete_version " + version;
    };
  }

  private static String answered(RecordedResult result) {
    return switch (result) {
      case RecordedResult.Found(String value, long version) ->
          "found " + Quoted.write(value) + named(version);
      case RecordedResult.Absent() -> "absent";
      case RecordedResult.Written(long version) -> "written" + named(version);
      case RecordedResult.Deleted(long version) -> "deleted" + named(version);
      case RecordedResult.Mismatch() -> "mismatch";
      case RecordedResult.Exists() -> "exists";
    };
  }

  private static String named(long version) {
    return version == RecordedResult.NO_VERSION ? "" : " " + version;
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
        if (count != recorder.size()) {
          throw new IllegalArgumentException(
              "`end` counts " + count + " operations, there were " + recorder.size());
        }
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
                "expected `invoke`, `ok`, `fail` or `unknown`, not `" + Words.cut(event) + "`");
      }
      return false;
    }

    private void invoke(int id, Tokens line) {
      if (id != recorder.size()) {
        throw new IllegalArgumentException(
            "the next invocation is operation " + recorder.size() + ", not " + id);
      }
      long time = time(line);
      String process = line.word("a process such as p3");
      if (!process.startsWith("p")) {
        throw new IllegalArgumentException(
            "expected a process such as p3, not `" + Words.cut(process) + "`");
      }
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
        default ->
            throw new IllegalArgumentException("no operation is called `" + Words.cut(word) + "`");
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
        default ->
            throw new IllegalArgumentException("no result is called `" + Words.cut(word) + "`");
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
