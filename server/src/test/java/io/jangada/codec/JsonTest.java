package io.jangada.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private final JsonReader reader = new JsonReader();

  private Json read(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return reader.read(bytes, 0, bytes.length);
  }

  private String canonical(String text) {
    return read(text).canonical().toUtf8();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 | 1",
        "-0 | 0",
        "1.0 | 1.0",
        "1.50 | 1.5",
        "100e0 | 100.0",
        "1e2 | 100.0",
        "-0.0 | 0.0",
        "0.001 | 0.001",
        "1e300 | 1.0E+300",
        "-12.5e-30 | -1.25E-29",
        "123456789012345678901234567890 | 123456789012345678901234567890",
        "0.1000000000000000055511151231257827 | 1.000000000000000055511151231257827E-1",
        "true | true",
        "null | null",
        "\"\" | \"\"",
        "\"\\u0041\\/\\t\" | \"A/\\u0009\"",
        "\"\\u00e9\\ud83d\\ude00\" | \"é😀\"",
        "\"\\ud83d\" | \"\\ud83d\"",
        "\"\\ude00\\ud83d\" | \"\\ude00\\ud83d\"",
        "\"a\\\"b\\\\c\" | \"a\\\"b\\\\c\"",
        "[ 1 , [ ] , { } ] | [1,[],{}]",
        "{\"b\":1,\"a\":{\"z\":null,\"y\":[]}} | {\"a\":{\"y\":[],\"z\":null},\"b\":1}",
      })
  void a_value_has_one_text(String text, String canonical) {
    assertThat(canonical(text)).isEqualTo(canonical);
    assertThat(canonical(canonical)).isEqualTo(canonical);
    assertThat(read(canonical)).isEqualTo(read(text));
  }

  @Test
  void one_and_one_point_nought_and_the_text_one_are_three_values() {
    assertThat(List.of(canonical("1"), canonical("1.0"), canonical("\"1\"")))
        .doesNotHaveDuplicates();
    assertThat(read("1")).isNotEqualTo(read("1.0")).isNotEqualTo(read("\"1\""));
  }

  @Test
  void random_values_come_back_from_their_text_and_differ_in_it_if_they_differ() {
    Random random = new Random(7);
    for (int run = 0; run < 3_000; run++) {
      Json one = any(random, 4);
      Json other = any(random, 1);
      byte[] text = one.canonical().toArray();
      assertThat(reader.read(text, 0, text.length)).as("run %s", run).isEqualTo(one);
      assertThat(one.canonical().equals(other.canonical())).isEqualTo(one.equals(other));
      assertThat(one.canonical().toUtf8()).doesNotContain("\n", "\r");
    }
  }

  private static Json any(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> new Json.Null();
      case 1 -> new Json.Bool(random.nextBoolean());
      case 2 -> new Json.Num(BigDecimal.valueOf(random.nextLong(-5, 5)), true);
      case 3 ->
          new Json.Num(BigDecimal.valueOf(random.nextInt(-50, 50), random.nextInt(60) - 30), false);
      case 4, 5 -> new Json.Str(text(random));
      case 6 -> {
        List<Json> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) items.add(any(random, depth - 1));
        yield new Json.Arr(items);
      }
      default -> {
        TreeMap<String, Json> members = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--)
          members.put(name(random), any(random, depth - 1));
        yield new Json.Obj(members);
      }
    };
  }

  /// Half a surrogate pair is refused in names.
  private static String name(Random random) {
    return text(random).replaceAll("[\\ud800-\\udfff]", "x");
  }

  private static String text(Random random) {
    char[] chars = new char[random.nextInt(5)];
    String alphabet = "ab\"\\\n\u0000\u007fé\u2028\ud83d\ude00";
    for (int i = 0; i < chars.length; i++)
      chars[i] = alphabet.charAt(random.nextInt(alphabet.length()));
    return new String(chars);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1",
        "[1,",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "}",
        "1 2",
        "{} x",
        "nul",
        "'a'",
        "NaN",
        "01",
        "+1",
        ".5",
        "1.",
        "\"\n\"",
        "\"\\x\"",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":1}",
        "1e1000001",
        "1e-1000001",
        "1e99999999999",
        "// c\n1",
        "\"abc"
      })
  void what_is_not_json_is_malformed(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(MalformedException.class);
  }

  @Test
  void depth_and_digits_are_bounded() {
    int most = JsonReader.DEPTH_MAX;
    assertThat(canonical("[".repeat(most) + "]".repeat(most))).hasSize(2 * most);
    assertThatThrownBy(() -> read("[".repeat(most + 1) + "]".repeat(most + 1)))
        .isInstanceOf(MalformedException.class);
    assertThat(canonical("9".repeat(JsonReader.NUMBER_CHARS_MAX))).hasSize(1_000);
    assertThatThrownBy(() -> read("9".repeat(JsonReader.NUMBER_CHARS_MAX + 1)))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void any_bytes_give_a_value_or_are_malformed() {
    long seed = 11;
    Random random = new Random(seed);
    byte[] good =
        "{\"src\":\"c1\",\"body\":{\"key\":[1,2.5e3,\"é\\n\"],\"v\":null}}"
            .getBytes(StandardCharsets.UTF_8);
    for (int run = 0; run < 20_000; run++) {
      byte[] bytes = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--)
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      try {
        reader.read(bytes, 0, random.nextInt(bytes.length + 1));
      } catch (MalformedException expected) {
        assertThat(expected.getMessage()).as("seed %s, run %s", seed, run).isNotBlank();
      }
    }
  }

  @Test
  void whole_numbers_are_taken_within_their_bounds_only() {
    Json.Obj object = (Json.Obj) read("{\"a\":5,\"b\":5.0,\"c\":9223372036854775808,\"d\":\"5\"}");
    assertThat(object.number("a", 0, 5)).isEqualTo(5);
    assertThatThrownBy(() -> object.number("a", 6, 9)).hasMessageContaining("not from 6 to 9");
    for (String name : List.of("b", "c", "d", "e"))
      assertThatThrownBy(() -> object.number(name, 0, Long.MAX_VALUE))
          .isInstanceOf(MalformedException.class);
  }

  @Test
  void canonical_bytes_are_utf8() {
    assertThat(read("\"\\u20ac\"").canonical()).isEqualTo(Bytes.utf8("\"€\""));
  }
}
