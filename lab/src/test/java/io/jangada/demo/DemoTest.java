package io.jangada.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.cli.CommandRun;
import io.jangada.cli.ExitCode;
import io.jangada.cli.Main;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.store.Disk;
import io.jangada.store.ForwardingDisk;
import io.jangada.store.Identity;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole clusters in this process, with real threads on a real disk, driven as a user drives them.
class DemoTest {
  @TempDir private Path data;

  private Demo.Options here() {
    return new Demo.Options(0, data, false, false, false);
  }

  private DemoSession.Ran play(String... lines) {
    return DemoSession.play(here(), lines);
  }

  @Test
  void withoutInputItPlaysATourAndSaysWhatHappened() {
    DemoSession.Ran ran = DemoSession.play(new Demo.Options(0, null, false, false, false));
    assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(ExitCode.OK);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .containsPattern("the data of n1, n2, n3 is in \\S+, removed at the end")
        .containsPattern("n[123] leads term [1-9]")
        .containsPattern("jangada> set boat \"under sail\"\\R(.*\\R)*?ok, version \\d+ ")
        .containsPattern("n[123] is killed: term \\d+ has no leader")
        .containsPattern("(?s)is killed.* term .*\"under sail\", version \\d+ ")
        .containsPattern("n[123] has caught up")
        .containsPattern(
            "(?s)What happened: n[123] led term \\d+ and was killed;.* came back and caught up")
        .contains("all members are stopped, and their data is gone");
    String where = ran.out().replaceFirst("(?s).*the data of n1, n2, n3 is in (\\S+),.*", "$1");
    assertThat(Path.of(where)).doesNotExist();
  }

  @Test
  void aScriptGetsItsAnswersOnStandardOutputAndTheStoryBesideThem() {
    DemoSession.Ran ran =
        play("set k v", "get k", "cas k v w", "delete k", "# a remark", "", "set k x 10m", "get k");
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.OK);
    assertThat(ran.out().lines().map(line -> line.replaceFirst(" {3}\\[.*", "")))
        .satisfiesExactly(
            line -> assertThat(line).matches("ok, version \\d+"),
            line -> assertThat(line).matches("v, version \\d+"),
            line -> assertThat(line).matches("ok, version \\d+"),
            line -> assertThat(line).matches("deleted, version \\d+"),
            line -> assertThat(line).matches("ok, version \\d+"),
            line -> assertThat(line).matches("x, expires 600.0 s after .*, version \\d+"));
    assertThat(ran.out()).containsPattern("\\[committed by n[123] in term \\d+, .* m?s]");
    assertThat(ran.err()).contains("jangada> set k v").containsPattern("n[123] .*lead.* term");
    assertThat(data.resolve("server-2/meta")).exists();
  }

  @Test
  void theExitCodeIsThatOfTheFirstCommandThatWasNotDone() {
    assertThat(play("get nothing").code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
    assertThat(play("set k 1", "cas k 2 3", "get nothing").code())
        .isEqualTo(ExitCode.PRECONDITION_FAILED);
    assertThat(play("frobnicate", "get k").code()).isEqualTo(ExitCode.USAGE);
    assertThat(play("kill all", "get k").code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(play("quit", "frobnicate").code()).isEqualTo(ExitCode.OK);
  }

  @Test
  void whatMakesNoSenseIsSaidAndCostsNothing() throws Exception {
    String[][] wrong = {
      {"frobnicate", "frobnicate"},
      {"get", "get KEY"},
      {"get \"\"", "key"},
      {"set k", "set KEY VALUE [TTL]"},
      {"set k v soon", "soon"},
      {"set k \"v", "quote"},
      {"set k \"\\v\"", "'\\v'"},
      {"cas k v", "cas KEY OLD NEW"},
      {"kill", "kill 2"},
      {"kill 4", "4"},
      {"kill -1", "-1"},
      {"start 1", "n1"},
      {"partition 1 2,3", "all members"},
      {"wait 11m", "10m"},
      {"pause 1", "pause"},
      {"@9 get k", "9"},
      {"@1", "n1"},
      {"@1 status", "one member"},
      {"status now", "command"},
    };
    List<String> lines = new ArrayList<>(List.of("set k v"));
    for (String[] one : wrong) lines.add(one[0]);
    lines.add("get k");
    DemoSession.Ran ran = play(lines.toArray(String[]::new));
    List<String> said = ran.err().lines().toList();
    for (String[] one : wrong)
      assertThat(said.subList(said.indexOf("jangada> " + one[0]), said.size()))
          .filteredOn(line -> line.startsWith("jangada demo: "))
          .first()
          .asString()
          .contains(one[1]);
    assertThat(ran.out()).containsPattern("v, version \\d+ ");
  }

  @Test
  void aLineThatIsNoTextOrHasNoEndIsRefusedAndTheNextIsRead() {
    byte[] wrong = {(byte) 0xc3, '\n'};
    byte[] endless = "x".repeat(InputLines.LINE_BYTES_MAX + 1).getBytes(StandardCharsets.UTF_8);
    byte[] rest = "\nset k v\r\nget k".getBytes(StandardCharsets.UTF_8);
    byte[] input = new byte[wrong.length + endless.length + rest.length];
    System.arraycopy(wrong, 0, input, 0, wrong.length);
    System.arraycopy(endless, 0, input, wrong.length, endless.length);
    System.arraycopy(rest, 0, input, wrong.length + endless.length, rest.length);
    DemoSession.Ran ran = DemoSession.play(here(), input);
    assertThat(ran.err())
        .containsPattern("jangada demo: .*UTF-8")
        .containsPattern("jangada demo: .*4194305 .*4194304");
    assertThat(ran.out()).containsPattern("(?m)^v, version \\d+ ");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void keysAndValuesThatAreTooLongAreRefused() {
    String key = "k".repeat(1025);
    String value = "v".repeat((1 << 20) + 1);
    DemoSession.Ran ran = play("set " + key + " v", "set k " + value, "get k");
    assertThat(ran.out())
        .contains("refused: the key is longer", "refused: the value is longer", "no such key");
  }

  @Test
  void theLeaderIsKilledAndItsSuccessorHasWhatItAcknowledged() {
    DemoSession.Ran ran = play("wait", "set k v", "kill leader", "get k", "cas k v w", "status");
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.OK);
    assertThat(ran.out()).containsPattern("(?m)^v, version 2 ").containsPattern("(?m)^ok, version");
    assertThat(ran.out().lines().filter(line -> line.matches("n\\d +down .*"))).hasSize(1);
    assertThat(ran.out().lines().filter(line -> line.matches("n\\d +up .*"))).hasSize(2);
  }

  @Test
  void everyAcknowledgedWriteSurvivesTheDeathOfAll() throws Exception {
    List<String> versions = new ArrayList<>();
    try (DemoSession session = DemoSession.script(data)) {
      for (int i = 0; i < 40; i++) {
        session.type("set k" + i + " v" + i);
        versions.add(session.answer("ok, version (\\d+) ").group(1));
        if (i == 10) session.type("snapshot");
        if (i == 20) session.type("kill leader");
      }
      session.type("kill all");
      session.type("get k0");
      session.answer("not done: ");
      session.type("start all");
      for (int i = 0; i < 40; i++) {
        session.type("get k" + i);
        session.answer("v" + i + ", version " + versions.get(i) + " ");
      }
      session.type("status");
      session.answer("(?m)(^n\\d +up .* 40$\\R?){3}");
    }
  }

  @Test
  void aLeaderThatIsCutOffNeitherReadsNorWritesAndFollowsOnceTheNetworkIsWhole() throws Exception {
    try (DemoSession session = DemoSession.script(data)) {
      session.type("wait");
      String old = session.hear("n(\\d) leads term \\d+;").group(1);
      session.type("set k before");
      session.answer("ok, ");
      session.type("partition " + old);
      session.type("@" + old + " set k lost");
      session.answer("UNKNOWN: it may have taken effect, or may yet");
      session.type("set k after");
      session.answer("ok, version \\d+ .*committed by n[^" + old + "]");
      session.hear("n" + old + " steps down in term \\d+: .*majority");
      session.type("@" + old + " get k");
      session.answer("not done: ");
      session.type("status");
      session.answer("n" + old + " +cut ");
      session.type("heal");
      session.type("wait");
      session.hear("n" + old + " follows n\\d");
      session.hear("n" + old + " \\w+ its log after \\w+ \\d+");
      session.hear("is applied by n1, n2, n3");
      session.type("@" + old + " get k");
      session.answer("after, version ");
    }
  }

  @Test
  void withoutAMajorityAWriteEndsInDoubtAndIsSaidSo() throws Exception {
    try (DemoSession session = DemoSession.script(data)) {
      session.type("wait");
      MatchResult leads = session.hear("n(\\d) leads term \\d+;");
      int leader = Integer.parseInt(leads.group(1));
      session.type("kill " + (leader % 3 + 1) + "," + ((leader + 1) % 3 + 1));
      session.hear("no majority is left");
      session.type("set k v");
      session.answer("UNKNOWN: it may have taken effect, or may yet");
      session.type("get k");
      session.answer("not done: ");
      session.type("start all");
      session.hear("have caught up");
      session.type("get k");
      session.answer("(v, version|no such key)");
    }
  }

  @Test
  void theLeadIsHandedOver() throws Exception {
    try (DemoSession session = DemoSession.script(data)) {
      session.type("wait");
      int leader = Integer.parseInt(session.hear("n(\\d) leads term \\d+;").group(1));
      int target = leader % 3 + 1;
      session.type("transfer " + target);
      session.hear("n" + leader + " .*lead.* to n" + target);
      session.hear("n" + target + " .*lead.* term");
      session.type("transfer " + target);
      session.hear("n" + target + " leads already");
      session.type("set k v");
      session.answer("committed by n" + target);
      assertThat(session.end()).isEqualTo(ExitCode.FAILED);
    }
  }

  @Test
  void aMemberThatMissedALotIsSentASnapshot() throws Exception {
    try (DemoSession session = DemoSession.script(data)) {
      session.type("wait");
      int leader = Integer.parseInt(session.hear("n(\\d) leads term \\d+;").group(1));
      int late = leader % 3 + 1;
      session.type("kill " + late);
      for (int i = 0; i < 20; i++) session.type("set k" + i + " v");
      session.type("wait");
      session.type("snapshot");
      session.hear("n" + leader + " .*log up to \\w+ (\\d+)");
      session.type("start " + late);
      session.hear("n" + late + " .*snapshot up to \\w+ \\d+");
      session.hear("n" + late + " has caught up");
      session.type("@" + late + " get k19");
      session.answer("v, version ");
    }
  }

  @Test
  void whatHasATimeToLiveIsGoneAfterIt() throws Exception {
    try (DemoSession session = DemoSession.script(data)) {
      session.type("set k v 300ms");
      session.answer("ok, version ");
      session.type("get k");
      session.answer("v, expires 300 ms after it was written, version");
      session.type("kill leader");
      session.type("wait 600ms");
      session.type("get k");
      session.answer("no such key");
    }
  }

  @Test
  void theNextDemoOnTheSameDirectoryFindsWhatWasWritten() {
    DemoSession.Ran first = play("set k v", "get k");
    DemoSession.Ran second = play("get k", "status");
    String answer = first.out().lines().toList().get(1).replaceFirst(" {3}\\[.*", "");
    assertThat(second.out()).startsWith(answer);
    assertThat(second.out()).containsPattern("(?m)^n3 ").doesNotContainPattern("(?m)^n4 ");
    DemoSession.Ran wider =
        DemoSession.play(new Demo.Options(5, data, false, false, false), "get k");
    assertThat(wider.code()).isEqualTo(ExitCode.FAILED);
    assertThat(wider.err()).contains("3 members", "--members");
  }

  @Test
  void fiveMembersSurviveTheLossOfTwo() {
    DemoSession.Ran ran =
        DemoSession.play(
            new Demo.Options(5, data, false, false, false),
            "wait",
            "set k v",
            "kill leader",
            "get k",
            "kill leader",
            "get k");
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.OK);
    assertThat(ran.out().lines().filter(line -> line.startsWith("v, version 2 "))).hasSize(2);
  }

  @Test
  void aDirectoryThatIsNotADemosIsRefusedAndUntouched() throws Exception {
    Path other = Files.createDirectories(data.resolve("servers/server-1"));
    assertThat(
            DemoSession.play(new Demo.Options(0, other.getParent(), false, false, false), "get k"))
        .satisfies(ran -> assertThat(ran.code()).isEqualTo(ExitCode.FAILED))
        .satisfies(ran -> assertThat(ran.err()).contains(other.getParent().toString()));
    assertThat(other).isEmptyDirectory();
    Path file = Files.writeString(data.resolve("file"), "x");
    assertThat(DemoSession.play(new Demo.Options(0, file, false, false, false), "get k"))
        .satisfies(ran -> assertThat(ran.code()).isEqualTo(ExitCode.FAILED))
        .satisfies(ran -> assertThat(ran.err()).contains("jangada demo: " + file));
  }

  @Test
  void anotherClustersDataIsRefused() throws Exception {
    play("set k v");
    Path meta = data.resolve("server-2/meta");
    Identity orders = Identity.of("orders-eu", 2);
    Files.delete(meta);
    Files.walk(data.resolve("server-2/log"))
        .filter(Files::isRegularFile)
        .forEach(f -> f.toFile().delete());
    orders.claim(new OsDisk(data.resolve("server-2")));
    DemoSession.Ran ran = play("get k");
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.err()).contains("n2 ", "'orders-eu'");
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void itsServersServeOtherClientsAtTheirPorts() throws Exception {
    try (DemoSession session = DemoSession.script(data)) {
      session.type("set k v");
      String[] ports =
          session.hear("they serve at 127.0.0.1, ports ([0-9, ]+):").group(1).split(", ");
      session.answer("ok, version 2 ");
      for (String port : ports) {
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(port));
        try (TextConnection connection = TextConnection.open(address, 10_000)) {
          TextReply wanted = new TextReply.Meta(2, 0, Bytes.utf8("v"));
          assertThat(connection.getm("k")).isEqualTo(wanted);
        }
      }
      assertThat(ports).hasSize(3);
    }
  }

  @Test
  void withTlsItsPortsSpeakNothingElseAndCommandsFindTheAuthority() throws Exception {
    try (DemoSession session = DemoSession.script(new Demo.Options(1, data, false, false, true))) {
      session.type("set k v");
      String port = session.hear("try openssl .*/ca.crt -connect 127.0.0.1:([0-9]+)").group(1);
      session.answer("ok, version 2 ");
      CommandRun.Shell shell = new CommandRun.Shell(Main.commandLine(Map.of()), Map.of(), data);
      assertThat(shell.run(new byte[0], "get", "k")).isEqualTo(new CommandRun(0, "v\n", ""));
      String at = "127.0.0.1:" + port;
      CommandRun plain = shell.run(new byte[0], "status", "--endpoints", at);
      assertThat(plain.err()).contains(at + " speaks TLS");
      String ca = "" + data.resolve("certs/ca.crt");
      CommandRun told = shell.run(new byte[0], "status", "--endpoints", at, "--cacert", ca);
      assertThat(told.code()).as(told.err()).isZero();
    }
    assertThat(data.resolve("certs/peer-1.key")).exists();
  }

  @Test
  void twoDemosCannotHaveOneDirectory() throws Exception {
    try (DemoSession session = DemoSession.script(data)) {
      session.type("set k v");
      session.answer("ok, version ");
      DemoSession.Ran second = play("get k");
      assertThat(second.code()).isEqualTo(ExitCode.FAILED);
      assertThat(second.err()).contains("jangada demo: ").contains("is in use");
      session.type("get k");
      session.answer("v, version ");
    }
    assertThat(play("get k").code()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aMemberWhoseDiskFailsStopsAndIsRecovered() throws Exception {
    AtomicReference<String> broken = new AtomicReference<>("");
    DemoMember.DiskOpener opener =
        directory -> new Cracking(new OsDisk(directory), "" + directory.getFileName(), broken);
    try (DemoSession session = DemoSession.script(data, opener)) {
      session.type("wait");
      String leader = session.hear("(n\\d) leads term \\d+;").group(1);
      session.type("set k v");
      session.answer("ok, version 2 ");
      broken.set(leader);
      session.type("set k w");
      session.answer("ok, version ");
      session.hear(leader + " STOPS: .*cracked");
      session.type("status");
      session.answer(leader + " +down ");
      broken.set("");
      session.type("start " + leader);
      session.hear(leader + " has caught up");
      session.type("@" + leader + " get k");
      session.answer("w, version ");
    }
  }

  /// A disk of the member that `broken` names cannot sync.
  private static final class Cracking extends ForwardingDisk {
    private final String member;
    private final AtomicReference<String> broken;

    Cracking(Disk disk, String member, AtomicReference<String> broken) {
      super(disk);
      this.member = member;
      this.broken = broken;
    }

    @Override
    protected void beforeSync(String name) throws IOException {
      if (member.equals(broken.get().replace("n", "server-"))) throw new IOException("cracked");
    }
  }

  @Test
  void aPersonIsPromptedAndToldTheStoryInTheSamePlace() throws Exception {
    DemoSession session = DemoSession.terminal(data);
    session.answer("Type 'help' for the commands");
    session.answer("jangada> ");
    session.type("nonsense");
    session.answer("jangada demo: there is no command nonsense; try 'help'");
    session.type("wait");
    session.answer("is applied by n1, n2, n3");
    session.type("help");
    session.answer("set KEY VALUE \\[TTL]");
    session.type("get nothing");
    session.answer("no such key");
    session.type("quit");
    session.answer("all members are stopped; their data stays in");
    assertThat(session.end()).isEqualTo(ExitCode.OK);
  }
}
