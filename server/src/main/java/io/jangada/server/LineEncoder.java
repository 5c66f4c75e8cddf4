package io.jangada.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Log lines: for people, or as JSON objects, one a line. Both have the time in UTC to the
/// millisecond.
///
///     2026-11-21T09:31:02.123Z INFO  server 2 becomes leader in term 5
///     {"ts":"…","level":"INFO","logger":"…","node":2,"term":5,"role":"leader","msg":"server 2 …"}
final class LineEncoder extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = new byte[0];
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final JsonFactory json;

  LineEncoder(boolean json) {
    this.json = json ? new JsonFactory() : null;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    String time = TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
    String line = json == null ? text(event, time) : object(event, time);
    return line.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(ILoggingEvent event, String time) {
    String level = event.getLevel().toString();
    String thrown = thrown(event);
    return time
        + " "
        + level
        + " ".repeat(Math.max(1, 6 - level.length()))
        + onOneLine(event.getFormattedMessage())
        + "\n"
        + (thrown == null ? "" : thrown);
  }

  /// The same without line breaks and other controls, which a client's name may hold: what follows
  /// one would pass for a line of its own, or steer a terminal.
  private static String onOneLine(String message) {
    if (message.chars().noneMatch(LineEncoder::isControl)) return message;
    StringBuilder line = new StringBuilder();
    message
        .chars()
        .forEach(
            c -> {
              if (isControl(c)) line.append(String.format(Locale.ROOT, "\\u%04x", c));
              else line.append((char) c);
            });
    return line.toString();
  }

  /// U+2028 and U+2029 are line breaks to some programs.
  private static boolean isControl(int c) {
    return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
  }

  private static String thrown(ILoggingEvent event) {
    return event.getThrowableProxy() == null
        ? null
        : ThrowableProxyUtil.asString(event.getThrowableProxy());
  }

  private String object(ILoggingEvent event, String time) {
    StringWriter line = new StringWriter();
    try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), line)) {
      out.writeStartObject();
      out.writeStringProperty("ts", time);
      out.writeStringProperty("level", event.getLevel().toString());
      out.writeStringProperty("logger", event.getLoggerName());
      List<KeyValuePair> pairs = event.getKeyValuePairs();
      for (KeyValuePair pair : pairs == null ? List.<KeyValuePair>of() : pairs) {
        if (pair.value instanceof Number number)
          out.writeNumberProperty(pair.key, number.longValue());
        else out.writeStringProperty(pair.key, String.valueOf(pair.value));
      }
      out.writeStringProperty("msg", event.getFormattedMessage());
      if (event.getThrowableProxy() != null) out.writeStringProperty("thrown", thrown(event));
      out.writeEndObject();
    }
    return line.append('\n').toString();
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
