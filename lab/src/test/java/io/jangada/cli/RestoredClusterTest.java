package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.client.ClientOptions;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The commands on real servers: written, looked at, copied while it serves, made anew elsewhere.
@Timeout(180)
class RestoredClusterTest {
  private static final int KEYS = 2_000;
  private static final int HEAP_MEBIBYTES = 96;
  private static final long LEADER_MILLIS_MAX = 60_000;

  @TempDir private Path folder;

  private CommandRun jangada(ProcessCluster cluster, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--endpoints=" + cluster.endpoints());
    all.add("--timeout=30s");
    return CommandRun.of(Map.of(), folder, new byte[0], all.toArray(String[]::new));
  }

  private ProcessCluster cluster(String name) throws Exception {
    Path directory = Files.createDirectories(folder.resolve(name));
    ClusterPlan plan = ClusterPlan.of(3).with("Cluster", "\"" + name + "\"");
    return ProcessCluster.make(directory, plan, ServerProgram.own(HEAP_MEBIBYTES));
  }

  @Test
  void aClusterIsCopiedWhileItServesAndMadeAnew() throws Exception {
    String copy = "" + folder.resolve("all.backup");
    try (ProcessCluster old = cluster("old")) {
      old.startAll();
      new LeaderSearch(old).await(LEADER_MILLIS_MAX);
      write(old);
      CommandRun status = jangada(old, "status");
      assertThat(status.err()).isEmpty();
      assertThat(status.code()).isZero();
      assertThat(status.out().lines()).hasSize(4);
      assertThat(jangada(old, "member", "list").out()).contains("yes");
      CommandRun taken = jangada(old, "backup", copy);
      assertThat(taken.err()).isEmpty();
      assertThat(taken.code()).isZero();
      assertThat(jangada(old, "leader", "transfer").out()).contains("leads");
      assertThat(jangada(old, "set", "later", "x").code()).isZero();
    }
    try (ProcessCluster restored = cluster("new")) {
      String config = "--config=" + folder.resolve("new/config.json");
      for (int id : restored.ids()) {
        String[] args = {"restore", copy, "--id=" + id, config};
        CommandRun made = CommandRun.of(Map.of(), folder, new byte[0], args);
        assertThat(made.err()).isEmpty();
        assertThat(made.out()).contains(KEYS + " keys");
      }
      restored.startAll();
      new LeaderSearch(restored).await(LEADER_MILLIS_MAX);
      assertThat(jangada(restored, "get", "key7").out()).isEqualTo("value7\n");
      assertThat(jangada(restored, "get", "later").code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
      assertThat(jangada(restored, "set", "key7", "x").code())
          .isEqualTo(ExitCode.PRECONDITION_FAILED);
      assertThat(jangada(restored, "set", "later", "y").code()).isZero();
      int first = restored.ids().first();
      Path data = restored.dataDirectory(first);
      restored.kill(first);
      assertThat(jangada(restored, "get", "later").out()).isEqualTo("y\n");
      CommandRun checked = CommandRun.of(Map.of(), folder, new byte[0], "verify", "" + data);
      assertThat(checked.out()).endsWith("good\n");
    }
  }

  private static void write(ProcessCluster cluster) {
    var options = ClientOptions.of(Endpoint.parseList(cluster.endpoints()));
    try (JangadaClient client = JangadaClient.connect(options)) {
      List<CompletableFuture<Reply.ToWrite>> writes = new ArrayList<>();
      for (int i = 0; i < KEYS; i++)
        writes.add(client.set(Bytes.utf8("key" + i), Bytes.utf8("value" + i), 0));
      for (var write : writes) assertThat(write.join()).isInstanceOf(Reply.Written.class);
    }
  }
}
