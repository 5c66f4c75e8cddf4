package io.jangada.protocol.redis;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Replies of a server, each shown in one line:
///
/// | reply | is shown as |
/// |---|---|
/// | simple string, error, integer | `+OK`, `-ERR why`, `:1` |
/// | bulk string, verbatim string | `"bytes"`, `="bytes"`, with `\r` `\n` `\"` `\\` `\xHH` |
/// | nil, in an array's place | `nil`, `nil*`; always `nil` in RESP3 |
/// | array, map, set, push | `[:1, "x"]`, `%["key", :1]`, `~["x"]`, `>["x"]` |
///
/// All else is no reply.
final class ReplyReader {
  private static final int DEPTH_MAX = 8;
  private static final int BYTES_MAX = 64 << 20;

  private final PushbackInputStream ends;
  private final DataInputStream in;

  ReplyReader(InputStream in) {
    ends = new PushbackInputStream(in);
    this.in = new DataInputStream(ends);
  }

  /// The next reply, null at the end.
  ///
  /// @throws EOFException within a reply
  /// @throws AssertionError where there is none
  String next() throws IOException {
    int first = ends.read();
    if (first < 0) return null;
    ends.unread(first);
    return reply(0);
  }

  private String reply(int depth) throws IOException {
    if (depth > DEPTH_MAX) throw new AssertionError("deeper than " + DEPTH_MAX);
    String line = line();
    String rest = line.isEmpty() ? "" : line.substring(1);
    return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
      case '+', '-' -> line.charAt(0) + escaped(rest);
      case ':' -> {
        Long.parseLong(rest);
        yield line;
      }
      case '_' -> rest.isEmpty() ? "nil" : wrong(line);
      case '$' -> rest.equals("-1") ? "nil" : '"' + escaped(bulk(count(line))) + '"';
      case '=' -> "=\"" + escaped(verbatim(line)) + '"';
      case '*' -> rest.equals("-1") ? "nil*" : parts(count(line), depth).toString();
      case '%' -> "%" + parts(2 * count(line), depth);
      case '~', '>' -> line.charAt(0) + "" + parts(count(line), depth);
      default -> wrong(line);
    };
  }

  private static String wrong(String line) {
    throw new AssertionError("not a reply: " + escaped(line));
  }

  private static int count(String line) {
    int count = line.matches(".[0-9]{1,9}") ? Integer.parseInt(line.substring(1)) : -1;
    if (count < 0 || count > BYTES_MAX) wrong(line);
    return count;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (char one = one(); one != '\r'; one = one()) {
      if (one == '\n' || line.length() > BYTES_MAX) wrong(line.toString());
      line.append(one);
    }
    if (one() != '\n') wrong(line.toString());
    return line.toString();
  }

  private char one() throws IOException {
    return (char) in.readUnsignedByte();
  }

  private String bulk(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) throw new EOFException();
    if (one() != '\r' || one() != '\n') wrong("$" + length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private String verbatim(String line) throws IOException {
    String text = bulk(count(line));
    return text.startsWith("txt:") ? text.substring(4) : wrong(line + text);
  }

  private List<String> parts(int count, int depth) throws IOException {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) parts.add(reply(depth + 1));
    return parts;
  }

  private static String escaped(String bytes) {
    StringBuilder all = new StringBuilder();
    for (char one : bytes.toCharArray())
      switch (one) {
        case '\r' -> all.append("\\r");
        case '\n' -> all.append("\\n");
        case '"' -> all.append("\\\"");
        case '\\' -> all.append("\\\\");
        default -> {
          if (one >= ' ' && one <= '~') all.append(one);
          else all.append("\\x%02x".formatted((int) one));
        }
      }
    return all.toString();
  }
}
