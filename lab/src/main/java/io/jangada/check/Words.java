package io.jangada.check;

/// Operations, results and values in plain words, for people. Long values are truncated; whatever
/// could be taken for something else stands in quotes with escapes.
final class Words {
  /// The longest value that is shown in full, in characters.
  static final int SHOWN_MAX = 40;

  /// The longest value that is shown in full inside a bar.
  static final int BAR_MAX = 16;

  private Words() {}

  /// One operation told in a clause, such as `read by p3 saw 1`.
  static String text(RecordedOp operation) {
    String who = asked(operation.op()) + " by p" + operation.process();
    return switch (operation.ending()) {
      case Ending.Ok(RecordedResult result, long _, int _) -> who + " " + answered(result);
      case Ending.Failed _ -> who + " certainly failed";
      case Ending.Unknown() -> who + " ended with an unknown outcome";
    };
  }

  /// What was asked, such as `cas 1 to 2`.
  static String asked(Op op) {
    return asked(op, SHOWN_MAX);
  }

  /// What was asked, with values truncated to `most` characters.
  static String asked(Op op, int most) {
    return switch (op) {
      case Op.Read() -> "read";
      case Op.Write(String value) -> "write " + value(value, most);
      case Op.Create(String value) -> "create " + value(value, most);
      case Op.Cas(String from, String to) -> "cas " + value(from, most) + " to " + value(to, most);
      case Op.CasOrCreate(String from, String to) ->
          "cas " + value(from, most) + " or nothing to " + value(to, most);
      case Op.CasVersion(long version, String to) ->
          "cas version " + version + " to " + value(to, most);
      case Op.Delete() -> "delete";
      case Op.DeleteIfValue(String value) -> "delete if " + value(value, most);
      case Op.DeleteIfVersion(long version) -> "delete if version " + version;
    };
  }

  /// What was answered as the end of a clause, such as `saw 1 at version 7`.
  static String answered(RecordedResult result) {
    return switch (result) {
      case RecordedResult.Found(String value, long version) -> "saw " + value(value) + at(version);
      case RecordedResult.Absent() -> "found nothing there";
      case RecordedResult.Written(long version) -> "took effect" + at(version);
      case RecordedResult.Deleted(long version) -> "took effect" + at(version);
      case RecordedResult.Mismatch() -> "found something else there";
      case RecordedResult.Exists() -> "found something there";
    };
  }

  /// An ending in as few characters as can be, for the inside of a bar.
  static String brief(Ending ending) {
    return switch (ending) {
      case Ending.Failed _ -> "failed";
      case Ending.Unknown() -> "?";
      case Ending.Ok(RecordedResult result, long _, int _) ->
          switch (result) {
            case RecordedResult.Found(String value, long version) ->
                value(value, BAR_MAX) + v(version);
            case RecordedResult.Absent() -> "absent";
            case RecordedResult.Written(long version) -> "ok" + v(version);
            case RecordedResult.Deleted(long version) -> "ok" + v(version);
            case RecordedResult.Mismatch() -> "mismatch";
            case RecordedResult.Exists() -> "exists";
          };
    };
  }

  /// A value as people can read it: plain if it is a plain word or number, else in quotes.
  static String value(String value) {
    return value(value, SHOWN_MAX);
  }

  private static String value(String value, int most) {
    if (plain(value) && value.length() <= most) return value;
    if (value.length() <= most) return Quoted.write(value);
    int end = most - (Character.isHighSurrogate(value.charAt(most - 1)) ? 1 : 0);
    String more = most < SHOWN_MAX ? "…" : "… (" + value.length() + " characters)";
    return Quoted.write(value.substring(0, end)) + more;
  }

  private static boolean plain(String value) {
    return !value.isEmpty()
        && !value.equals("absent")
        && value
            .chars()
            .allMatch(c -> Character.isLetterOrDigit(c) && c < 128 || "-_.:".indexOf(c) >= 0);
  }

  private static String v(long version) {
    return version == RecordedResult.NO_VERSION ? "" : " v" + version;
  }

  private static String at(long version) {
    return version == RecordedResult.NO_VERSION ? "" : " at version " + version;
  }
}
