package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.harness.AdminClient;
import io.jangada.harness.FreePorts;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three servers that may open few files, and clients that hold as many connections as they get.
class OpenFilesTest {
  private static final int MILLIS_MAX = 30_000;
  private static final int FILES_MAX = 200;
  private static final int CROWD = 200;
  private static final Bytes VALUE = Bytes.wrap(new byte[64 << 10]);

  @TempDir private Path folder;
  private final Map<Integer, Integer> httpPorts = new TreeMap<>();
  private final List<Socket> crowd = new ArrayList<>();
  private ProcessCluster cluster;
  private AdminClient admin;
  private int leader;

  @BeforeEach
  void startCluster() throws Exception {
    FreePorts ports = new FreePorts(new SplittableRandom());
    List<String> servers = new ArrayList<>();
    for (int id = 1; id <= 3; id++) {
      httpPorts.put(id, ports.next());
      servers.add(
          String.format(
              "{'Id':%d,'Hostname':'127.0.0.1','ClientPort':%d,'LogPort':%d,'HttpPort':%d}",
              id, ports.next(), ports.next(), httpPorts.get(id)));
    }
    String json =
        "{'Path':'data','SegmentBytes':'128KiB','SnapshotBytes':'256KiB','LogRetainedBytes':0,"
            + "'Servers':["
            + String.join(",", servers)
            + "]}";
    Path config = Files.writeString(folder.resolve("config.json"), json.replace('\'', '"'));
    List<String> words = new ArrayList<>();
    words.addAll(List.of("sh", "-c", "ulimit -n " + FILES_MAX + " && exec \"$@\"", "sh"));
    words.addAll(programInJar());
    cluster = ProcessCluster.of(folder, config, new ServerProgram(words), Map.of());
    admin = new AdminClient(cluster, 5_000);
    cluster.startAll();
    leader = new LeaderSearch(cluster).await(MILLIS_MAX);
    admin.awaitWhole(MILLIS_MAX);
  }

  /// The program as it is installed, in jars that stay open: a class in a folder of its own would
  /// need a descriptor when it is first used.
  private List<String> programInJar() throws IOException {
    String classPath = System.getProperty("java.class.path");
    List<String> jars = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator))
      jars.add(Files.isDirectory(Path.of(entry)) ? jar(entry, "program" + jars.size()) : entry);
    String inJars = String.join(File.pathSeparator, jars);
    return ServerProgram.own(128).words().stream()
        .map(word -> word.replace(classPath, inJars))
        .toList();
  }

  private String jar(String classes, String name) {
    String jar = "" + folder.resolve(name + ".jar");
    int made =
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(System.out, System.err, "-cf", jar, "-C", classes, ".");
    assertThat(made).isZero();
    return jar;
  }

  @AfterEach
  void close() throws IOException {
    for (Socket each : crowd) each.close();
    cluster.close();
  }

  private void hold(InetSocketAddress address, String said) throws IOException {
    Socket socket = new Socket();
    crowd.add(socket);
    socket.connect(address, MILLIS_MAX);
    socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
  }

  private String output(int id) throws IOException {
    return Files.readString(cluster.output(id));
  }

  @Test
  void clientsThatHoldEverythingEndNobody() throws Exception {
    try (TextConnection busy = TextConnection.open(cluster.clientAddress(leader), MILLIS_MAX)) {
      assertThat(busy.set("first", 0, VALUE)).isInstanceOf(TextReply.Ok.class);
      for (int id : cluster.ids())
        for (int i = 0; i < CROWD; i++) hold(cluster.clientAddress(id), "");
      for (int i = 0; i < 64; i++)
        assertThat(busy.set("k" + i, 0, VALUE)).isInstanceOf(TextReply.Ok.class);

      int other = cluster.ids().stream().filter(id -> id != leader).findFirst().orElseThrow();
      cluster.kill(other);
      cluster.start(other);
      admin.awaitWhole(MILLIS_MAX);
      for (int i = 0; i < CROWD; i++) hold(cluster.clientAddress(other), "");
      for (int i = 0; i < 64; i++)
        assertThat(busy.delete("k" + i)).isEqualTo(new TextReply.Deleted());
      admin.awaitWhole(MILLIS_MAX);
      assertThat(admin.json(other, "status").flag("outOfFiles")).isFalse();
    }
    for (int id : cluster.ids()) {
      assertThat(cluster.isUp(id)).isTrue();
      assertThat(output(id))
          .containsPattern("WARN .*[0-9]+ clients.* 10000")
          .doesNotContain("xception", "cannot accept", "too few", " STOPS", "cannot open a file");
    }
  }

  @Test
  void lifeIsToldWhileClientsHoldTheHttpPort() throws Exception {
    InetSocketAddress http = new InetSocketAddress("127.0.0.1", httpPorts.get(leader));
    for (int i = 0; i < 60; i++) hold(http, "GET /liv");
    for (int i = 0; i < 120; i++) {
      hold(http, "GET /liv");
      long began = System.nanoTime();
      try (Socket probe = new Socket()) {
        probe.connect(http, 1_000);
        probe.setSoTimeout(1_000);
        String request = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        probe.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer = new String(probe.getInputStream().readAllBytes());
        assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("ok\n");
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      assertThat(millis).isLessThan(1_000);
      Waiting.pause(Math.max(1, 25 - millis));
    }
  }

  private void limit(int id, int files) throws Exception {
    Process prlimit =
        new ProcessBuilder(
                "prlimit", "--pid", "" + cluster.process(id).pid(), "--nofile=" + files + ":")
            .inheritIO()
            .start();
    assertThat(prlimit.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(prlimit.exitValue()).isZero();
  }

  private boolean says(int id, String text) throws InterruptedException {
    return Waiting.until(MILLIS_MAX, () -> output(id).contains(text));
  }

  @Test
  void aLinkThatFindsNoDescriptorIsMadeLater() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit here");
    int other = cluster.ids().stream().filter(id -> id != leader).findFirst().orElseThrow();
    limit(leader, 10);
    cluster.kill(other);
    cluster.start(other);
    assertThat(says(leader, "cannot reach member " + other)).isTrue();
    assertThat(says(leader, "too many open files")).isTrue();
    limit(leader, FILES_MAX);
    admin.awaitWhole(MILLIS_MAX);
    assertThat(output(leader)).doesNotContain("xception", "Channel");
  }

  @Test
  void aServerThatCanOpenNoFileWaitsAndGoesOn() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit here");
    try (TextConnection busy = TextConnection.open(cluster.clientAddress(leader), MILLIS_MAX)) {
      assertThat(busy.set("first", 0, VALUE)).isInstanceOf(TextReply.Ok.class);
      for (int id : cluster.ids()) limit(id, 10);
      TextReply reply = new TextReply.Ok(0);
      for (int i = 0; reply instanceof TextReply.Ok && i < 1_000; i++)
        reply = busy.set("k" + i, 0, VALUE);
      assertThat(reply).isNotInstanceOf(TextReply.Ok.class);
      // Who has a file left for the next segment needs to open none.
      assertThat(Waiting.until(MILLIS_MAX, () -> !waiting().isEmpty()))
          .as("%s, then %s", reply, output(leader))
          .isTrue();
      for (int id : cluster.ids()) limit(id, FILES_MAX);
    }
    for (int id : waiting()) assertThat(says(id, "can open files for its log")).isTrue();
    admin.awaitWhole(MILLIS_MAX);
    leader = new LeaderSearch(cluster).await(MILLIS_MAX);
    try (TextConnection after = TextConnection.open(cluster.clientAddress(leader), MILLIS_MAX)) {
      assertThat(after.set("last", 0, VALUE)).isInstanceOf(TextReply.Ok.class);
      assertThat(after.get("first")).isEqualTo(new TextReply.Value(VALUE));
    }
    for (int id : cluster.ids())
      assertThat(output(id)).doesNotContain("xception", " STOPS").doesNotContain("installs the");
  }

  /// Those who said that they cannot open a file for their log.
  private List<Integer> waiting() throws IOException {
    List<Integer> waiting = new ArrayList<>();
    for (int id : cluster.ids())
      if (output(id).contains("cannot open a file for its log")) waiting.add(id);
    return waiting;
  }
}
