package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Golden traces: each file under `traces` holds blocks of commands, a line of dashes, and what
/// must follow. `-Dtraces.regenerate=true` writes what follows now; the change is then read as a
/// diff.
class TracesTest {
  private static final Path FOLDER = Path.of("server/src/test/resources/traces");
  private static final String LINE = "----";

  @TestFactory
  Stream<DynamicTest> everyTraceIsAsItWas() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }
  }

  private static void check(Path file) throws IOException {
    List<String> expected = Files.readAllLines(file);
    List<String> actual = play(expected);
    if (Boolean.getBoolean("traces.regenerate")) Files.write(file, actual);
    else if (!actual.equals(expected)) fail(difference(file.toString(), expected, actual));
  }

  /// The file as it should be: its commands, each block with what follows from it.
  private static List<String> play(List<String> file) {
    TraceScript script = new TraceScript();
    List<String> played = new ArrayList<>();
    int at = 0;
    while (at < file.size()) {
      List<String> commands = new ArrayList<>();
      while (at < file.size() && !file.get(at).equals(LINE)) commands.add(file.get(at++));
      played.addAll(commands);
      at++;
      while (at < file.size() && !file.get(at).isEmpty()) at++;
      if (commands.stream().allMatch(String::isBlank)) continue;
      played.add(LINE);
      played.addAll(script.run(commands));
    }
    return played;
  }

  private static String difference(String name, List<String> expected, List<String> actual) {
    int line = 0;
    while (line < Math.min(expected.size(), actual.size())
        && expected.get(line).equals(actual.get(line))) line++;
    StringBuilder text = new StringBuilder(name + " differs from line " + (line + 1) + " on:\n");
    for (int i = Math.max(0, line - 3); i < line; i++)
      text.append("    ").append(expected.get(i)).append('\n');
    for (int i = line; i < Math.min(expected.size(), line + 8); i++)
      text.append("  - ").append(expected.get(i)).append('\n');
    for (int i = line; i < Math.min(actual.size(), line + 8); i++)
      text.append("  + ").append(actual.get(i)).append('\n');
    return text + "If that is right: mvn test -Dtest=TracesTest -Dtraces.regenerate=true";
  }

  @Test
  void aChangedLineIsShownWithWhatWasBeforeIt() {
    assertThat(difference("t", List.of("a", "b", "c"), List.of("a", "x", "c")))
        .contains("t differs from line 2")
        .contains("    a\n  - b\n  - c\n  + x\n  + c\n");
  }
}
