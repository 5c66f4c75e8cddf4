package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A client on real servers whose leader is killed, and then stopped, while it writes: every write
/// ends well, and was done once.
@Timeout(240)
class ClientOnServersTest {
  private static final int HEAP_MEBIBYTES = 96;
  private static final int CHAINS = 32;
  private static final int WRITES_PER_CHAIN = 60;
  private static final long LEADER_MILLIS_MAX = 60_000;

  @TempDir private Path folder;

  private final CountDownLatch aThird = new CountDownLatch(CHAINS * WRITES_PER_CHAIN / 3);
  private final CountDownLatch twoThirds = new CountDownLatch(CHAINS * WRITES_PER_CHAIN * 2 / 3);

  @Test
  void writesGoOnOverTheEndOfTwoLeaders() throws Exception {
    ServerProgram program = ServerProgram.own(HEAP_MEBIBYTES);
    try (ProcessCluster cluster = ProcessCluster.make(folder, ClusterPlan.of(3), program)) {
      cluster.startAll();
      LeaderSearch search = new LeaderSearch(cluster);
      search.await(LEADER_MILLIS_MAX);
      ClientOptions options = ClientOptions.of(Endpoint.parseList(cluster.endpoints()));
      try (JangadaClient patient = JangadaClient.connect(options);
          JangadaClient client = patient.within(Duration.ofMinutes(2))) {
        List<CompletableFuture<Void>> chains = new ArrayList<>();
        for (int i = 0; i < CHAINS; i++) chains.add(chain(client, i, 0));
        assertThat(aThird.await(60, TimeUnit.SECONDS)).isTrue();
        int first = search.await(LEADER_MILLIS_MAX);
        cluster.kill(first);
        cluster.start(first);
        assertThat(twoThirds.await(90, TimeUnit.SECONDS)).isTrue();
        int second = search.await(LEADER_MILLIS_MAX);
        cluster.pause(second);
        CompletableFuture.allOf(chains.toArray(CompletableFuture[]::new))
            .get(120, TimeUnit.SECONDS);
        cluster.resume(second);
        for (int i = 0; i < CHAINS; i++)
          assertThat(client.get(key(i)).get(60, TimeUnit.SECONDS))
              .isEqualTo(new Reply.Found(value(WRITES_PER_CHAIN - 1)));
      }
    }
  }

  /// Writes to a key of its own, each with the version that the one before gave: one that was done
  /// twice, or not at all, would break the chain.
  private CompletableFuture<Void> chain(JangadaClient client, int chain, int step) {
    return client
        .set(key(chain), value(step), 0)
        .thenCompose(reply -> next(client, chain, step + 1, reply));
  }

  private CompletableFuture<Void> next(
      JangadaClient client, int chain, int step, Reply.ToWrite reply) {
    assertThat(reply).as("step " + step).isInstanceOf(Reply.Written.class);
    aThird.countDown();
    twoThirds.countDown();
    if (step == WRITES_PER_CHAIN) return CompletableFuture.completedFuture(null);
    long version = ((Reply.Written) reply).version();
    return client
        .cas(key(chain), version, value(step), 0)
        .thenCompose(next -> next(client, chain, step + 1, next));
  }

  private static Bytes key(int chain) {
    return Bytes.utf8("chain" + chain);
  }

  private static Bytes value(int step) {
    return Bytes.utf8("step " + step);
  }
}
