package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryTextTest {

  @Test
  void saysOneEventOnALine() {
    History.Recorder recorder = new History.Recorder();
    int write = recorder.invoke(3, "a key", new Op.Write("5"), 120);
    int cas = recorder.invoke(4, "k", new Op.CasVersion(7, "\"\n\u2028\ud800"), 121);
    recorder.complete(write, new RecordedResult.Written(7), 140);
    recorder.fail(cas, 150);
    recorder.invoke(4, "k", new Op.CasOrCreate("a", ""), 150);
    assertThat(HistoryText.write(recorder.history()))
        .isEqualTo(
            """
            jangada-history 1
            0 invoke 120 p3 "a key" write "5"
            1 invoke 121 p4 "k" cas_version 7 "\\"\\n\\u2028\\ud800"
            0 ok 140 written 7
            1 fail 150
            2 invoke 150 p4 "k" cas_or_create "a" ""
            end 3
            """);
  }

  @Test
  void readsBackWhatItWrote() {
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom dice = new SplittableRandom(seed);
      RandomHistory.Shape shape = new RandomHistory.Shape(60, 5, 3, 3, 100, 100, 5);
      History history = RandomHistory.draw(shape, dice);
      assertThat(good(HistoryText.write(history)).operations())
          .as("seed %d", seed)
          .isEqualTo(history.operations());
    }
  }

  @Test
  void readsBackEveryCharacter() {
    StringBuilder all = new StringBuilder("\ud83d\ude00 ");
    for (int c = 0; c <= 0xFFFF; c += c < 0x300 || c > 0xD700 && c < 0xE000 ? 1 : 97) {
      all.append((char) c);
    }
    History.Recorder recorder = new History.Recorder();
    String key = all.toString();
    recorder.complete(
        recorder.invoke(0, key, new Op.Cas(key, key), 0), new RecordedResult.Mismatch(), 0);
    String text = HistoryText.write(recorder.history());
    assertThat(text.lines()).hasSize(4);
    assertThat(good(text).operations()).isEqualTo(recorder.history().operations());
  }

  @Test
  void skipsCommentsAndTakesUnknownSaidOutright() {
    History history =
        good(
            """
            # kept from seed 7

            jangada-history 1
            0 invoke -5 p0 "k" delete_if "v"\r
            \t
            # it never answered
            0 unknown
            end 1
            """);
    assertThat(history.operations().getFirst())
        .hasToString("delete if v by p0 ended with an unknown outcome");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "x invoke 1 p1 \"k\" read|expected an operation's id, not `x`",
        "1 invoke 1 p1 \"k\" read|the next invocation is operation 0, not 1",
        "0 invoke soon p1 \"k\" read|expected a time, not `soon`",
        "0 invoke 1 3 \"k\" read|expected a process such as p3, not `3`",
        "0 invoke 1 p-3 \"k\" read|expected a process's number, not `-3`",
        "0 invoke 1 p3 k read|expected a key in quotes, not `k read`",
        "0 invoke 1 p3 \"k read|a string without its closing quote",
        "0 invoke 1 p3 \"k\\|a string without its closing quote",
        "0 invoke 1 p3 \"k\"read|expected a space after a string",
        "0 invoke 1 p3 \"\\x\" read|an escape that there is not: `\\x`",
        "0 invoke 1 p3 \"\\u00g0\" read|expected four hexadecimal digits after `\\u`",
        "0 invoke 1 p3 \"k\" sing|no operation is called `sing`",
        "0 invoke 1 p3 \"k\" write|expected a value in quotes, the line ends",
        "0 invoke 1 p3 \"k\" read twice|expected the end of the line, not `twice`",
        "0 invoke 1 p3 \"k\" cas_version -1 \"v\"|expected a version, not `-1`",
        "0|expected what happened, the line ends",
        "0 forgot 5|expected `invoke`, `ok`, `fail` or `unknown`, not `forgot`",
        "0 ok 5 written|there is no operation 0",
        "99999999999 ok 5 written|expected an operation's id, not `99999999999`",
        "end 1|`end` counts 1 operations, there were 0",
        "end|expected the number of operations, the line ends"
      })
  void namesTheLineThatIsWrongAndWhy(String line, String why) throws IOException {
    assertThat(HistoryReader.read(new StringReader("# kept\njangada-history 1\n" + line + "\n")))
        .isEqualTo(new HistoryReader.Parsed.Malformed(3, why));
  }

  @Test
  void refusesEndingsThatDoNotFit() {
    String begun = "jangada-history 1\n0 invoke 1 p3 \"k\" read\n";
    assertThat(bad(begun + "0 ok 2 exists\n")).isEqualTo("line 3: Read[] cannot end in Exists[]");
    assertThat(bad(begun + "0 ok 0 absent\n")).isEqualTo("line 3: time goes back from 1 to 0");
    assertThat(bad(begun + "0 fail 2\n0 fail 2\n"))
        .isEqualTo("line 4: operation 0 has ended already");
    assertThat(bad(begun + "0 ok 2 well\n")).isEqualTo("line 3: no result is called `well`");
    assertThat(bad(begun)).isEqualTo("line 3: the text stops before its `end` line");
    assertThat(bad(begun + "end 1\n1 invoke"))
        .isEqualTo("line 4: nothing may follow the `end` line");
    assertThat(bad("")).isEqualTo("line 1: the text stops before its `end` line");
    assertThat(bad("jangada-history 2\n")).isEqualTo("line 1: expected `jangada-history 1`");
  }

  @Test
  void takesNoMoreMemoryThanItsBounds() {
    String long64k = "x".repeat(HistoryReader.LINE_MAX + 1);
    assertThat(bad(long64k)).startsWith("line 1: a line takes ");
    assertThat(bad("\n".repeat(HistoryReader.LINES_MAX + 1)))
        .isEqualTo("line 800001: a text takes 800000 lines");
    assertThat(bad("jangada-history 1\n0 " + "z".repeat(10_000)))
        .isEqualTo(
            "line 2: expected `invoke`, `ok`, `fail` or `unknown`, not `" + "z".repeat(40) + "…`");
  }

  static History good(String text) {
    return switch (parsed(text)) {
      case HistoryReader.Parsed.Good(History history) -> history;
      case HistoryReader.Parsed.Malformed malformed -> throw new AssertionError(malformed);
    };
  }

  private static String bad(String text) {
    return switch (parsed(text)) {
      case HistoryReader.Parsed.Good _ -> throw new AssertionError("read without complaint");
      case HistoryReader.Parsed.Malformed malformed -> malformed.toString();
    };
  }

  private static HistoryReader.Parsed parsed(String text) {
    try {
      return HistoryReader.read(new StringReader(text));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
