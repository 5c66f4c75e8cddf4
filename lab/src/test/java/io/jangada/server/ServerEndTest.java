package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How the process of a server ends, and what it says then.
@Timeout(120)
class ServerEndTest {
  private static final Bytes VALUE = Bytes.utf8("sail");
  private static final long END_MILLIS_MAX = 20_000;

  @TempDir private Path folder;

  private ProcessCluster cluster(ClusterPlan plan) throws Exception {
    return ProcessCluster.make(folder, plan, ServerProgram.own(128));
  }

  @Test
  void aLeaderThatIsAskedToEndHandsOverAndIsGoneInTwoSeconds() throws Exception {
    try (ProcessCluster cluster = cluster(ClusterPlan.of(3));
        TextClient client = new TextClient(cluster, "test", TextClient.Patience.USUAL)) {
      cluster.startAll();
      client.set("boat", 0, VALUE);
      int leader = client.answeredBy();
      long began = System.nanoTime();
      assertThat(cluster.terminate(leader, END_MILLIS_MAX)).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
      assertThat(client.set("port", 0, VALUE)).isInstanceOf(TextReply.Ok.class);
      assertThat(client.answeredBy()).isNotEqualTo(leader);
      assertThat(said(cluster, leader)).contains(" has stopped\n").doesNotContain(" gives up ");
    }
  }

  @Test
  void aServerWithoutAQuorumEndsInTimeToo() throws Exception {
    try (ProcessCluster cluster = cluster(ClusterPlan.of(3))) {
      cluster.start(1);
      assertThat(Waiting.until(END_MILLIS_MAX, () -> said(cluster, 1).contains("keeps its data")))
          .isTrue();
      long began = System.nanoTime();
      assertThat(cluster.terminate(1, END_MILLIS_MAX)).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    }
  }

  @Test
  void aServerWhoseDiskBreaksSaysSoAndEndsWith70() throws Exception {
    ClusterPlan plan = ClusterPlan.of(1).with("SegmentBytes", "65536");
    try (ProcessCluster cluster = cluster(plan);
        TextClient client = new TextClient(cluster, "test", TextClient.Patience.USUAL)) {
      cluster.start(1);
      client.set("boat", 0, VALUE);
      Path log = cluster.dataDirectory(1).resolve("log");
      Files.move(log, log.resolveSibling("lost"));
      Thread.ofVirtual().start(() -> fill(client));
      assertThat(cluster.process(1).awaitExit(END_MILLIS_MAX)).isEqualTo(70);
      assertThat(said(cluster, 1)).contains("ERROR server 1 STOPS");
    }
  }

  @Test
  void aServerThatCannotStartSaysWhyAndEndsWith1() throws Exception {
    ClusterPlan plan = ClusterPlan.of(1).with("DataDir", "\"taken\"");
    try (ProcessCluster cluster = cluster(plan)) {
      Files.writeString(folder.resolve("taken"), "");
      cluster.start(1);
      assertThat(cluster.process(1).awaitExit(END_MILLIS_MAX)).isEqualTo(1);
      assertThat(said(cluster, 1)).contains("server 1 ", folder.resolve("taken").toString());
    }
  }

  private static void fill(TextClient client) {
    try {
      for (int key = 0; key < 1_000; key++) client.set("key" + key, 0, Bytes.wrap(new byte[4_096]));
    } catch (Exception e) {
      // The server is gone, as it should be.
    }
  }

  private static String said(ProcessCluster cluster, int id) throws java.io.IOException {
    return Files.readString(cluster.output(id));
  }
}
