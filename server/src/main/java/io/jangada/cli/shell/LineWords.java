package io.jangada.cli.shell;

import java.util.ArrayList;
import java.util.List;

/// The words of a line. Blanks separate them; between double quotes a blank is part of the word,
/// and there `\"`, `\\`, `\n` and `\t` stand for a quote, a backslash, a new line and a tab. What
/// follows a `#` that begins a word is a remark.
public final class LineWords {
  private final String line;
  private int at;

  private LineWords(String line) {
    this.line = line;
  }

  /// @throws UserError when a quote is not closed
  public static List<String> of(String line) throws UserError {
    LineWords words = new LineWords(line);
    List<String> found = new ArrayList<>();
    while (words.skipBlanks()) found.add(words.word());
    return found;
  }

  /// Whether a quote is opened and not closed.
  public static boolean isOpen(String line) {
    boolean isQuoted = false;
    char before = ' ';
    for (int at = 0; at < line.length(); at++) {
      char c = line.charAt(at);
      if (!isQuoted && c == '#' && isBlank(before)) return false;
      if (c == '"') isQuoted = !isQuoted;
      before = c;
      if (isQuoted && c == '\\') at++;
    }
    return isQuoted;
  }

  private boolean skipBlanks() {
    while (at < line.length() && isBlank(line.charAt(at))) at++;
    return at < line.length() && line.charAt(at) != '#';
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private String word() throws UserError {
    StringBuilder word = new StringBuilder();
    while (at < line.length() && !isBlank(line.charAt(at))) {
      char c = line.charAt(at++);
      if (c == '"') quoted(word);
      else word.append(c);
    }
    return word.toString();
  }

  private void quoted(StringBuilder word) throws UserError {
    while (at < line.length()) {
      char c = line.charAt(at++);
      if (c == '"') return;
      if (c == '\\' && at < line.length()) c = escaped(line.charAt(at++));
      word.append(c);
    }
    throw new UserError("a quote is opened and not closed");
  }

  private static char escaped(char c) throws UserError {
    return switch (c) {
      case '"', '\\' -> c;
      case 'n' -> '\n';
      case 't' -> '\t';
      default -> throw new UserError("there is no '\\" + c + "' between quotes");
    };
  }

  /// A word as it would have to be written: with quotes if it needs them.
  public static String quote(String word) {
    boolean plain = !word.isEmpty() && word.charAt(0) != '#';
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '"' || c == '\\') quoted.append('\\').append(c);
      else if (c == '\n') quoted.append("\\n");
      else if (c == '\t') quoted.append("\\t");
      else quoted.append(Character.isISOControl(c) ? '\ufffd' : c);
      plain &= c != '"' && c != ' ' && !Character.isISOControl(c);
    }
    return plain ? word : quoted.append('"').toString();
  }
}
