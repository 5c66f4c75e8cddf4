package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.cli.cluster.Admin;
import io.jangada.client.ClientOptions;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.harness.FreePorts;
import io.jangada.harness.ServerProcess;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three members that are started as people start etcd.
class EtcdLauncherTest {
  private static final int MILLIS_MAX = 30_000;
  private static final String READY = "ready to serve client requests";

  private record Ports(int client, int peer) {
    /// The port of our own protocols.
    int own() {
      return peer + 27;
    }
  }

  @TempDir private Path folder;
  private final SortedMap<String, Ports> ports = new TreeMap<>();
  private Ports spare;
  private final List<ServerProcess> started = new ArrayList<>();

  @AfterEach
  void killAll() {
    started.forEach(ServerProcess::close);
  }

  private void choosePorts() throws Exception {
    FreePorts free = new FreePorts(new SplittableRandom());
    do {
      for (String name : List.of("n1", "n2", "n3", "n4"))
        ports.put(name, new Ports(free.next(), free.next()));
    } while (ports.values().stream()
            .flatMap(each -> Stream.of(each.client, each.peer, each.own()))
            .distinct()
            .count()
        < 3 * ports.size());
    spare = ports.remove("n4");
  }

  private ServerProcess start(String name, String... flags) throws Exception {
    List<String> words = new ArrayList<>(ServerProgram.own(96).words());
    words.set(words.size() - 1, "io.jangada.cli.EntryPoint");
    words.addAll(List.of("etcd", "--name", name));
    words.add("--listen-client-urls=http://127.0.0.1:" + ports.get(name).client);
    words.add("--listen-peer-urls=http://127.0.0.1:" + ports.get(name).peer);
    words.addAll(List.of(flags));
    Files.deleteIfExists(said(name));
    ServerProcess process = new ServerProcess(words, folder, said(name));
    started.add(process);
    return process;
  }

  private ServerProcess startFirst(String name, String... flags) throws Exception {
    String cluster =
        ports.entrySet().stream()
            .map(each -> each.getKey() + "=http://127.0.0.1:" + each.getValue().peer)
            .collect(Collectors.joining(","));
    List<String> all = new ArrayList<>(List.of(flags));
    all.add("--initial-cluster=" + cluster);
    all.add("--initial-advertise-peer-urls=http://127.0.0.1:" + ports.get(name).peer);
    return start(name, all.toArray(String[]::new));
  }

  private Path said(String name) {
    return folder.resolve(name + ".log");
  }

  private void awaitReady(String name) throws Exception {
    boolean isReady =
        Waiting.until(
            MILLIS_MAX,
            () -> Files.exists(said(name)) && Files.readString(said(name)).contains(READY));
    assertThat(isReady).as("%s is ready", name).isTrue();
  }

  private TextConnection connect(String name) throws Exception {
    return TextConnection.open(
        new InetSocketAddress("127.0.0.1", ports.get(name).own()), MILLIS_MAX);
  }

  private void joinFourth() throws Exception {
    ports.put("n4", spare);
    ServerProcess fourth =
        startFirst("n4", "--initial-cluster-state=existing", "--jangada-member-id=4");
    List<Endpoint> known =
        Stream.of("n1", "n2", "n3")
            .map(n -> new Endpoint("127.0.0.1", ports.get(n).own()))
            .toList();
    String[] add = {"add", "4", "127.0.0.1", "" + spare.peer, "" + spare.own()};
    try (JangadaClient client = JangadaClient.connect(ClientOptions.of(known))) {
      boolean added =
          Waiting.until(
              MILLIS_MAX,
              () ->
                  client.admin(add).join() instanceof Reply.Told(Bytes content)
                      && Admin.refusal(Admin.read(content)) == null);
      assertThat(added).as("%s", fourth.tail()).isTrue();
    }
    awaitReady("n4");
    try (TextConnection one = connect("n4")) {
      assertThat(one.get("boat")).isEqualTo(new TextReply.Value(Bytes.utf8("sail")));
    }
  }

  @Test
  void theyServeAndComeBackWithoutTheInitialCluster() throws Exception {
    choosePorts();
    ServerProcess first = startFirst("n1");
    startFirst("n2");
    startFirst("n3");
    for (String name : ports.keySet()) awaitReady(name);
    try (TextConnection one = connect("n1");
        TextConnection other = connect("n3")) {
      assertThat(one.set("boat", 0, Bytes.utf8("sail"))).isInstanceOf(TextReply.Ok.class);
      assertThat(other.get("boat")).isEqualTo(new TextReply.Value(Bytes.utf8("sail")));
    }
    joinFourth();
    first.terminate();
    assertThat(first.awaitExit(MILLIS_MAX)).isZero();
    start("n1");
    awaitReady("n1");
    try (TextConnection one = connect("n1")) {
      assertThat(one.get("boat")).isEqualTo(new TextReply.Value(Bytes.utf8("sail")));
    }
  }
}
