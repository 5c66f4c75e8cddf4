package io.jangada.tester;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.cli.ExitCode;
import io.jangada.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// What the tester refuses before it starts a server.
class TesterCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    String[] args = new String[words.length + 1];
    args[0] = "tester";
    System.arraycopy(words, 0, args, 1, words.length);
    CommandLine command =
        Main.commandLine(Map.of(), new Main.Further(List.of("tester"), _ -> new TesterCommand()));
    return command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
  }

  @Test
  void itSaysWhichTestsThereAre() {
    assertThat(run("--list")).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines()).hasSameSizeAs(Trial.all());
    assertThat(run("--list", "--only", "e[lx]*ion")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("election");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--only x*                  | no test has a name like 'x*'",
        "--servers 0                | --servers must be 1 to 9, not 0",
        "--servers 10               | --servers must be 1 to 9, not 10",
        "--servers 3 --config a     | give --config or --servers, not both",
        "--config no-such-file.json | no-such-file.json: there is no such file",
        "-o xml                     | xml",
      })
  void whatMakesNoSenseIsRefused(String words, String complaint) {
    assertThat(run(words.strip().split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(complaint.strip());
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aPortThatSomebodyElseHasIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      Path file =
          Files.writeString(
              folder.resolve("config.json"),
              "{\"Path\": \"data\", \"Servers\": [{\"Id\": 5, \"Hostname\": \"127.0.0.1\","
                  + " \"ClientPort\": "
                  + port
                  + ", \"LogPort\": 1}]}");
      assertThat(run("--config", file.toString())).isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains("127.0.0.1:" + port + " of server 5 ");
    }
  }
}
