package io.jangada.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.cli.ExitCode;
import io.jangada.lab.Laboratory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A demo in a process of its own, and the signals that end it.
class DemoProcessTest {
  @TempDir private Path folder;
  private final List<Process> started = new ArrayList<>();
  private Path temporary;

  @BeforeEach
  void makeRoom() throws IOException {
    temporary = Files.createDirectories(folder.resolve("tmp"));
  }

  @AfterEach
  void leaveNothingRunning() {
    started.forEach(Process::destroyForcibly);
  }

  private Process start(String... options) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Laboratory.class.getName(),
                "demo"));
    words.addAll(List.of(options));
    Process process =
        new ProcessBuilder(words).redirectError(folder.resolve("err").toFile()).start();
    started.add(process);
    return process;
  }

  /// Types lines and reads as many answers; the process goes on.
  private static List<String> ask(Process process, String... lines) throws IOException {
    Writer in = new OutputStreamWriter(process.getOutputStream());
    in.write(String.join("\n", lines) + "\n");
    in.flush();
    BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()));
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) answers.add(out.readLine());
    return answers;
  }

  private static int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void whatAKilledProcessAcknowledgedIsThereAfterwards() throws Exception {
    Path data = folder.resolve("data");
    Process process = start("--data", data.toString());
    String[] lines =
        Stream.iterate(0, i -> i < 50, i -> i + 1).map(DemoProcessTest::set).toArray(String[]::new);
    List<String> answers = ask(process, lines);
    process.destroyForcibly();
    end(process);

    String[] reads =
        Stream.iterate(0, i -> i < 50, i -> i + 1).map(i -> "get k" + i).toArray(String[]::new);
    DemoSession.Ran ran = DemoSession.play(new Demo.Options(0, data, false, false, false), reads);
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.OK);
    List<String> found = ran.out().lines().toList();
    for (int i = 0; i < 50; i++) {
      String version = answers.get(i).replaceFirst("ok, (version \\d+) .*", "$1");
      assertThat(found.get(i)).startsWith("v" + i + ", " + version + " ");
    }
  }

  private static String set(int i) {
    return "set k" + i + " v" + i;
  }

  @Test
  void aSignalEndsItInGoodOrderAndTheTemporaryDataGoes() throws Exception {
    Process process = start();
    assertThat(ask(process, "set k v").getFirst()).startsWith("ok, version ");
    assertThat(temporary).isNotEmptyDirectory();
    assertThat(process.toHandle().destroy()).isTrue();
    assertThat(end(process)).isEqualTo(128 + 15);
    assertThat(folder.resolve("err")).content().contains("all members are stopped");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aSignalThatComesWhileItEndsAnywayWaitsForThat() throws Exception {
    Process process = start();
    assertThat(ask(process, "set k v").getFirst()).startsWith("ok, version ");
    process.destroy(); // which also ends the input
    assertThat(end(process)).isIn(ExitCode.OK, 128 + 15);
    assertThat(folder.resolve("err")).content().containsOnlyOnce("all members are stopped");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aTemporaryDirectoryStaysWhereThatIsWanted() throws Exception {
    Process process = start("--keep", "--members", "1");
    assertThat(ask(process, "set k v").getFirst()).startsWith("ok, version ");
    process.getOutputStream().close();
    assertThat(end(process)).isEqualTo(ExitCode.OK);
    try (Stream<Path> files = Files.list(temporary)) {
      Path kept = files.findFirst().orElseThrow();
      assertThat(kept.resolve("server-1/log")).isNotEmptyDirectory();
    }
  }

  @Test
  void wrongOptionsAreRefusedBeforeAnythingStarts() throws Exception {
    Process process = start("--members", "10");
    assertThat(end(process)).isEqualTo(ExitCode.USAGE);
    assertThat(folder.resolve("err")).content().contains("--members", "1 to 9");
    assertThat(temporary).isEmptyDirectory();
  }
}
