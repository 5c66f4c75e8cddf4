package io.jangada.codec;

/// What people do wrong where a byte cannot stand in JSON, as far as it shows at that byte.
final class JsonMistake {
  private static final int FIRST_PRINTABLE = ' ';
  private static final int LAST_PRINTABLE = '~';

  private JsonMistake() {}

  /// @param at where the byte is; `to` or beyond for the end
  /// @param from where the text begins
  /// @param to where it ends
  static String at(byte[] text, int at, int from, int to) {
    if (at >= to) return "it ends too early";
    char found = (char) (text[at] & 0xff);
    char before = before(text, at, from);
    if (found == '\n' || found == '\r') return "a text goes beyond the end of its line";
    if (found < FIRST_PRINTABLE) return "a control character in a text";
    String what =
        found > LAST_PRINTABLE ? "a byte makes no sense" : "'" + found + "' makes no sense";
    return what + hint(found, before);
  }

  private static String hint(char found, char before) {
    if (found == '\'') return "; names and texts stand in double quotes";
    if (found == '/' || found == '#') return "; there are no comments in JSON";
    boolean closes = found == '}' || found == ']';
    if (closes && before == ',') return " after a comma";
    boolean opens = found == '"' || found == '{' || found == '[';
    if ((opens || isDigit(found)) && endsValue(before))
      return "; a comma or a colon is missing before it";
    return isLetter(found) ? "; names and texts stand in double quotes" : "";
  }

  /// The last byte before that is no blank; a blank where there is none.
  private static char before(byte[] text, int at, int from) {
    for (int i = at - 1; i >= from; i--) if (text[i] > ' ') return (char) text[i];
    return ' ';
  }

  private static boolean endsValue(char c) {
    return c == '"' || c == '}' || c == ']' || isDigit(c) || isLetter(c);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }
}
