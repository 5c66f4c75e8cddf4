package io.jangada.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.cli.CommandRun;
import io.jangada.cli.ExitCode;
import io.jangada.cli.Main;
import io.jangada.client.ClientOptions;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jline.reader.Candidate;
import org.jline.reader.LineReader;
import org.jline.reader.Parser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `jangada shell` on a real server: from a pipe, completing, and at a terminal that knows nothing.
@Timeout(60)
class ShellOnServersTest {
  private static final int HEAP_MEBIBYTES = 96;
  private static final long LEADER_MILLIS_MAX = 60_000;

  @TempDir private static Path folder;

  private static ProcessCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = ProcessCluster.make(folder, ClusterPlan.of(1), ServerProgram.own(HEAP_MEBIBYTES));
    cluster.startAll();
    new LeaderSearch(cluster).await(LEADER_MILLIS_MAX);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static CommandRun shell(String lines) {
    return new CommandRun.Shell(Main.commandLine(Map.of()), Map.of(), folder)
        .run(
            lines.getBytes(StandardCharsets.UTF_8),
            "shell",
            "--timeout=30s",
            "--endpoints=" + cluster.endpoints());
  }

  private static JangadaClient client() {
    return JangadaClient.connect(ClientOptions.of(Endpoint.parseList(cluster.endpoints())));
  }

  @Test
  void linesOfAPipeAreTheCommandsOfTheCommandLine() {
    CommandRun run =
        shell(
            "put a \"one\ntwo\"  # two lines\n\nget a\nget none\n"
                + "put a\nget a -o json\nexit\nget z\n");
    assertThat(run.out()).matches("OK \\d+\none\ntwo\n\\{\"ok\":true.*\n");
    assertThat(run.err().lines())
        .containsExactly(
            "line 5: jangada get: no such key: none",
            "line 6: jangada put: standard input: is the shell's: give it as an argument, between"
                + " quotes, or in a file",
            "line 6: Try 'jangada put --help'.");
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(shell("get none\nget none\n").code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
    assertThat(shell("get \"a").code()).isEqualTo(ExitCode.USAGE);
    assertThat(shell("shell\n").err()).contains("unknown command 'shell'");
  }

  @Test
  void aWordIsCompletedToCommandsOptionsAndKeys() throws Exception {
    shell("put boat/1 x\nput boat/2 x\nput \"buoy\" x\n");
    assertThat(candidates("st")).contains("status", "exit");
    assertThat(candidates("member l")).contains("list");
    assertThat(candidates("get --t")).contains("--timeout");
    assertThat(candidates("get boat/")).containsExactlyInAnyOrder("boat/1", "boat/2");
  }

  private static List<String> candidates(String line) throws Exception {
    List<Candidate> found = new ArrayList<>();
    try (JangadaClient client = client();
        Terminal terminal = terminal("", new ByteArrayOutputStream())) {
      Words words = new Words(Main.commandLine(Map.of()), client);
      LineReader reader = Lines.reader(terminal, words, null);
      var parsed = reader.getParser().parse(line, line.length(), Parser.ParseContext.COMPLETE);
      words.complete(reader, parsed, found);
    }
    return found.stream().map(Candidate::value).toList();
  }

  private static Terminal terminal(String typed, ByteArrayOutputStream seen) throws Exception {
    return TerminalBuilder.builder()
        .streams(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)), seen)
        .dumb(true)
        .type("dumb")
        .system(false)
        .build();
  }

  @Test
  void typedLinesAreKeptAndAnOpenQuoteAsksForMore() throws Exception {
    Path history = folder.resolve("history");
    try (Terminal terminal = terminal("get \"a\nb\"\n", new ByteArrayOutputStream())) {
      LineReader reader = Lines.reader(terminal, (_, _, _) -> {}, history);
      assertThat(reader.readLine("> ")).isEqualTo("get \"a\nb\"");
      reader.getHistory().save();
    }
    assertThat(Files.readString(history)).contains("get \"a\\nb\"");
  }
}
