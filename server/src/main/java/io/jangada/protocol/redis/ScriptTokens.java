package io.jangada.protocol.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The tokens of a Lua script, without what differs between spellings of the same: blanks and
/// comments, kinds of quotes, the case of what stands in quotes, semicolons, brackets round a
/// condition, names of variables, `server.` for `redis.`, and `unlink` for `del`.
///
/// It knows no more of Lua than what recognizing a few scripts needs. What it does not know gives
/// tokens that are like no other script's.
final class ScriptTokens {
  private static final Set<String> RESERVED =
      Set.of(
          "and",
          "break",
          "do",
          "else",
          "elseif",
          "end",
          "false",
          "for",
          "function",
          "if",
          "in",
          "local",
          "nil",
          "not",
          "or",
          "repeat",
          "return",
          "then",
          "true",
          "until",
          "while",
          "redis",
          "call",
          "KEYS",
          "ARGV",
          "ipairs");

  private static final List<String> LONG_OPERATORS = List.of("==", "~=", "<=", ">=", "..");

  private final String text;
  private final List<String> tokens = new ArrayList<>();
  private final Map<String, String> variables = new HashMap<>();
  private int at;

  private ScriptTokens(String text) {
    this.text = text;
  }

  /// Equal for scripts that are the same.
  static List<String> of(String script) {
    ScriptTokens tokens = new ScriptTokens(script);
    while (tokens.at < script.length()) tokens.addToken();
    tokens.dropBrackets();
    return tokens.tokens;
  }

  private void addToken() {
    char first = text.charAt(at);
    if (text.startsWith("--", at)) skipComment();
    else if (first == '\'' || first == '"') addString(first);
    else if (isOfName(first)) addName();
    else if (Character.isWhitespace(first) || first == ';') at++;
    else addOperator();
  }

  private void skipComment() {
    boolean isLong = text.startsWith("--[[", at);
    int end = text.indexOf(isLong ? "]]" : "\n", at);
    if (end < 0) at = text.length();
    else at = end + (isLong ? 2 : 1);
  }

  /// One with an escape keeps it, and one without its end has none: these are like no other.
  private void addString(char quote) {
    int end = text.indexOf(quote, at + 1);
    int stop = end < 0 ? text.length() : end;
    String content = text.substring(at + 1, stop).toLowerCase(Locale.ROOT);
    tokens.add("'" + (content.equals("unlink") ? "del" : content) + (end < 0 ? "" : "'"));
    at = stop + 1;
  }

  private static boolean isOfName(char c) {
    return c == '_' || c < 128 && Character.isLetterOrDigit(c);
  }

  private void addName() {
    int from = at;
    while (at < text.length() && isOfName(text.charAt(at))) at++;
    String name = text.substring(from, at);
    tokens.add(
        switch (name) {
          case "server" -> "redis";
          case "pcall" -> "call";
          default -> {
            boolean isVariable = !RESERVED.contains(name) && !Character.isDigit(name.charAt(0));
            yield isVariable ? variables.computeIfAbsent(name, _ -> variable()) : name;
          }
        });
  }

  private String variable() {
    return "v" + variables.size();
  }

  private void addOperator() {
    int length =
        LONG_OPERATORS.contains(text.substring(at, Math.min(at + 2, text.length()))) ? 2 : 1;
    tokens.add(text.substring(at, at + length));
    at += length;
  }

  /// Those after `if` and before `then`.
  private void dropBrackets() {
    for (int i = 0; i + 1 < tokens.size(); i++) {
      if (!tokens.get(i).endsWith("if") || !tokens.get(i + 1).equals("(")) continue;
      int end = closing(i + 1);
      if (end + 1 >= tokens.size() || !tokens.get(end + 1).equals("then")) continue;
      tokens.remove(end);
      tokens.remove(i + 1);
    }
  }

  private int closing(int open) {
    int depth = 0;
    for (int i = open; i < tokens.size(); i++) {
      if (tokens.get(i).equals("(")) depth++;
      if (tokens.get(i).equals(")") && --depth == 0) return i;
    }
    return tokens.size();
  }
}
