package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.harness.AdminClient;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an operator can do to servers that they must not take on trust.
@Timeout(180)
class TrustTest {
  private static final long MILLIS_MAX = 60_000;
  private static final ServerProgram PROGRAM = ServerProgram.own(96);

  @TempDir private Path folder;

  private static TextClient client(ProcessCluster cluster) {
    return new TextClient(cluster, "trust", TextClient.Patience.USUAL);
  }

  private static void set(ProcessCluster cluster, String key) throws Exception {
    try (TextClient client = client(cluster)) {
      assertThat(client.set(key, 0, Bytes.utf8("v"))).isInstanceOf(TextReply.Ok.class);
    }
  }

  private static String unready(ProcessCluster cluster, int id) throws IOException {
    return new AdminClient(cluster, 5_000).json(id, "status").text("unready");
  }

  private static void awaitUnready(ProcessCluster cluster, int id, String part) throws Exception {
    assertThat(Waiting.until(MILLIS_MAX, () -> unready(cluster, id).contains(part)))
        .as("server %s says: %s", id, part)
        .isTrue();
  }

  private static void awaitSaid(ProcessCluster cluster, int id, String part) throws Exception {
    Path said = cluster.output(id);
    assertThat(Waiting.until(MILLIS_MAX, () -> Files.readString(said).contains(part)))
        .as("server %s says: %s", id, part)
        .isTrue();
  }

  @Test
  void aMajorityOfFreshServersServesAndTheOthersAreTakenInWhenTheyCome() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.make(folder, ClusterPlan.of(5), PROGRAM)) {
      cluster.start(1);
      cluster.start(2);
      awaitUnready(cluster, 1, "waits for 1 of members 3, 4, 5 to bootstrap the cluster");
      cluster.start(3);
      new LeaderSearch(cluster).await(MILLIS_MAX);
      set(cluster, "early");
      cluster.startAll();
      AdminClient admin = new AdminClient(cluster, 5_000);
      admin.awaitWhole(MILLIS_MAX);
      assertThat(Waiting.until(MILLIS_MAX, () -> voters(admin) == 5)).as("all vote").isTrue();
      cluster.kill(new TreeSet<>(List.of(1, 2)));
      set(cluster, "late");
    }
  }

  /// How many vote once no change is under way; until then those who left may still be needed.
  private static long voters(AdminClient admin) throws IOException {
    Json.Obj members = admin.ofLeader("members");
    if (members.flag("changing")) return 0;
    return members.list("members", 9).stream()
        .filter(member -> ((Json.Obj) member).text("kind").equals("voter"))
        .count();
  }

  @Test
  void whoWantsItWaitsForAll() throws Exception {
    ClusterPlan plan = ClusterPlan.of(3).with("Founding", "\"all\"");
    try (ProcessCluster cluster = ProcessCluster.make(folder, plan, PROGRAM)) {
      cluster.start(1);
      cluster.start(2);
      awaitUnready(cluster, 1, "waits for member 3 to bootstrap the cluster");
      awaitUnready(cluster, 2, "waits for member 3 to bootstrap the cluster");
      cluster.start(3);
      new AdminClient(cluster, 5_000).awaitWhole(MILLIS_MAX);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) Files.copy(each, to.resolve(from.relativize(each).toString()));
    }
  }

  @Test
  void anOldCopyOfADirectoryIsNoticedAndTheServerTakenInAgain() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.make(folder, ClusterPlan.of(3), PROGRAM)) {
      cluster.startAll();
      AdminClient admin = new AdminClient(cluster, 5_000);
      admin.awaitWhole(MILLIS_MAX);
      int leader = new LeaderSearch(cluster).await(MILLIS_MAX);
      int victim = leader == 1 ? 2 : 1;
      set(cluster, "monday");
      cluster.kill(victim);
      Path kept = folder.resolve("kept");
      copy(cluster.dataDirectory(victim), kept);
      cluster.start(victim);
      admin.awaitWhole(MILLIS_MAX);
      for (int i = 0; i < 20; i++) set(cluster, "tuesday" + i);
      admin.awaitWhole(MILLIS_MAX);
      cluster.kill(victim);
      cluster.wipe(victim);
      copy(kept, cluster.dataDirectory(victim));
      cluster.start(victim);
      awaitSaid(cluster, leader, "server " + victim + " lost entries that it acknowledged");
      awaitSaid(cluster, victim, "lost entries that it acknowledged");
      admin.awaitWhole(MILLIS_MAX);
      awaitSaid(cluster, victim, "counts for commits from now on");
    }
  }

  @Test
  void aRemovedServerSaysSoAndAnswersAtOnce() throws Exception {
    // A request that is held is not answered before the test gives up.
    ClusterPlan plan = ClusterPlan.of(3).with("RequestTimeoutMillis", "\"600s\"");
    try (ProcessCluster cluster = ProcessCluster.make(folder, plan, PROGRAM)) {
      cluster.startAll();
      AdminClient admin = new AdminClient(cluster, 5_000);
      admin.awaitWhole(MILLIS_MAX);
      int leader = new LeaderSearch(cluster).await(MILLIS_MAX);
      assertThat(admin.ofLeader("remove " + leader).flag("ok")).isTrue();
      awaitUnready(cluster, leader, "was removed from the cluster");
      try (TextConnection connection =
          TextConnection.open(cluster.clientAddress(leader), (int) MILLIS_MAX)) {
        assertThat(connection.get("k")).isInstanceOf(TextReply.InternalError.class);
      }
      cluster.kill(leader);
      cluster.start(leader);
      awaitUnready(cluster, leader, "was removed from the cluster");
      awaitSaid(cluster, leader, "is not a member");
    }
  }
}
