package io.jangada.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.protocol.auth.AuditEnd;
import io.jangada.protocol.auth.AuditEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A line of the trail, whatever clients name their keys and themselves.
class AuditLineTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final AuditEvent.Who STRANGER = new AuditEvent.Who(null, null, null);

  private static String line(AuditEvent event) {
    return new String(AuditLine.of(3, NOON, event), StandardCharsets.UTF_8);
  }

  private static String lineOf(AuditEvent.What what) {
    return line(new AuditEvent(AuditEvent.Kind.READ, STRANGER, what, AuditEnd.done(0)));
  }

  private static Json.Obj parsed(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return (Json.Obj) new JsonReader().read(bytes, 0, bytes.length);
  }

  private static Json.Obj key(Bytes key) {
    String line = lineOf(AuditEvent.What.of(new Operation.Get(key)));
    assertIsOneLine(line);
    return (Json.Obj) parsed(line).list("keys", 1).getFirst();
  }

  /// Nothing but the last character is one that a program could take for the end of a line, and
  /// none is one that a terminal acts upon.
  private static void assertIsOneLine(String line) {
    assertThat(line).endsWith("\n");
    String rest = line.substring(0, line.length() - 1);
    assertThat(rest.codePoints())
        .noneMatch(
            point ->
                Character.isISOControl(point)
                    || point == 0x2028
                    || point == 0x2029
                    || Character.getType(point) == Character.FORMAT);
  }

  @Test
  void aLineSaysWhoAskedForWhatAndWhatBecameOfIt() {
    AuditEvent event =
        new AuditEvent(
            AuditEvent.Kind.COMMAND,
            new AuditEvent.Who("ana", new InetSocketAddress("127.0.0.1", 40_000), "CN=ana"),
            AuditEvent.What.of(
                new Operation.DeleteRange(KeyRange.prefix(Bytes.utf8("boat/")), false)),
            AuditEnd.done(17));
    assertThat(line(event))
        .isEqualTo(
            """
            {"address":"127.0.0.1:40000","certificate":"CN=ana","keys":[{"prefix":"boat/"}],\
            "kind":"command","operation":"delete range","result":"done","revision":17,"server":3,\
            "time":"2026-01-02T12:00:00.000Z","user":"ana"}
            """);
  }

  @Test
  void aRefusalSaysWhy() {
    String line =
        line(
            new AuditEvent(
                AuditEvent.Kind.ADMIN,
                STRANGER,
                AuditEvent.What.ofWords("admin", List.of("remove", "2")),
                AuditEnd.refused("server 2 is no member")));
    assertThat(line)
        .contains("\"words\":[\"remove\",\"2\"]")
        .contains("\"result\":\"refused\"")
        .contains("\"reason\":\"server 2 is no member\"")
        .doesNotContain("revision");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\n{\"kind\":\"admin\"}",
        "a\r\nb",
        "\u0000",
        "\u001b[2J",
        "a\u2028b",
        "a\u2029b",
        "a\u0085b",
        "\u007f",
        "\u202ereversed",
        "\u200b",
        "\ufeff",
        "\udb40\udc01"
      })
  void aKeyThatCannotBeSeenIsInHexadecimalDigits(String name) {
    Json.Obj key = key(Bytes.utf8(name));
    assertThat(key.has("key")).isFalse();
    assertThat(key.text("keyHex"))
        .isEqualTo(HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "with \"quotes\" and \\", "ação", "舟", "\ud83d\udea3", " ", ""})
  void aKeyThatCanBeSeenIsText(String name) {
    assertThat(key(Bytes.utf8(name)).text("key")).isEqualTo(name);
  }

  @Test
  void aKeyThatIsNoTextIsInHexadecimalDigits() {
    assertThat(key(Bytes.wrap(new byte[] {(byte) 0xff, 'a'})).text("keyHex")).isEqualTo("ff61");
    byte[] overlong = {(byte) 0xc0, (byte) 0xaf};
    assertThat(key(Bytes.wrap(overlong)).text("keyHex")).isEqualTo("c0af");
    byte[] surrogate = {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
    assertThat(key(Bytes.wrap(surrogate)).text("keyHex")).isEqualTo("eda080");
  }

  @Test
  void aLongKeyIsCutAndSaysHowLongItIs() {
    byte[] bytes = new byte[64 << 10];
    Arrays.fill(bytes, (byte) 'k');
    Json.Obj key = key(Bytes.wrap(bytes));
    assertThat(key.text("key")).isEqualTo("k".repeat(1 << 10));
    assertThat(key.number("keyBytes", 1 << 20)).isEqualTo(64 << 10);
    Json.Obj binary = key(Bytes.wrap(new byte[64 << 10]));
    assertThat(binary.text("keyHex")).hasSize(2 << 10);
    assertThat(binary.number("keyBytes", 1 << 20)).isEqualTo(64 << 10);
    assertThat(key(Bytes.wrap(Arrays.copyOf(bytes, 1 << 10))).has("keyBytes")).isFalse();
  }

  @Test
  void aCharacterThatIsCutIsLeftOut() {
    Bytes name = Bytes.utf8("x" + "舟".repeat(1_000));
    assertThat(key(name).text("key")).isEqualTo("x" + "舟".repeat(341));
  }

  @Test
  void namesAndWordsCannotBreakALine() {
    String evil = "\n{\"kind\":\"admin\"}\u2028\u0085\u001b\ud800\"\\\u202e\udb40\udc01";
    String line =
        line(
            AuditEvent.ofAuthentication(
                new AuditEvent.Who(evil, null, evil), evil, AuditEnd.refused(evil)));
    assertIsOneLine(line);
    Json.Obj fields = parsed(line);
    assertThat(fields.text("kind")).isEqualTo("auth");
    for (String name : List.of("user", "certificate", "reason"))
      assertThat(fields.text(name)).isEqualTo(evil);
    assertThat(fields.list("words", 1)).containsExactly(new Json.Str(evil));
  }

  @Test
  void anyBytesMakeOneLineThatCanBeRead() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      Json.Obj key = key(Bytes.wrap(bytes));
      byte[] back =
          key.has("key")
              ? key.text("key").getBytes(StandardCharsets.UTF_8)
              : HexFormat.of().parseHex(key.text("keyHex"));
      assertThat(back).as("seed %d", seed).isEqualTo(bytes);
    }
  }
}
