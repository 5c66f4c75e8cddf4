package io.jangada.protocol.memcached;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Bytes that are sent or expected. Each character is a byte; besides:
///
/// | in the text | stands for |
/// |---|---|
/// | `\r` `\n` `\t` `\0` `\s` `\\` `\xHH` | a byte; `\s` is a space |
/// | `~` | five letters and digits that no other run of a conversation has, for keys |
/// | `{text*n}` | the text, n times |
/// | `{base64 text}` | its base64 |
/// | `{#}`, `{*}` | any digits, any text of one line: only where it is expected |
/// | `{name}` | digits that are bound where they are first expected. Other names, other digits |
record Template(String text) {
  private static final Pattern TOKEN =
      Pattern.compile("\\\\x[0-9a-f]{2}|\\\\.|~|\\{[^}]*}|[^\\\\~{]+");
  private static final Pattern REPEAT = Pattern.compile("\\{(.*)\\*([0-9]+)}");

  Template and(Template more) {
    return new Template(text + more.text);
  }

  /// Whether it can be sent: all that it names is bound.
  boolean isBound(Map<String, String> bound) {
    return TOKEN.matcher(text).results().allMatch(token -> isBound(token.group(), bound));
  }

  private static boolean isBound(String token, Map<String, String> bound) {
    return !isName(token) || bound.containsKey(name(token));
  }

  private static boolean isName(String token) {
    return token.matches("\\{[a-z]+[0-9]?}");
  }

  private static String name(String token) {
    return token.substring(1, token.length() - 1);
  }

  /// What is sent.
  String bytes(String run, Map<String, String> bound) {
    StringBuilder all = new StringBuilder();
    for (MatchResult token : TOKEN.matcher(text).results().toList()) {
      String part = token.group();
      all.append(isName(part) ? bound.get(name(part)) : literal(part, run));
    }
    return all.toString();
  }

  /// What is expected, as a regular expression with a group for each name that it binds.
  String pattern(String run, Map<String, String> bound, Set<String> groups) {
    StringBuilder all = new StringBuilder();
    for (MatchResult token : TOKEN.matcher(text).results().toList()) {
      String part = token.group();
      switch (part) {
        case "{#}" -> all.append("[0-9]+");
        case "{*}" -> all.append("[^\\r\\n]*");
        case String name when isName(name) -> {
          String group = name(name);
          if (bound.containsKey(group)) all.append(bound.get(group));
          else if (groups.add(group)) all.append("(?<" + group + ">[0-9]+)");
          else all.append("\\k<" + group + ">");
        }
        default -> all.append(Pattern.quote(literal(part, run)));
      }
    }
    return all.toString();
  }

  /// Binds what the groups of a match have, and complains if two names have the same digits.
  static void bind(Matcher match, Set<String> groups, Map<String, String> bound) {
    for (String group : groups) bound.put(group, match.group(group));
    if (new HashSet<>(bound.values()).size() < bound.size())
      throw new AssertionError("two names for the same number: " + bound);
  }

  private static String literal(String token, String run) {
    if (token.equals("~")) return run;
    if (token.startsWith("\\x")) return "" + (char) Integer.parseInt(token.substring(2), 16);
    if (token.startsWith("\\"))
      return switch (token.charAt(1)) {
        case 'r' -> "\r";
        case 'n' -> "\n";
        case 't' -> "\t";
        case '0' -> "\0";
        case 's' -> " ";
        default -> token.substring(1);
      };
    if (!token.startsWith("{")) return token;
    Matcher repeat = REPEAT.matcher(token);
    if (repeat.matches())
      return new Template(repeat.group(1))
          .bytes(run, Map.of())
          .repeat(Integer.parseInt(repeat.group(2)));
    if (!token.startsWith("{base64 ")) throw new IllegalArgumentException(token);
    String text = token.substring("{base64 ".length(), token.length() - 1);
    String plain = new Template(text).bytes(run, Map.of());
    return Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.ISO_8859_1));
  }
}
