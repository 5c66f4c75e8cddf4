package io.jangada.check;

/// Operations, results and values in plain words, for people. Long values are cut; whatever could
/// be taken for something else stands in quotes with escapes.
final class Words {

  /// The longest value that is shown in full, in characters.
  static final int SHOWN_MAX = 40;

  private Words() {}

  /// One operation told in a clause, such as `read by p3 saw 1`.
  static String told(Operation operation) {
    String who = asked(operation.op()) + " by p" + operation.process();
    return switch (operation.ending()) {
      case Ending.Ok(Result result, long _, int _) -> who + " " + answered(result);
      case Ending.Failed _ -> who + " certainly failed";
      case Ending.Unknown() -> who + " ended nobody knows how";
    };
  }

  /// What was asked, such as `cas 1 to 2`.
  static String asked(Op op) {
    return switch (op) {
      case Op.Read() -> "read";
      case Op.Write(String value) -> "write " + value(value);
      case Op.Create(String value) -> "create " + value(value);
      case Op.Cas(String from, String to) -> "cas " + value(from) + " to " + value(to);
      case Op.CasOrCreate(String from, String to) ->
          "cas " + value(from) + " or nothing to " + value(to);
      case Op.CasVersion(long version, String to) -> "cas version " + version + " to " + value(to);
      case Op.Delete() -> "delete";
      case Op.DeleteIfValue(String value) -> "delete if " + value(value);
      case Op.DeleteIfVersion(long version) -> "delete if version " + version;
    };
  }

  /// What was answered as the end of a clause, such as `saw 1 at version 7`.
  static String answered(Result result) {
    return switch (result) {
      case Result.Found(String value, long version) -> "saw " + value(value) + at(version);
      case Result.Absent() -> "found nothing there";
      case Result.Written(long version) -> "took effect" + at(version);
      case Result.Deleted(long version) -> "took effect" + at(version);
      case Result.Mismatch() -> "found something else there";
      case Result.Exists() -> "found something there";
    };
  }

  /// An ending in as few characters as can be, for the inside of a bar.
  static String brief(Ending ending) {
    return switch (ending) {
      case Ending.Failed _ -> "failed";
      case Ending.Unknown() -> "?";
      case Ending.Ok(Result result, long _, int _) ->
          switch (result) {
            case Result.Found(String value, long version) -> value(value) + at(version);
            case Result.Absent() -> "absent";
            case Result.Written(long version) -> "ok" + at(version);
            case Result.Deleted(long version) -> "ok" + at(version);
            case Result.Mismatch() -> "mismatch";
            case Result.Exists() -> "exists";
          };
    };
  }

  /// A value as people can read it: plain if it is a plain word or number, else in quotes.
  static String value(String value) {
    boolean plain = !value.isEmpty() && value.length() <= SHOWN_MAX && !value.equals("absent");
    for (int i = 0; plain && i < value.length(); i++) {
      char c = value.charAt(i);
      plain =
          (c >= '0' && c <= '9')
              || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || c == '-'
              || c == '_'
              || c == '.'
              || c == ':';
    }
    if (plain) {
      return value;
    }
    if (value.length() <= SHOWN_MAX) {
      return Quoted.write(value);
    }
    int end = SHOWN_MAX - (Character.isHighSurrogate(value.charAt(SHOWN_MAX - 1)) ? 1 : 0);
    return Quoted.write(value.substring(0, end)) + "… (" + value.length() + " characters)";
  }

  /// A piece of somebody's text for a message: not too long, and on one line.
  static String cut(String text) {
    String quoted = Quoted.write(text.substring(0, Math.min(text.length(), SHOWN_MAX)));
    return quoted.substring(1, quoted.length() - 1) + (text.length() > SHOWN_MAX ? "…" : "");
  }

  private static String at(long version) {
    return version == Result.NO_VERSION ? "" : " at version " + version;
  }
}
