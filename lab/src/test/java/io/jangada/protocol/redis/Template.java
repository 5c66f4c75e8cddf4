package io.jangada.protocol.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Texts of a [Conversation]. Each character is a byte; besides:
///
/// | in the text | stands for |
/// |---|---|
/// | `~` | five letters and digits that no other run of a conversation has, for keys |
/// | `{text*n}` | the text, n times |
/// | `%[`, `%%[` | a map, in RESP2 the array of its parts; a map though RESP2 was spoken first |
/// | `{#}`, `{1..9}`, `{*}` | digits, a number from 1 to 9, any text: where it is expected |
/// | `"a b"` | a word with blanks, or none, where words are sent |
/// | `\r` `\n` `\t` `\"` `\\` `\~` `\{` `\xHH` | a byte, where it is sent |
///
/// @param run what `~` stands for
record Template(String run) {
  private static final Pattern SENT =
      Pattern.compile("\\\\x[0-9a-f]{2}|\\\\.|~|\\{[^{}]*\\*[0-9]+}|[^\\\\~{]+|\\{");
  private static final Pattern WORD = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"|[^ \"]+");
  private static final Pattern WANTED =
      Pattern.compile("~|\\{[^{}]*\\*[0-9]+}|\\{#}|\\{\\*}|\\{-?[0-9]+\\.\\.[0-9]+}|[^~{]+|\\{");
  private static final Pattern REPEAT = Pattern.compile("\\{(.+)\\*([0-9]+)}");

  /// @param text with `>` before it where it is not words
  byte[] sent(String text) {
    String all = text.startsWith(">") ? plain(text.substring(1)) : command(text);
    return all.getBytes(StandardCharsets.ISO_8859_1);
  }

  private String command(String text) {
    List<String> words = new ArrayList<>();
    for (MatchResult word : WORD.matcher(text).results().toList())
      words.add(plain(word.group(1) == null ? word.group() : word.group(1)));
    StringBuilder all = new StringBuilder("*" + words.size() + "\r\n");
    for (String word : words) all.append("$" + word.length() + "\r\n" + word + "\r\n");
    return all.toString();
  }

  private String plain(String text) {
    StringBuilder all = new StringBuilder();
    for (MatchResult token : SENT.matcher(text).results().toList()) {
      String part = token.group();
      if (part.equals("~")) all.append(run);
      else if (part.startsWith("\\")) all.append(escape(part));
      else all.append(repeated(part));
    }
    return all.toString();
  }

  private static char escape(String part) {
    return switch (part.charAt(1)) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'x' -> (char) Integer.parseInt(part.substring(2), 16);
      default -> part.charAt(1);
    };
  }

  private String repeated(String part) {
    Matcher repeat = REPEAT.matcher(part);
    return repeat.matches() ? repeat.group(1).repeat(Integer.parseInt(repeat.group(2))) : part;
  }

  /// Whether a reply is the one that is wanted.
  ///
  /// @param wanted with `*` before it where the order of its parts does not matter
  boolean matches(String wanted, String reply, boolean isResp3) {
    String text = isResp3 ? wanted.replace("nil*", "nil") : inResp2(wanted);
    if (text.startsWith("*")) return matchesAll(text.substring(1), reply);
    return isLike(text, reply);
  }

  private static String inResp2(String wanted) {
    String text = wanted.replace("%[", "[");
    return text.startsWith("=\"") ? text.substring(1) : text;
  }

  private boolean matchesAll(String wanted, String reply) {
    String[] parts = wanted.substring(1, wanted.length() - 1).replace("~", run).split(", ");
    String[] given = reply.substring(1, Math.max(1, reply.length() - 1)).split(", ");
    Arrays.sort(parts);
    Arrays.sort(given);
    return reply.startsWith("[") && Arrays.equals(parts, given);
  }

  private boolean isLike(String wanted, String reply) {
    StringBuilder pattern = new StringBuilder();
    List<long[]> ranges = new ArrayList<>();
    for (MatchResult token : WANTED.matcher(wanted).results().toList()) {
      String part = token.group();
      if (part.equals("~")) pattern.append(run);
      else if (part.equals("{#}")) pattern.append("-?[0-9]+");
      else if (part.equals("{*}")) pattern.append(".*");
      else if (part.matches("\\{-?[0-9]+\\.\\.[0-9]+}")) {
        pattern.append("(-?[0-9]+)");
        String[] ends = part.substring(1, part.length() - 1).split("\\.\\.");
        ranges.add(new long[] {Long.parseLong(ends[0]), Long.parseLong(ends[1])});
      } else pattern.append(Pattern.quote(repeated(part)));
    }
    Matcher matcher = Pattern.compile(pattern.toString()).matcher(reply);
    if (!matcher.matches()) return false;
    for (int i = 0; i < ranges.size(); i++) {
      long number = Long.parseLong(matcher.group(i + 1));
      if (number < ranges.get(i)[0] || number > ranges.get(i)[1]) return false;
    }
    return true;
  }
}
