package io.jangada.check;

/// Text that goes into HTML or SVG, as content or as an attribute in double quotes: nothing in it
/// can end either.
final class Markup {
  private Markup() {}

  /// The text with what HTML could take for its own escaped, and what it cannot hold replaced.
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(allowed(c) ? c : 0xFFFD);
              }
            });
    return out.toString();
  }

  private static boolean allowed(int c) {
    return c == '\n' || c == '\t' || (c >= ' ' && c < 0x7F) || (c >= 0xA0 && !surrogate(c));
  }

  private static boolean surrogate(int c) {
    return c >= 0xD800 && c <= 0xDFFF;
  }
}
