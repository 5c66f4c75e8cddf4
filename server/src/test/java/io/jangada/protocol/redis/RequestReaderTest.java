package io.jangada.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.port.Quota;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests out of bytes, however they are divided. `-Dfuzz=1000000` tries so many mutations.
class RequestReaderTest {
  private static final int MUTATIONS = Integer.getInteger("fuzz", 20_000);
  private static final int BYTES_MAX = 10_000;
  private static final List<String> SEEDS =
      List.of(
          "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n",
          "*2\r\n$3\r\nGET\r\n$0\r\n\r\n",
          "PING\r\n",
          "set \"a b\\x41\\n\" 'c\\'d'\n",
          "*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n",
          "*1\r\n$20000\r\n" + "x".repeat(20_000) + "\r\n",
          "*70000\r\n" + "$1\r\na\r\n".repeat(70_000));

  private static final String UNAUTHENTICATED = "ERR Protocol error: unauthenticated ";

  private final Quota arriving = new Quota(1 << 20);

  private static ByteBuf bytes(String text) {
    return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private RequestReader reader() {
    return new RequestReader(arriving, BYTES_MAX);
  }

  /// What is read until nothing more is, or nothing more can be.
  private static List<String> readAll(RequestReader reader, ByteBuf in) {
    List<String> all = new ArrayList<>();
    while (in.isReadable()) {
      RequestReader.Read read = reader.next(in, false);
      if (read instanceof RequestReader.Partial) break;
      all.add(read.toString());
      if (read instanceof RequestReader.Broken) break;
    }
    return all;
  }

  private List<String> readWhole(String text) {
    RequestReader reader = reader();
    List<String> all = readAll(reader, bytes(text));
    reader.close();
    return all;
  }

  private List<String> readInPieces(String text, SplittableRandom random) {
    RequestReader reader = reader();
    List<String> all = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int end = Math.min(text.length(), at + 1 + random.nextInt(random.nextBoolean() ? 4 : 5_000));
      all.addAll(readAll(reader, bytes(text.substring(at, end))));
      if (!all.isEmpty() && all.getLast().startsWith("Broken")) break;
      at = end;
    }
    reader.close();
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "*x, invalid multibulk length",
    "*01, invalid multibulk length",
    "*+1, invalid multibulk length",
    "*, invalid multibulk length",
    "*2147483648, invalid multibulk length",
    "*1\\r\\n:1, 'expected ''$'', got '':'''",
    "*1\\r\\n$x, invalid bulk length",
    "*1\\r\\n$-1, invalid bulk length",
    "*1\\r\\n$536870913, invalid bulk length",
    "a \"b, unbalanced quotes in request",
    "a \"b\"c, unbalanced quotes in request"
  })
  void whatIsNoRequestIsNamed(String text, String error) {
    String sent = text.replace("\\r\\n", "\r\n") + "\r\n";
    assertThat(reader().next(bytes(sent), false))
        .isEqualTo(new RequestReader.Broken("ERR Protocol error: " + error));
  }

  @Test
  void linesAreSplitAsAShellDoes() {
    assertThat(reader().next(bytes("set \"a b\\x41\\n\" 'c\\'d'\n"), false))
        .isEqualTo(
            new RequestReader.Request(
                List.of(Bytes.utf8("set"), Bytes.utf8("a bA\n"), Bytes.utf8("c'd"))));
  }

  @Test
  void whatIsTooLargeIsReadOver() {
    assertThat(readWhole(SEEDS.get(5) + "PING\r\n"))
        .containsExactly("TooLarge[error=ERR value is too long]", "Request[arguments=[PING]]");
    assertThat(readWhole(SEEDS.get(6) + "PING\r\n"))
        .containsExactly("TooLarge[error=ERR too many arguments]", "Request[arguments=[PING]]");
  }

  @Test
  void anAnnouncementTakesNoMemory() {
    RequestReader reader = new RequestReader(arriving, 64 << 20);
    for (String one : List.of("*60000\r\n", "$60000000\r\n", "x"))
      assertThat(reader.next(bytes(one), false)).isEqualTo(new RequestReader.Partial());
    assertThat(arriving.used()).isLessThan(1 << 20);
  }

  @Test
  void whatNoOneSaysIsSmall() {
    RequestReader reader = reader();
    assertThat(reader.next(bytes("*10\r\n$16384\r\n"), true))
        .isEqualTo(new RequestReader.Partial());
    reader.close();
    assertThat(reader().next(bytes("*11\r\n"), true))
        .isEqualTo(new RequestReader.Broken(UNAUTHENTICATED + "multibulk length"));
    assertThat(reader().next(bytes("*2\r\n$3\r\nGET\r\n$16385\r\n"), true))
        .isEqualTo(new RequestReader.Broken(UNAUTHENTICATED + "bulk length"));
    assertThat(arriving.used()).isZero();
  }

  @Test
  void anyBytesComeToTheSameHoweverTheyAreDivided() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < MUTATIONS; i++) {
      String text = mutated(random);
      assertThat(readInPieces(text, random)).as("seed %d", seed).isEqualTo(readWhole(text));
      assertThat(arriving.used()).as("seed %d: given back", seed).isZero();
    }
  }

  private static String mutated(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    // The largest ones are slow, and seldom.
    for (int n = 1 + random.nextInt(3); n > 0; n--)
      text.append(SEEDS.get(random.nextInt(random.nextInt(1_000) == 0 ? SEEDS.size() : 5)));
    for (int n = random.nextInt(4); n > 0 && text.length() > 0; n--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, (char) random.nextInt(256));
        case 2 -> text.setCharAt(at, "*$0123456789-\r\n\"' ".charAt(random.nextInt(18)));
        default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 8)));
      }
    }
    return text.toString();
  }
}
