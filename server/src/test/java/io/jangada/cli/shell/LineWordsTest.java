package io.jangada.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.cli.Durations;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// How lines become words and durations become numbers, and back.
class LineWordsTest {
  @Test
  void blanksSeparateAndQuotesHoldTogether() throws UserError {
    assertThat(LineWords.of("")).isEmpty();
    assertThat(LineWords.of(" \t # nothing but a remark")).isEmpty();
    assertThat(LineWords.of("set  k\tv # and a remark")).containsExactly("set", "k", "v");
    assertThat(LineWords.of("set k#1 a\" b \"c \"\"")).containsExactly("set", "k#1", "a b c", "");
    assertThat(LineWords.of("\"\\\"\\\\\\n\\t#\"")).containsExactly("\"\\\n\t#");
    assertThatThrownBy(() -> LineWords.of("a \"b")).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> LineWords.of("\"b\\")).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> LineWords.of("\"\\x\"")).hasMessageContaining("'\\x'");
  }

  @Test
  void whatIsQuotedIsReadAsTheSameWord() throws UserError {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String letters = "ab \"\\\n\t#é𝄞";
    for (int round = 0; round < 2_000; round++) {
      StringBuilder word = new StringBuilder();
      for (int i = random.nextInt(6); i > 0; i--) {
        int at = random.nextInt(letters.codePointCount(0, letters.length()));
        word.appendCodePoint(letters.codePointAt(letters.offsetByCodePoints(0, at)));
      }
      String quoted = LineWords.quote(word.toString());
      assertThat(LineWords.of("x " + quoted + " y"))
          .as("seed %d: %s", seed, quoted)
          .isEqualTo(List.of("x", word.toString(), "y"));
    }
    assertThat(LineWords.quote("plain")).isEqualTo("plain");
  }

  @Test
  void durationsHaveAUnitAndAreNotZero() {
    assertThat(Durations.parseMillis("500ms")).isEqualTo(500);
    assertThat(Durations.parseMillis("10s")).isEqualTo(10_000);
    assertThat(Durations.parseMillis("5m")).isEqualTo(300_000);
    assertThat(Durations.parseMillis("999999999h")).isEqualTo(999_999_999L * 3_600_000);
    for (String wrong : List.of("", "5", "0s", "-1s", "1.5s", "9999999999s", "s", "5 s", "5S"))
      assertThat(Durations.parseMillis(wrong)).as(wrong).isEqualTo(-1);
    assertThat(Durations.ofNanos(1_260_000)).isEqualTo("1.3 ms");
    assertThat(Durations.ofNanos(12_600_000)).isEqualTo("12 ms");
    assertThat(Durations.ofMillis(12_345)).isEqualTo("12.3 s");
  }
}
