package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.codec.Json;
import io.jangada.harness.AdminClient;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who belongs to a cluster of real servers, and who does not although its name and number are
/// right.
@Timeout(180)
class ClusterIdentityTest {
  private static final int HEAP_MEBIBYTES = 96;
  private static final long MILLIS_MAX = 60_000;

  @TempDir private Path folder;
  private ProcessCluster cluster;
  private LeaderSearch search;
  private AdminClient admin;

  @BeforeEach
  void startCluster() throws Exception {
    cluster = ProcessCluster.make(folder, plan(3), ServerProgram.own(HEAP_MEBIBYTES));
    search = new LeaderSearch(cluster);
    admin = new AdminClient(cluster, 5_000);
    cluster.startAll();
    admin.awaitWhole(MILLIS_MAX);
    jangada("set", "monday", "x");
    local("backup", copy(), "--endpoints=" + cluster.endpoints());
  }

  private static ClusterPlan plan(int servers) {
    return ClusterPlan.of(servers).with("Cluster", "\"same\"");
  }

  @AfterEach
  void killAll() {
    cluster.close();
  }

  private String copy() {
    return "" + folder.resolve("monday.backup");
  }

  private CommandRun local(String... args) {
    CommandRun run = CommandRun.of(Map.of(), folder, new byte[0], args);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    return run;
  }

  private CommandRun jangada(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--endpoints=" + cluster.endpoints());
    all.add("--timeout=30s");
    return local(all.toArray(String[]::new));
  }

  /// Puts the backup in the place of what a server kept.
  private void restore(int id) throws Exception {
    cluster.kill(id);
    cluster.wipe(id);
    local("restore", copy(), "--id=" + id, "--config=" + folder.resolve("config.json"));
  }

  private void awaitStatus(int id, String field, String part) throws Exception {
    Waiting.need(
        "server " + id + " with " + field + " " + part,
        MILLIS_MAX,
        () -> {
          Json.Obj status = admin.json(id, "status");
          return status.text(field).contains(part)
              ? java.util.Optional.of(status)
              : java.util.Optional.empty();
        });
  }

  private String clusterId(int id) throws IOException {
    return admin.json(id, "status").text("clusterId");
  }

  private void awaitSaid(int id, String part) throws Exception {
    assertThat(Waiting.until(MILLIS_MAX, () -> Files.readString(cluster.output(id)).contains(part)))
        .as("server %s says: %s", id, part)
        .isTrue();
  }

  @Test
  void aMemberRestoredIntoALivingClusterCountsOnlyOnceItHasCaughtUp() throws Exception {
    int leader = search.await(MILLIS_MAX);
    TreeSet<Integer> others = new TreeSet<>(cluster.ids());
    others.remove(leader);
    int restored = others.first();
    int behind = others.last();
    cluster.kill(behind);
    jangada("set", "tuesday", "y");
    restore(restored);
    cluster.kill(leader);
    cluster.start(restored);
    cluster.start(behind);
    awaitStatus(restored, "unready", "was restored, but its old cluster runs");
    assertThat(search.look()).as("a majority that counts is not there").isEmpty();
    cluster.start(leader);
    admin.awaitWhole(MILLIS_MAX);
    assertThat(jangada("get", "tuesday").out()).isEqualTo("y\n");
    assertThat(clusterId(restored)).isEqualTo(clusterId(leader));
  }

  @Test
  void aRestoredClusterAndAMemberOfTheOldOneRefuseEachOther() throws Exception {
    String former = clusterId(1);
    jangada("set", "tuesday", "y");
    cluster.kill(cluster.ids());
    restore(1);
    restore(2);
    cluster.start(1);
    cluster.start(2);
    int leader = search.await(MILLIS_MAX);
    String present = clusterId(1);
    assertThat(present).isNotEqualTo(former).isEqualTo(clusterId(2));
    cluster.start(3);
    awaitSaid(3, "(id " + pad(former) + ") reached member");
    // A follower may have nothing to say to it.
    awaitSaid(leader, "refused as a peer of member 3");
    assertThat(clusterId(3)).isEqualTo(former);
    jangada("set", "wednesday", "z");
    restore(3);
    cluster.start(3);
    admin.awaitWhole(MILLIS_MAX);
    assertThat(clusterId(3)).isEqualTo(present);
    assertThat(jangada("get", "wednesday").out()).isEqualTo("z\n");
  }

  private static String pad(String id) {
    return "0".repeat(16 - id.length()) + id;
  }

  @Test
  void aServerWithDataOfItsOwnIsNotAdded() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Path config = plan(1).write(elsewhere);
    Files.writeString(config, Files.readString(config).replaceFirst("(\"Id\": ?)1", "$19"));
    ServerProgram program = ServerProgram.own(HEAP_MEBIBYTES);
    try (ProcessCluster alone = ProcessCluster.of(elsewhere, config, program, Map.of())) {
      alone.startAll();
      new LeaderSearch(alone).await(MILLIS_MAX);
      var entry = alone.entry(9);
      String address = entry.hostname() + ":" + entry.logPort() + ":" + entry.clientPort();
      String[] add = {
        "member", "add", "9", address, "--dry-run", "--endpoints=" + cluster.endpoints()
      };
      CommandRun refused = CommandRun.of(Map.of(), folder, new byte[0], add);
      assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
      assertThat(refused.err()).contains("of cluster 'same' (id ");
    }
  }
}
