package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/// Log lines as they leave a server.
class LineEncoderTest {
  private static LoggingEvent event(Level level, String message, Throwable thrown) {
    var logger = new LoggerContext().getLogger("io.jangada.server.Journal");
    LoggingEvent event = new LoggingEvent("test", logger, level, message, thrown, null);
    event.setInstant(Instant.parse("2026-11-21T09:31:02.005Z"));
    event.addKeyValuePair(new KeyValuePair("node", 2));
    event.addKeyValuePair(new KeyValuePair("term", 5L));
    event.addKeyValuePair(new KeyValuePair("role", "leader"));
    return event;
  }

  private static String encode(boolean json, LoggingEvent event) {
    return new String(new LineEncoder(json).encode(event), StandardCharsets.UTF_8);
  }

  @Test
  void peopleGetTimeLevelAndSentence() {
    assertThat(encode(false, event(Level.INFO, "server 2 leads term 5", null)))
        .isEqualTo("2026-11-21T09:31:02.005Z INFO  server 2 leads term 5\n");
    assertThat(encode(false, event(Level.ERROR, "x", new IOException("gone"))))
        .startsWith("2026-11-21T09:31:02.005Z ERROR x\njava.io.IOException: gone");
  }

  @Test
  void nobodyElsesWordsMakeALineOfTheirOwn() {
    String name = "x\r\n2026-11-21T09:31:02.006Z INFO  server 2 leads\u001b[2J\u2028\u0085\t";
    String line = encode(false, event(Level.WARN, "cluster '" + name + "' é\ud83d\udea2", null));
    assertThat(line.strip().chars().noneMatch(Character::isISOControl)).isTrue();
    assertThat(line)
        .contains("'x\\u000d\\u000a2026-", "leads\\u001b[2J\\u2028", "' é\ud83d\udea2\n");
  }

  @Test
  void programsGetAnObjectALine() {
    String line = encode(true, event(Level.WARN, "a \"quoted\"\nword", new IOException("gone")));
    assertThat(line).endsWith("}\n").startsWith("{\"ts\":\"2026-11-21T09:31:02.005Z\",\"level\":");
    assertThat(line.strip()).doesNotContain("\n");
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    Json.Obj object = (Json.Obj) new JsonReader().read(bytes, 0, bytes.length);
    assertThat(object.text("level")).isEqualTo("WARN");
    assertThat(object.text("logger")).isEqualTo("io.jangada.server.Journal");
    assertThat(object.text("msg")).isEqualTo("a \"quoted\"\nword");
    assertThat(object.number("node", 9)).isEqualTo(2);
    assertThat(object.number("term", 9)).isEqualTo(5);
    assertThat(object.text("role")).isEqualTo("leader");
    assertThat(object.text("thrown")).contains("java.io.IOException: gone");
  }
}
