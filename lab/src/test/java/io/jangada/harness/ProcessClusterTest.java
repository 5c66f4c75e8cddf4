package io.jangada.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.server.ServerConfig;
import io.jangada.server.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The book-keeping of a cluster whose servers are shells that do nothing.
class ProcessClusterTest {
  private static final long MILLIS_MAX = 20_000;
  private static final ServerProgram IDLE =
      ServerProgram.of("sh", "-c", "echo \"$0 $*\"; while :; do read x < config.json; done");

  @TempDir private Path folder;

  private ProcessCluster cluster() throws Exception {
    return ProcessCluster.make(
        folder, ClusterPlan.of(3).with("HeartbeatMillis", "40").with("Cluster", "\"x\""), IDLE);
  }

  private void awaitSaid(int id, String text) throws Exception {
    Path said = folder.resolve("server-" + id + ".log");
    boolean came =
        Waiting.until(
            MILLIS_MAX, () -> Files.exists(said) && Files.readString(said).contains(text));
    assertThat(came).as(text).isTrue();
  }

  @Test
  void aPlanIsAConfigurationThatServersUnderstand() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      ServerConfig config = ServerConfig.read(folder.resolve("config.json"));
      assertThat(config.servers()).extracting(ServerConfig.Entry::id).containsExactly(1, 2, 3);
      assertThat(config.settings().number(Setting.HEARTBEAT_MILLIS)).isEqualTo(40);
      assertThat(config.settings().text(Setting.CLUSTER)).isEqualTo("x");
      assertThat(cluster.dataDirectory(2)).isEqualTo(folder.resolve("data/server-2"));
      var ports = new TreeSet<Integer>();
      for (ServerConfig.Entry entry : config.servers()) {
        ports.add(entry.clientPort());
        ports.add(entry.logPort());
      }
      assertThat(ports).hasSize(6);
      assertThat(cluster.endpoints()).contains("127.0.0.1:" + config.entry(3).clientPort());
    }
  }

  @Test
  void serversAreStartedStoppedKilledAndStartedAgain() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      cluster.startAll();
      assertThat(cluster.up()).containsExactly(1, 2, 3);
      awaitSaid(2, "2 --config " + folder.resolve("config.json"));
      cluster.pause(2);
      assertThat(cluster.up()).containsExactly(1, 2, 3);
      assertThat(cluster.awake()).containsExactly(1, 3);
      cluster.resume(2);
      assertThat(cluster.awake()).containsExactly(1, 2, 3);
      cluster.pause(3);
      cluster.kill(3);
      assertThat(cluster.up()).containsExactly(1, 2);
      assertThatThrownBy(() -> cluster.wipe(1)).hasMessageContaining("is running");
      Files.createDirectories(cluster.dataDirectory(3).resolve("log"));
      cluster.wipe(3);
      assertThat(cluster.dataDirectory(3)).doesNotExist();
      cluster.start(3);
      assertThat(cluster.awake()).containsExactly(1, 2, 3);
      assertThatThrownBy(() -> cluster.start(3)).hasMessageContaining("is running");
      assertThat(cluster.terminate(1, MILLIS_MAX)).isEqualTo(128 + 15);
    }
  }

  @Test
  void aServerThatJoinsHasAConfigurationOfItsOwn() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      ServerConfig.Entry entry = cluster.prepare(7);
      cluster.start(7);
      awaitSaid(7, "7 --config " + folder.resolve("config-7.json"));
      awaitSaid(7, "--join=true");
      awaitSaid(7, "--heartbeat-millis=40");
      awaitSaid(7, "--cluster=x");
      assertThat(cluster.dataDirectory(7)).isEqualTo(folder.resolve("data/server-7"));
      Path file = folder.resolve("config-7.json");
      ServerConfig config = ServerConfig.read(file, Map.of(), Map.of(Setting.PATH, "elsewhere"));
      assertThat(config.servers()).hasSize(4).contains(entry);
      cluster.discard(7);
      assertThat(cluster.ids()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void flagsHoldForEveryServer() throws Exception {
    cluster().close();
    Map<Setting, String> flags = Map.of(Setting.PATH, folder.resolve("elsewhere").toString());
    try (ProcessCluster cluster =
        ProcessCluster.of(folder, folder.resolve("config.json"), IDLE, flags)) {
      cluster.start(1);
      awaitSaid(1, "--path=" + folder.resolve("elsewhere"));
      assertThat(cluster.dataDirectory(1)).isEqualTo(folder.resolve("elsewhere/server-1"));
    }
  }
}
