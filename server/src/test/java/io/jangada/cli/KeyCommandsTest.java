package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.client.FakeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `get`, `getm`, `set`, `cas` and `delete` as a script meets them.
class KeyCommandsTest {
  @TempDir private Path folder;

  private final Map<String, String> environment = new TreeMap<>();
  private final List<FakeServer> servers = new ArrayList<>();
  private byte[] input = {};

  private CommandRun jangada(String... args) {
    return CommandRun.of(environment, folder, input, args);
  }

  private FakeServer server(FakeServer.Script script) throws IOException {
    FakeServer server = new FakeServer(script);
    servers.add(server);
    environment.put("JANGADA_ENDPOINTS", "" + server.endpoint());
    return server;
  }

  @AfterEach
  void closeServers() throws IOException {
    for (FakeServer each : servers) each.close();
  }

  // ---- what is printed ----

  @Test
  void getPrintsTheValueAndNothingElse() throws IOException {
    server(asked -> "VALUE 4\r\na\r\n\u00ff\r\n");
    assertThat(jangada("get", "boat")).isEqualTo(new CommandRun(ExitCode.OK, "a\r\n\u00ff\n", ""));
    assertThat(jangada("get", "boat", "--raw")).isEqualTo(new CommandRun(0, "a\r\n\u00ff", ""));
    assertThat(jangada("get", "boat", "-o", "json").out())
        .isEqualTo("{\"ok\":true,\"key\":\"boat\",\"valueBase64\":\"YQ0K/w==\"}\n");
  }

  @Test
  void getmPrintsTheVersionToo() throws IOException {
    server(asked -> "VALUE 7 60 2\r\nhi\r\n");
    assertThat(jangada("getm", "boat").out()).isEqualTo("version  7\nttl      60\nvalue    hi\n");
    assertThat(jangada("getm", "boat", "-o", "json").out())
        .isEqualTo(
            "{\"ok\":true,\"key\":\"boat\",\"version\":7,\"ttlSeconds\":60,\"value\":\"hi\"}\n");
  }

  @Test
  void writesSayWhatTheServerSaid() throws IOException {
    FakeServer server =
        server(asked -> asked.word(0).equals("delete") ? "DELETED\r\n" : "OK 8\r\n");
    assertThat(jangada("set", "boat", "jangada", "--ttl", "90s"))
        .isEqualTo(new CommandRun(0, "OK 8\n", ""));
    assertThat(jangada("cas", "boat", "8", "canoa", "--ttl=5"))
        .isEqualTo(new CommandRun(0, "OK 8\n", ""));
    assertThat(jangada("delete", "boat")).isEqualTo(new CommandRun(0, "DELETED\n", ""));
    assertThat(jangada("set", "boat", "x", "-o", "json").out())
        .isEqualTo("{\"ok\":true,\"key\":\"boat\",\"version\":8}\n");
    assertThat(jangada("delete", "boat", "-o", "json").out())
        .isEqualTo("{\"ok\":true,\"key\":\"boat\"}\n");
    assertThat(server.asked().stream().limit(3).map(FakeServer.Asked::line))
        .containsExactly("set boat 90 7", "cas boat 5 8 5", "delete boat");
    assertThat(server.asked().stream().map(FakeServer.Asked::once)).allMatch(o -> !o.isEmpty());
  }

  @Test
  void aValueCanComeFromStandardInputByteForByte() throws IOException {
    FakeServer server = server(asked -> "OK 8\r\n");
    input = new byte[300_000];
    for (int i = 0; i < input.length; i++) input[i] = (byte) (i * 31);
    assertThat(jangada("set", "boat").code()).isZero();
    assertThat(jangada("cas", "boat", "8").code()).isZero();
    assertThat(server.asked()).extracting(FakeServer.Asked::data).containsOnly(Bytes.wrap(input));
    assertThat(jangada("set", "boat", "").code()).isZero();
    assertThat(server.asked().getLast().data()).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void aVariableThatNothingReadsIsToldAndDoesNoHarm() throws IOException {
    server(asked -> "VALUE 1\r\nx\r\n");
    environment.put("JANGADA_ENDPOINT", "elsewhere:1");
    CommandRun ran = jangada("get", "boat");
    assertThat(ran.code()).isZero();
    assertThat(ran.err())
        .isEqualTo(
            "jangada: warning: the variable JANGADA_ENDPOINT is unknown; did you mean"
                + " JANGADA_ENDPOINTS?\n");
  }

  // ---- how it ends ----

  @Test
  void eachKindOfNoHasItsExitCodeAndASentence() throws IOException {
    String[] answer = new String[1];
    server(asked -> answer[0] + "\r\n");
    answer[0] = "ERR_NOT_FOUND";
    for (String[] args : new String[][] {{"get"}, {"getm"}, {"delete"}}) {
      CommandRun ran = jangada(args[0], "boat");
      assertThat(ran.code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
      assertThat(ran.out()).isEmpty();
      assertThat(ran.err()).isEqualTo("jangada " + args[0] + ": no such key: boat\n");
    }
    assertThat(jangada("cas", "boat", "1", "x").code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
    answer[0] = "ERR_VERSION";
    CommandRun refused = jangada("set", "boat", "x");
    assertThat(refused.code()).isEqualTo(ExitCode.PRECONDITION_FAILED);
    assertThat(refused.err())
        .isEqualTo(
            "jangada set: nothing was changed: boat exists already; put replaces its value, cas"
                + " that of one version\n");
    assertThat(jangada("cas", "boat", "1", "x").code()).isEqualTo(ExitCode.PRECONDITION_FAILED);
    answer[0] = "ERR_CMD_ERR";
    assertThat(jangada("get", "boat").code()).isEqualTo(ExitCode.FAILED);
    answer[0] = "ERR_INTERNAL";
    assertThat(jangada("get", "boat", "--timeout", "1s").code()).isEqualTo(ExitCode.UNAVAILABLE);
    CommandRun unknown = jangada("set", "boat", "x", "--timeout", "1s");
    assertThat(unknown.code()).isEqualTo(ExitCode.FAILED);
    assertThat(unknown.err()).contains("UNKNOWN");
  }

  @Test
  void failuresAreObjectsTooWhenJsonIsAskedFor() throws IOException {
    server(asked -> "ERR_NOT_FOUND\r\n");
    CommandRun ran = jangada("get", "boat", "-o", "json");
    assertThat(ran.code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
    assertThat(ran.out())
        .isEqualTo("{\"ok\":false,\"error\":\"not-found\",\"reason\":\"no such key: boat\"}\n");
  }

  @Test
  void withoutAServerItIsUnavailableInTime() throws IOException {
    String nowhere = "" + FakeServer.nowhere();
    CommandRun ran = jangada("set", "boat", "x", "--endpoints", nowhere, "--timeout", "500ms");
    assertThat(ran.code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(ran.err()).contains("not done", nowhere, "cannot be reached");
  }

  @Test
  void whatMakesNoSenseIsAUsageErrorThatNamesIt() {
    for (String[] args :
        new String[][] {
          {"--timeout", "get", "boat", "--timeout", "soon"},
          {"--endpoints", "get", "boat", "--endpoints", "localhost"},
          {"--ttl", "set", "boat", "x", "--ttl", "1500ms"},
          {"(VERSION)", "cas", "boat", "x"},
          {"--output", "get", "boat", "-o", "xml"},
          {"KEY", "get"},
          {"'--raw'", "get", "boat", "--rwa"},
          {"'delete'", "delet", "boat"},
          {"LC_ALL", "get", "\ufffd"},
          {"nothing.json", "get", "boat", "--config", "nothing.json"}
        }) {
      CommandRun ran = jangada(java.util.Arrays.copyOfRange(args, 1, args.length));
      assertThat(ran.code()).as(args[0]).isEqualTo(ExitCode.USAGE);
      assertThat(ran.out()).isEmpty();
      assertThat(ran.err().toLowerCase()).contains(args[0].toLowerCase());
    }
  }

  // ---- which servers ----

  @Test
  void theFlagGoesBeforeTheVariableAndThatBeforeTheFile() throws IOException {
    FakeServer inFile = server(asked -> "VALUE 1\r\nf\r\n");
    FakeServer inVariable = server(asked -> "VALUE 1\r\nv\r\n");
    FakeServer inFlag = server(asked -> "VALUE 1\r\no\r\n");
    Path config = folder.resolve("config.json");
    Files.writeString(config, configOf(inFile));
    String flag = "--endpoints=" + inFlag.endpoint();
    environment.put("JANGADA_ENDPOINTS", "" + inVariable.endpoint());
    assertThat(jangada("get", "k", flag).out()).isEqualTo("o\n");
    assertThat(jangada("get", "k").out()).isEqualTo("v\n");
    assertThat(jangada("get", "k", "--config", "" + config).out()).isEqualTo("f\n");
    environment.clear();
    assertThat(jangada("get", "k").out()).isEqualTo("f\n");
    Files.writeString(config, "{");
    assertThat(jangada("get", "k", flag).out()).isEqualTo("o\n");
    assertThat(jangada("get", "k").code()).isEqualTo(ExitCode.USAGE);
  }

  private static String configOf(FakeServer server) {
    return "{\"Path\":\"data\",\"Servers\":[{\"Id\":0,\"Hostname\":\"127.0.0.1\",\"ClientPort\":"
        + server.endpoint().port()
        + ",\"LogPort\":1}]}";
  }

  @Test
  void aRedirectIsLookedUpInAFileThatIsNamed() throws IOException {
    FakeServer leader = server(asked -> "VALUE 1\r\nx\r\n");
    FakeServer follower = server(asked -> "REDIRECT 0\r\n");
    Path config = folder.resolve("config.json");
    Files.writeString(config, configOf(leader));
    String flag = "--endpoints=" + follower.endpoint();
    assertThat(jangada("get", "k", flag, "--config=" + config).out()).isEqualTo("x\n");
  }

  @Test
  void aFileThatLiesAroundLeadsNobodyToAnotherCluster() throws IOException {
    FakeServer other = server(asked -> "OK 1\r\n");
    FakeServer named = server(asked -> "REDIRECT 0\r\n");
    Files.writeString(folder.resolve("config.json"), configOf(other));
    String[] args = {"set", "k", "v", "--timeout=1s", "--endpoints=" + named.endpoint()};
    assertThat(jangada(args).code()).isEqualTo(ExitCode.UNAVAILABLE);
    environment.put("JANGADA_ENDPOINTS", "" + named.endpoint());
    assertThat(jangada("set", "k", "v", "--timeout=1s").code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(other.asked()).isEmpty();
  }
}
