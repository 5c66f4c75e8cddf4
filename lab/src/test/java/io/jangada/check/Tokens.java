package io.jangada.check;

/// One line taken apart into words and quoted strings (see [Quoted]) with spaces between. Each
/// method says what was expected, and throws `IllegalArgumentException` with that if it is not
/// there.
final class Tokens {

  private final String text;
  private int at;

  Tokens(String text) {
    this.text = text;
    skipSpaces();
  }

  boolean atEnd() {
    return at == text.length();
  }

  void end() {
    if (!atEnd())
      throw wrong(
          "expected the end of the line, not `" + HistoryReader.cut(text.substring(at)) + "`");
  }

  String word(String expected) {
    int start = at;
    while (!atEnd() && text.charAt(at) != ' ' && text.charAt(at) != '\t') at++;
    if (at == start) throw wrong("expected " + expected + ", the line ends");
    String word = text.substring(start, at);
    skipSpaces();
    return word;
  }

  long number(String expected, long least, long most) {
    return number(word(expected), expected, least, most);
  }

  static long number(String word, String expected, long least, long most) {
    try {
      long number = Long.parseLong(word);
      if (number >= least && number <= most) return number;
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw wrong("expected " + expected + ", not `" + HistoryReader.cut(word) + "`");
  }

  String quoted(String expected) {
    if (atEnd() || text.charAt(at) != '"') {
      String found =
          atEnd() ? "the line ends" : "not `" + HistoryReader.cut(text.substring(at)) + "`";
      throw wrong("expected " + expected + ", " + found);
    }
    at++;
    StringBuilder string = new StringBuilder();
    while (!atEnd() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      string.append(c == '\\' ? escaped() : c);
    }
    if (atEnd()) throw wrong("a string without its closing quote");
    at++;
    if (!atEnd() && text.charAt(at) != ' ' && text.charAt(at) != '\t')
      throw wrong("expected a space after a string");
    skipSpaces();
    return string.toString();
  }

  private char escaped() {
    if (atEnd()) throw wrong("a string without its closing quote");
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> unicode();
      default -> throw wrong("an escape that there is not: `\\" + c + "`");
    };
  }

  private char unicode() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = atEnd() ? -1 : Character.digit(text.charAt(at++), 16);
      if (digit < 0) throw wrong("expected four hexadecimal digits after `\\u`");
      value = value * 16 + digit;
    }
    return (char) value;
  }

  private void skipSpaces() {
    while (!atEnd() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) at++;
  }

  private static IllegalArgumentException wrong(String why) {
    return new IllegalArgumentException(why);
  }
}
