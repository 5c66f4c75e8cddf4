package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The command line of a server.
class ServerCommandTest {
  private record Ran(int code, String out, String err) {}

  @TempDir private Path folder;

  private Ran run(String... words) throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(
        file,
        "{\"Path\":\"data\",\"Servers\":["
            + "{\"Id\":4,\"Hostname\":\"localhost\",\"ClientPort\":9000,\"LogPort\":9050}]}");
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("--config", file.toString()));
    all.addAll(List.of(words));
    int code =
        ServerCommand.withFlags(new CommandLine(new ServerCommand()))
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .setParameterExceptionHandler(ServerMain::explainUsage)
            .execute(all.toArray(String[]::new));
    return new Ran(code, out.toString(), err.toString());
  }

  @Test
  void withoutAnIdOrWithSomethingElseForOneItSaysHowItIsUsed() throws IOException {
    assertThat(run().code()).isEqualTo(2);
    assertThat(run().err()).startsWith("kvstore: ").contains("server id");
    Ran word = run("first");
    assertThat(word.code()).isEqualTo(2);
    assertThat(word.out()).isEmpty();
    assertThat(word.err())
        .startsWith("kvstore: ")
        .contains("'first'")
        .endsWith("Try 'kvstore --help'.\n");
    assertThat(run("4", "5").code()).isEqualTo(2);
    assertThat(run("4", "--heartbeat").code()).isEqualTo(2);
  }

  @Test
  void everySettingIsAFlag() throws IOException {
    String help = run("--help").out();
    for (Setting setting : Setting.values()) assertThat(help).contains(setting.flag());
  }

  @Test
  void whatIsWrongWithTheConfigurationIsTold() throws IOException {
    Ran ran = run("4", "--fsync", "never", "--http-port", "x");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("--http-port", " x;", "0 to 65535"),
            line -> assertThat(line).contains("--fsync", " never;", "always, unsafe-never"));
    Ran stranger = run("5");
    assertThat(stranger.code()).isEqualTo(1);
    assertThat(stranger.err()).contains("Id 5", "4");
  }

  @Test
  void theValuesInForceArePrintedWithWhereTheyComeFrom() throws IOException {
    Ran ran = run("4", "--print-config", "--join", "--heartbeat-millis=20ms");
    assertThat(ran.code()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .containsPattern("data +" + folder.resolve("data/server-4") + "\n")
        .containsPattern("\nPath +data +" + folder.resolve("config.json") + "\n")
        .containsPattern("\nJoin +true +--join\n")
        .containsPattern("\nHeartbeatMillis +20 +--heartbeat-millis\n")
        .containsPattern("\nReads +linearizable +default\n");
  }
}
