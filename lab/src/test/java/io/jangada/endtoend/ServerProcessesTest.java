package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.harness.AdminClient;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProcess;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import io.jangada.server.Setting;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// Three servers, and what is done to them beside what `jangada tester` does.
class ServerProcessesTest {
  private static final long MILLIS_MAX = 30_000;
  private static final int IDLE_CONNECTIONS = 2_000;

  @TempDir private static Path folder;
  private static ProcessCluster cluster;
  private static LeaderSearch search;
  private static AdminClient admin;
  private String name;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = ProcessCluster.make(folder, ClusterPlan.of(3), ServerProgram.own(128));
    search = new LeaderSearch(cluster);
    admin = new AdminClient(cluster, 5_000);
    cluster.startAll();
  }

  @AfterAll
  static void killAll() {
    cluster.close();
  }

  @BeforeEach
  void beWhole(TestInfo test) throws Exception {
    name = test.getTestMethod().orElseThrow().getName();
    cluster.startAll();
    admin.awaitWhole(MILLIS_MAX);
  }

  private TextClient client() {
    String session = "s" + Long.toString(System.nanoTime(), 36);
    return new TextClient(cluster, session, TextClient.Patience.USUAL);
  }

  private static long version(TextReply reply) {
    assertThat(reply).isInstanceOf(TextReply.Ok.class);
    return ((TextReply.Ok) reply).version();
  }

  @Test
  void idleConnectionsAreHeldWhileOthersAreServed() throws Exception {
    int leader = search.await(MILLIS_MAX);
    List<Socket> idle = new ArrayList<>();
    try (TextConnection busy = TextConnection.open(cluster.clientAddress(leader), 10_000)) {
      for (int i = 0; i < IDLE_CONNECTIONS; i++) {
        Socket socket = new Socket();
        idle.add(socket);
        socket.connect(cluster.clientAddress(leader), 10_000);
      }
      long version = version(busy.set(name, 0, Bytes.utf8("v")));
      Socket last = idle.getLast();
      last.setSoTimeout(10_000);
      last.getOutputStream().write(("getm " + name + "\r\n").getBytes());
      byte[] reply =
          last.getInputStream().readNBytes(("VALUE " + version + " 0 1\r\nv\r\n").length());
      assertThat(new String(reply)).isEqualTo("VALUE " + version + " 0 1\r\nv\r\n");
    } finally {
      for (Socket socket : idle) socket.close();
    }
  }

  @Test
  void aLeaderThatIsAskedToEndHandsOverFirst() throws Exception {
    try (TextClient client = client()) {
      long version = version(client.set(name, 0, Bytes.utf8("before")));
      int first = client.answeredBy();
      long began = System.nanoTime();
      assertThat(cluster.terminate(first, MILLIS_MAX)).isZero();
      long ended = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      assertThat(ended).as("milliseconds to its end").isLessThan(4_000);
      assertThat(client.cas(name, 0, version, Bytes.utf8("after")))
          .isInstanceOf(TextReply.Ok.class);
      assertThat(client.answeredBy()).isNotEqualTo(first);
      assertThat(Files.readString(cluster.output(first))).doesNotContain("Exception");
    }
  }

  @Test
  void aServerThatLostItsDiskIsTakenInAgain() throws Exception {
    try (TextClient client = client()) {
      long version = version(client.set(name, 0, Bytes.utf8("kept")));
      int lost = follower();
      cluster.kill(lost);
      cluster.wipe(lost);
      cluster.start(lost);
      awaitWholeWith(client);
      assertThat(readAsLeader(lost)).isEqualTo(new TextReply.Meta(version, 0, Bytes.utf8("kept")));
    }
  }

  @Test
  void aFlippedBitInTheMiddleOfALogIsRepairedFromTheOthers() throws Exception {
    try (TextClient client = client()) {
      long version = version(client.set(name, 0, Bytes.utf8("a value to be hurt")));
      for (int i = 0; i < 20; i++) client.set(name + i, 0, Bytes.utf8("behind it"));
      int hurt = follower();
      admin.awaitWhole(MILLIS_MAX);
      cluster.kill(hurt);
      flipBit(cluster.dataDirectory(hurt).resolve("log"), "a value to be hurt");
      cluster.start(hurt);
      awaitWholeWith(client);
      Bytes value = Bytes.utf8("a value to be hurt");
      assertThat(readAsLeader(hurt)).isEqualTo(new TextReply.Meta(version, 0, value));
    }
  }

  private int follower() throws Exception {
    SortedSet<Integer> followers = cluster.awake();
    followers.remove(search.await(MILLIS_MAX));
    return followers.first();
  }

  /// All run and have caught up, with a write after that: the quorum is what it was.
  private void awaitWholeWith(TextClient client) throws Exception {
    admin.awaitWhole(MILLIS_MAX);
    version(client.set(name + "-after", 0, Bytes.utf8("v")));
    admin.awaitWhole(MILLIS_MAX);
  }

  /// What that server itself holds, asked when it leads.
  private TextReply readAsLeader(int server) throws Exception {
    boolean leads =
        Waiting.until(
            MILLIS_MAX,
            () ->
                admin.ofLeader("transfer " + server).flag("ok")
                    && search.look().equals(Optional.of(server)));
    assertThat(leads).as("server %s leads", server).isTrue();
    try (TextConnection connection = TextConnection.open(cluster.clientAddress(server), 10_000)) {
      return connection.getm(name);
    }
  }

  private static void flipBit(Path folder, String text) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
      if (at < 0) continue;
      bytes[at + text.length() / 2] ^= 1;
      Files.write(file, bytes);
      return;
    }
    throw new AssertionError("no file of " + files + " holds '" + text + "'");
  }

  @Test
  void aServerThatIsThereTwiceIsRefused() throws Exception {
    ProcessCluster twin =
        ProcessCluster.of(
            Files.createDirectories(folder.resolve("twin")),
            folder.resolve("config.json"),
            ServerProgram.own(64),
            Map.of());
    try (twin) {
      twin.start(1);
      assertThat(twin.process(1).awaitExit(MILLIS_MAX)).isEqualTo(1);
      assertThat(twin.process(1).tail())
          .contains("server 1 ")
          .contains("" + cluster.entry(1).clientPort())
          .doesNotContain("at io.jangada");
    }
  }

  @Test
  void aMistakeInTheConfigurationIsNamedAndNothingStarts() throws Exception {
    Path wrong = folder.resolve("wrong.json");
    String json = Files.readString(folder.resolve("config.json"));
    Files.writeString(wrong, json.replaceFirst("\\{", "{\"HeartbeatMilis\": 20, "));
    List<String> words = new ArrayList<>(ServerProgram.own(64).words());
    words.addAll(List.of("1", "--config", wrong.toString()));
    try (ServerProcess process = new ServerProcess(words, folder, folder.resolve("said"))) {
      assertThat(process.awaitExit(MILLIS_MAX)).isEqualTo(1);
      assertThat(process.tail())
          .contains("HeartbeatMilis ", "HeartbeatMillis?")
          .doesNotContain("at io.jangada");
    }
  }

  @Test
  void theSameNumberInAnotherClusterIsNotLetIn() throws Exception {
    int leader = search.await(MILLIS_MAX);
    int down = leader == 1 ? 2 : 1;
    cluster.kill(down);
    ProcessCluster stranger =
        ProcessCluster.of(
            Files.createDirectories(folder.resolve("stranger")),
            folder.resolve("config.json"),
            ServerProgram.own(64),
            Map.of(
                Setting.CLUSTER,
                "another",
                Setting.PATH,
                folder.resolve("stranger/data").toString()));
    try (stranger) {
      stranger.start(down);
      Path said = stranger.output(down);
      assertThat(
              Waiting.until(
                  MILLIS_MAX,
                  () -> Files.exists(said) && Files.readString(said).contains("another")))
          .as("what the stranger says")
          .isTrue();
      try (TextClient client = client()) {
        assertThat(client.set(name, 0, Bytes.utf8("v"))).isInstanceOf(TextReply.Ok.class);
      }
      assertThat(search.await(MILLIS_MAX)).isNotEqualTo(down);
    }
  }

  @Test
  void netcatIsClientEnough() throws Exception {
    String tool = installed("nc", "ncat", "netcat").orElse("");
    Assumptions.assumeFalse(tool.isEmpty(), "no netcat on this machine");
    int leader = search.awaitOther(Set.of(), MILLIS_MAX);
    String port = "" + cluster.entry(leader).clientPort();
    Process nc = new ProcessBuilder(tool, "127.0.0.1", port).redirectErrorStream(true).start();
    String commands = "set " + name + " 0 5\r\nhello\r\nget " + name + "\nnonsense\n";
    nc.getOutputStream().write(commands.getBytes(StandardCharsets.UTF_8));
    nc.getOutputStream().flush();
    CompletableFuture<List<String>> said = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> said.complete(nc.inputReader().lines().limit(4).toList()));
    try {
      assertThat(said.get(MILLIS_MAX, TimeUnit.MILLISECONDS))
          .satisfiesExactly(
              line -> assertThat(line).matches("OK \\d+"),
              line -> assertThat(line).isEqualTo("VALUE 5"),
              line -> assertThat(line).isEqualTo("hello"),
              line -> assertThat(line).isEqualTo("ERR_CMD_ERR"));
    } finally {
      nc.toHandle().destroyForcibly();
    }
  }

  private static Optional<String> installed(String... names) throws IOException {
    for (String name : names)
      for (String place : System.getenv("PATH").split(File.pathSeparator))
        if (Files.isExecutable(Path.of(place, name))) return Optional.of(name);
    return Optional.empty();
  }
}
