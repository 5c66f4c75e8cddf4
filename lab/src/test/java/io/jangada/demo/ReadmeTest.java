package io.jangada.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the README shows of the demo is what the demo says, but for who leads, when, and how fast.
class ReadmeTest {
  private static final Pattern SCRIPT =
      Pattern.compile("(?s)\\n\\$ bin/jangada demo 2>/dev/null <<'END'\\n(.*?)END\\n(.*?)```");
  private static final Pattern TOUR =
      Pattern.compile("(?s)```\\n([^`]*No terminal and no input: here is a short tour[^`]*)```");

  @TempDir private Path data;

  private static Matcher shown(Pattern pattern) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(Path.of("README.md")));
    assertThat(matcher.find()).isTrue();
    return matcher;
  }

  @Test
  void theScriptAnswersAsShown() throws IOException {
    Matcher shown = shown(SCRIPT);
    DemoSession.Ran ran =
        DemoSession.play(new Demo.Options(0, data, false, false, false), shown.group(1));
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.OK);
    assertThat(alike(ran.out())).isEqualTo(alike(shown.group(2)));
  }

  @Test
  void theTourGoesAsShown() throws IOException {
    DemoSession.Ran ran = DemoSession.play(new Demo.Options(0, null, false, false, false), "");
    assertThat(ran.code()).as(ran.out()).isEqualTo(ExitCode.OK);
    assertThat(spoken(ran.out())).isEqualTo(spoken(shown(TOUR).group(1)));
  }

  /// Without the story, which is another one each time.
  private static List<String> spoken(String text) {
    return alike(text.lines().filter(line -> !line.matches(" *\\d+ ms  .*")).toList());
  }

  private static List<String> alike(String text) {
    return alike(text.lines().toList());
  }

  private static List<String> alike(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceAll("leader|follower", "role").replaceAll("[0-9.]+ m?s", "time"))
        .map(line -> line.replaceAll("\\d+", "#").replaceAll(" +", " "))
        .toList();
  }
}
