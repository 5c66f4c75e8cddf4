package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.client.Endpoint;
import io.jangada.client.FakeServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `status`, `member`, `leader` and `snapshot` on servers that say what a test tells them to.
class AdminCommandsTest {
  @TempDir private Path folder;

  private final List<FakeServer> servers = new ArrayList<>();
  private final Map<String, String> said = new TreeMap<>();

  private CommandRun jangada(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--timeout=10s");
    if (!servers.isEmpty()) all.add("--endpoints=" + servers.getFirst().endpoint());
    return CommandRun.of(Map.of(), folder, new byte[0], all.toArray(String[]::new));
  }

  /// A server that says of itself what stands in `said` under its number and the command.
  private FakeServer server() throws IOException {
    int number = servers.size();
    FakeServer server =
        new FakeServer(
            asked -> {
              String answer = said.get(number + " " + asked.line().replace("admin ", ""));
              if (answer == null) return "ERR_CMD_ERR\r\n";
              if (!answer.startsWith("{")) return answer + "\r\n";
              int length = answer.getBytes(StandardCharsets.UTF_8).length;
              return "VALUE " + length + "\r\n" + answer + "\r\n";
            });
    servers.add(server);
    return server;
  }

  private void says(int server, String command, String answer) {
    said.put(server + " " + command, answer.replace('\'', '"'));
  }

  @AfterEach
  void closeServers() throws IOException {
    for (FakeServer each : servers) each.close();
  }

  private void cluster(Endpoint... others) throws IOException {
    StringBuilder members = new StringBuilder();
    for (FakeServer each : servers) append(members, "" + each.endpoint());
    for (Endpoint each : others) append(members, "" + each);
    for (int i = 0; i < servers.size(); i++)
      says(i, "members", "{'ok':true,'leader':1,'members':[" + members + "]}");
  }

  private static void append(StringBuilder members, String client) {
    int id = members.isEmpty() ? 0 : members.toString().split("\\{").length - 1;
    if (!members.isEmpty()) members.append(',');
    members.append("{'id':" + id + ",'kind':'voter','peer':'h:1','client':'" + client + "'}");
  }

  private static String status(int id, String role, String more) {
    return "{'ok':true,'id':"
        + id
        + ",'role':'"
        + role
        + "','term':7,'leader':1,'lastIndex':90,'commitIndex':89,'appliedIndex':88,"
        + "'snapshotIndex':50,'keys':12,'roleSinceMillis':184000,'version':'0.1',"
        + "'diskSyncMicros':{'p50':300,'p99':1250}"
        + more
        + "}";
  }

  // ---- status ----

  @Test
  void statusAsksEveryMemberAndShowsThemInATable() throws IOException {
    server();
    server();
    cluster();
    says(0, "status", status(0, "follower", ",'diskFull':true"));
    says(1, "status", status(1, "leader", ",'peers':[{'id':0,'matchIndex':87,'lag':3}]"));
    CommandRun ran = jangada("status");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isEqualTo(ExitCode.OK);
    List<String> lines = ran.out().lines().map(line -> line.replaceAll(" +", " ")).toList();
    assertThat(lines)
        .containsExactly(
            "MEMBER ENDPOINT KIND ROLE TERM LAST COMMIT APPLIED LAG SNAPSHOT KEYS SYNC SINCE"
                + " VERSION",
            "0 "
                + servers.get(0).endpoint()
                + " voter follower (disk full) 7 90 89 88 3 50 12 1.3ms 3m04s 0.1",
            "1 " + servers.get(1).endpoint() + " voter leader 7 90 89 88 0 50 12 1.3ms 3m04s 0.1");
  }

  @Test
  void aMemberThatDoesNotAnswerIsShownAndSaidWhy() throws IOException {
    server();
    server();
    Endpoint dead = FakeServer.nowhere();
    cluster(dead);
    says(0, "status", "{'ok':false,'error':'the server does not report its status'}");
    says(1, "status", status(1, "leader", ""));
    CommandRun ran = jangada("status");
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.out()).contains("silent");
    assertThat(ran.err())
        .contains(
            dead + " cannot be reached: connection refused",
            servers.getFirst().endpoint() + ": the server does not report");
    CommandRun json = jangada("status", "-o", "json");
    assertThat(json.out())
        .contains("\"ok\":false", "\"leader\":1", "\"error\":\"" + dead + " cannot be reached");
  }

  @Test
  void whereNobodyLeadsTheStatusIsUnavailable() throws IOException {
    server();
    cluster();
    says(0, "status", status(0, "candidate", ""));
    assertThat(jangada("status").code()).isEqualTo(ExitCode.UNAVAILABLE);
    servers.getFirst().close();
    assertThat(jangada("status").code()).isEqualTo(ExitCode.UNAVAILABLE);
  }

  @Test
  void aServerKnownUnderTwoNamesIsShownOnce() throws IOException {
    FakeServer server = server();
    says(0, "status", status(1, "leader", ""));
    says(
        0,
        "members",
        "{'ok':true,'members':[{'id':1,'kind':'voter','client':'localhost:"
            + server.endpoint().port()
            + "'}]}");
    CommandRun ran = jangada("status");
    assertThat(ran.out().lines()).hasSize(2);
    assertThat(ran.out()).contains("localhost");
  }

  // ---- member ----

  @Test
  void membersAreListed() throws IOException {
    server();
    server();
    cluster();
    assertThat(jangada("member", "list").out().lines().skip(1))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("0")
                    .contains("voter", "h:1")
                    .endsWith("" + servers.get(0).endpoint()),
            line -> assertThat(line).startsWith("1").endsWith("yes"));
    assertThat(jangada("member", "list", "-o", "json").out()).startsWith("{\"leader\":1,");
    for (int i = 0; i < 2; i++) says(i, "members", "{'ok':true,'changing':true,'members':[]}");
    assertThat(jangada("member", "list").out()).contains("joint consensus");
  }

  @Test
  void changesGoOutAsTheProtocolHasThemAndToTheLeader() throws IOException {
    server();
    server();
    cluster();
    for (String line :
        List.of(
            "add 3 h 1 2",
            "add 3 h 1 2 learner dry-run",
            "promote 3",
            "remove 3 dry-run",
            "replace 3 4 ::1 1 2")) {
      says(0, line, "REDIRECT 1");
      says(1, line, "{'ok':true,'says':'" + line + "','done':true,'dryRun':false}");
    }
    assertThat(jangada("member", "add", "3", "h:1:2").out()).isEqualTo("add 3 h 1 2\n");
    assertThat(jangada("member", "add", "3", "h:1:2", "--learner", "--dry-run").code()).isZero();
    assertThat(jangada("member", "promote", "3").code()).isZero();
    assertThat(jangada("member", "remove", "3", "--dry-run").code()).isZero();
    assertThat(jangada("member", "replace", "3", "4", "[::1]:1:2").code()).isZero();
  }

  @Test
  void whatWouldHappenAndWhatIsUnderWayAreToldFromWhatIsDone() throws IOException {
    server();
    says(0, "remove 2 dry-run", "{'ok':true,'says':'server 2 leaves','done':true,'dryRun':true}");
    says(0, "replace 1 2 h 1 2", "{'ok':true,'says':'server 2 joins','done':false}");
    assertThat(jangada("member", "remove", "2", "--dry-run").out())
        .endsWith(": server 2 leaves\n")
        .startsWith("would ");
    assertThat(jangada("member", "replace", "1", "2", "h:1:2").out())
        .startsWith("server 2 joins (");
  }

  @Test
  void aRefusalIsSaidInTheServersWords() throws IOException {
    server();
    says(0, "remove 2", "{'ok':false,'error':'without server 2 nothing works'}");
    CommandRun ran = jangada("member", "remove", "2");
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.err())
        .startsWith("jangada member remove: ")
        .endsWith("without server 2 nothing works\n");
    says(0, "remove 2", "{'ok':false,'error':'no leader is known at the moment'}");
    assertThat(jangada("member", "remove", "2").code()).isEqualTo(ExitCode.UNAVAILABLE);
    says(0, "remove 2", "{'ok':");
    assertThat(jangada("member", "remove", "2").code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void anAddressCanComeFromTheConfiguration() throws IOException {
    server();
    says(0, "add 4 127.0.0.1 5 6", "{'ok':true,'says':'it joins','done':true}");
    CommandRun without = jangada("member", "add", "4");
    assertThat(without.code()).isEqualTo(ExitCode.USAGE);
    assertThat(without.err()).contains("address");
    Files.writeString(
        folder.resolve("config.json"),
        "{\"Path\":\"data\",\"Servers\":[{\"Id\":4,\"Hostname\":\"127.0.0.1\",\"LogPort\":5,"
            + "\"ClientPort\":6}]}");
    assertThat(jangada("member", "add", "4").out()).isEqualTo("it joins\n");
    assertThat(jangada("member", "add", "4", "h:1").code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aCommandOfMemberThatIsNoneIsRefusedWithASuggestion() {
    CommandRun ran = CommandRun.of(Map.of(), folder, new byte[0], "member", "promte", "3");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("unknown command 'promte'", "'promote'");
    assertThat(CommandRun.of(Map.of(), folder, new byte[0], "member").code())
        .isEqualTo(ExitCode.USAGE);
  }

  // ---- leader, snapshot ----

  @Test
  void theLeadIsHandedOver() throws IOException {
    server();
    says(0, "transfer", "{'ok':true,'says':'server 2 leads','leader':2}");
    says(0, "transfer 9", "{'ok':false,'error':'server 9 is no voter'}");
    assertThat(jangada("leader", "transfer").out()).isEqualTo("server 2 leads\n");
    assertThat(jangada("leader", "transfer", "9").code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void everyMemberTakesASnapshot() throws IOException {
    server();
    server();
    cluster();
    says(0, "status", status(0, "follower", ""));
    says(1, "status", status(1, "leader", ""));
    says(0, "snapshot", "{'ok':true,'says':'a snapshot has begun'}");
    says(1, "snapshot", "{'ok':true,'says':'a snapshot has begun'}");
    CommandRun ran = jangada("snapshot");
    assertThat(ran.code()).isZero();
    assertThat(ran.out().lines()).hasSize(2);
    says(1, "snapshot", "{'ok':false,'error':'one is under way'}");
    assertThat(jangada("snapshot").code()).isEqualTo(ExitCode.FAILED);
  }
}
