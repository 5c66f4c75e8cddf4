package io.jangada.check;

/// Strings in quotes on one line, with the escapes of JSON: a backslash before a quote or
/// backslash, `n`, `r`, `t` for line feed, carriage return and tab, and `u` with four hexadecimal
/// digits for all else that is not seen as itself: control and format characters, separators of
/// lines, and halves of surrogate pairs. Every string comes back as it was.
final class Quoted {
  private Quoted() {}

  /// The string in quotes.
  static String write(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1)))
            out.append(c).append(text.charAt(++i));
          else if (odd(c)) out.append(String.format("\\u%04x", (int) c));
          else out.append(c);
        }
      }
    }
    return out.append('"').toString();
  }

  /// Whether a character would not be seen as itself, or could not be written.
  private static boolean odd(char c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || Character.isSurrogate(c);
  }
}
