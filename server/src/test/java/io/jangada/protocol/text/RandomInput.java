package io.jangada.protocol.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/// What a client might send, drawn from a seed: mostly commands, many of them nearly right, with
/// data of any bytes, and some noise.
final class RandomInput {
  private static final List<String> WORDS =
      List.of(
          "get",
          "getm",
          "set",
          "cas",
          "CAS",
          "append",
          "Host:",
          "delete",
          "once",
          "admin",
          "auth",
          "version",
          "quit",
          "GET",
          "gets",
          "getting1",
          "incr",
          "\u0000get",
          "g",
          "");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "5",
          "7",
          "+3",
          "-0",
          "-1",
          "007",
          "+",
          "-",
          "",
          "1x",
          "0x1",
          "1_0",
          "--1",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "-9223372036854775809",
          "9223372036854775",
          "9223372036854776",
          "00000000000000000000000012",
          "99999999999999999999",
          "20",
          "21",
          "1.0",
          "noreply",
          "HTTP/1.1",
          "67108864",
          "67108865",
          "٣");
  private static final List<String> KEYS =
      List.of("k", "key", "a/b", "set", "12", "\u00e9\u00ff", "\u0000", "kkkkkkkkkkkkkkkkkkkk");
  private static final List<String> BLANKS =
      List.of(" ", " ", " ", " ", "  ", "\t", " \t ", "\u000b", "\f", " \r", "\u00a0", "");
  private static final List<String> ENDS = List.of("\r\n", "\r\n", "\r\n", "\n", "\r\r\n", " \r\n");

  private final RandomGenerator random;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private RandomInput(RandomGenerator random) {
    this.random = random;
  }

  static byte[] draw(RandomGenerator random) {
    RandomInput input = new RandomInput(random);
    int commands = random.nextInt(12);
    for (int i = 0; i < commands; i++) input.command();
    return input.out.toByteArray();
  }

  private void command() {
    switch (random.nextInt(10)) {
      case 0 -> noise(random.nextInt(30));
      case 1 -> put(pick(ENDS));
      case 2, 3, 4 -> line(random.nextInt(9));
      case 5 -> longLine();
      default -> store();
    }
  }

  private void store() {
    if (random.nextInt(4) == 0) {
      put("once" + blank() + pick(List.of("c", "client-1", "x".repeat(32), "x".repeat(33))));
      put(blank() + pick(NUMBERS) + blank());
    }
    boolean isSet = random.nextBoolean();
    int bytes = random.nextInt(24);
    String announced = random.nextInt(8) == 0 ? pick(NUMBERS) : "" + bytes;
    String exptime = random.nextInt(3) == 0 ? pick(NUMBERS) : "0";
    String version = isSet ? "" : (random.nextBoolean() ? pick(NUMBERS) : "12") + blank();
    put((isSet ? "set" : "cas") + blank() + pick(KEYS) + blank() + exptime + blank());
    put(version + announced);
    if (random.nextInt(6) == 0) put(blank() + pick(List.of("1", "noreply", "HTTP/1.1")));
    if (random.nextInt(12) == 0) put(blank() + "noreply");
    put(pick(ENDS));
    noise(bytes);
    if (random.nextInt(3) > 0) put(pick(ENDS));
  }

  private void line(int fields) {
    put(random.nextInt(4) == 0 ? blank() : "");
    put(pick(WORDS));
    for (int i = 0; i < fields; i++)
      put(blank() + (random.nextBoolean() ? pick(KEYS) : pick(NUMBERS)));
    put(pick(ENDS));
  }

  /// About as long as a line may be.
  private void longLine() {
    if (random.nextInt(4) > 0) return;
    int length = CommandParser.LINE_BYTES_MAX - 2 - random.nextInt(8) + random.nextInt(8);
    put(pick(List.of("get ", "cas ", "add ")) + pick(List.of("x", " ")).repeat(length - 4));
    put(pick(ENDS));
  }

  private void noise(int bytes) {
    for (int i = 0; i < bytes; i++)
      out.write(
          random.nextInt(3) == 0 ? "\r\n \tset0".charAt(random.nextInt(8)) : random.nextInt());
  }

  private String blank() {
    return pick(BLANKS);
  }

  private void put(String text) {
    byte[] bytes =
        text.chars().allMatch(c -> c < 256)
            ? text.getBytes(StandardCharsets.ISO_8859_1)
            : text.getBytes(StandardCharsets.UTF_8);
    out.writeBytes(bytes);
  }

  private String pick(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
