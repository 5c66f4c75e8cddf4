package io.jangada.check;

import java.io.IOException;
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
/// time. An invocation continues with process, key and operation: `read`, `write V`, `create V`,
/// `cas V V`, `cas_or_create V V`, `cas_version N V`, `delete`, `delete_if V`, `delete_version N`.
/// An `ok` continues with the result: `found V [N]`, `absent`, `written [N]`, `deleted [N]`,
/// `mismatch`, `exists`, where N is a version. An operation with no line of ending is unknown; `0
/// unknown` says so outright. The last line counts the invocations, so that a truncated file is
/// noticed. Strings are quoted with JSON's escapes; text is UTF-8. Empty lines and lines that start
/// with `#` are skipped.
public final class HistoryText {
  static final String HEADER = "jangada-history 1";

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
      lines[operation.invoked().order()] = invoked(operation);
      switch (operation.ending()) {
        case Ending.Ok ok -> lines[ok.order()] = ok(operation.id(), ok);
        case Ending.Failed(long time, int order) -> lines[order] = operation.id() + " fail " + time;
        case Ending.Unknown() -> {}
      }
    }
    out.append(HEADER).append('\n');
    for (String line : lines) {
      if (line != null) out.append(line).append('\n');
    }
    out.append("end ").append(Integer.toString(operations.size())).append('\n');
  }

  private static String invoked(RecordedOp o) {
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

  private static String ok(int id, Ending.Ok ok) {
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
}
