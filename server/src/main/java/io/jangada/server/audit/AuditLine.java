package io.jangada.server.audit;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.net.HostPort;
import io.jangada.protocol.auth.AuditEvent;
import io.jangada.protocol.auth.AuditKeys;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HexFormat;
import java.util.Locale;
import java.util.TreeMap;

/// One line of the trail: a JSON object, and a newline. What stands in it that could be taken for
/// the end of a line or cannot be seen is escaped, wherever it came from: control characters,
/// Unicode's own separators, marks of direction.
final class AuditLine {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  /// How many bytes of a character can be left of one that is cut.
  private static final int CUT_BYTES_MAX = 3;

  private final TreeMap<String, Json> members = new TreeMap<>();

  private AuditLine(int server, Instant when, String kind) {
    put("server", server);
    put("time", TIME.format(when));
    put("kind", kind);
  }

  static byte[] of(int server, Instant when, AuditEvent event) {
    AuditLine line = new AuditLine(server, when, event.kind().name().toLowerCase(Locale.ROOT));
    line.put(event.who());
    line.put(event.what());
    line.put("result", event.end().kind().name().toLowerCase(Locale.ROOT));
    if (!event.end().reason().isEmpty()) line.put("reason", event.end().reason());
    if (event.end().revision() > 0) line.put("revision", event.end().revision());
    return line.bytes();
  }

  /// Says how many lines were dropped since that was last said.
  static byte[] ofDropped(int server, Instant when, long dropped) {
    AuditLine line = new AuditLine(server, when, "dropped");
    line.put("lines", dropped);
    return line.bytes();
  }

  private void put(String name, String text) {
    members.put(name, new Json.Str(text));
  }

  private void put(String name, long number) {
    members.put(name, new Json.Num(BigDecimal.valueOf(number), true));
  }

  private void put(AuditEvent.Who who) {
    if (who.user() != null) put("user", who.user());
    if (who.remote() instanceof InetSocketAddress remote) put("address", HostPort.text(remote));
    if (who.certificate() != null) put("certificate", who.certificate());
  }

  private void put(AuditEvent.What what) {
    put("operation", what.operation());
    if (!what.words().isEmpty())
      members.put("words", new Json.Arr(what.words().stream().<Json>map(Json.Str::new).toList()));
    if (!what.keys().isEmpty())
      members.put("keys", new Json.Arr(what.keys().stream().map(AuditLine::json).toList()));
    if (what.keysLeftOut() > 0) put("keysLeftOut", what.keysLeftOut());
  }

  private static Json json(AuditKeys keys) {
    TreeMap<String, Json> members = new TreeMap<>();
    switch (keys.form()) {
      case KEY -> put(members, "key", keys.from());
      case PREFIX -> put(members, "prefix", keys.from());
      case RANGE -> {
        put(members, "from", keys.from());
        if (keys.to() != null) put(members, "to", keys.to());
      }
    }
    return new Json.Obj(members);
  }

  /// A key as text where it is one that can be seen, otherwise in hexadecimal digits; with the
  /// length of the whole where it is cut.
  private static void put(TreeMap<String, Json> members, String name, AuditKeys.Part key) {
    String text = textOf(key);
    if (text != null) members.put(name, new Json.Str(text));
    else members.put(name + "Hex", new Json.Str(HexFormat.of().formatHex(key.shown().toArray())));
    if (key.isCut())
      members.put(name + "Bytes", new Json.Num(BigDecimal.valueOf(key.length()), true));
  }

  /// Null where the bytes are no text, or not one that can be seen.
  private static String textOf(AuditKeys.Part key) {
    Bytes shown = key.shown();
    int most = key.isCut() ? Math.min(CUT_BYTES_MAX, shown.length()) : 0;
    for (int left = 0; left <= most; left++) {
      String text = utf8(shown.slice(0, shown.length() - left));
      if (text != null) return text.codePoints().allMatch(AuditLine::isPrintable) ? text : null;
    }
    return null;
  }

  private static String utf8(Bytes bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toArray()))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private byte[] bytes() {
    String json = new Json.Obj(members).canonical().toUtf8();
    StringBuilder line = new StringBuilder(json.length() + 1);
    json.codePoints()
        .forEach(
            point -> {
              if (isPrintable(point)) line.appendCodePoint(point);
              else for (char unit : Character.toChars(point)) escape(unit, line);
            });
    return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Such a character stands nowhere but in a string.
  private static void escape(char unit, StringBuilder line) {
    line.append("\\u").append(HexFormat.of().toHexDigits(unit));
  }
}
