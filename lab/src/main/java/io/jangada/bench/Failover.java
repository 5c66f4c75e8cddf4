package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleConsumer;

/// How long a cluster takes from the death of its leader to the next write that it acknowledges, as
/// a client sees it that was connected to the leader and does not know of its death.
///
/// @param millis of each round, ascending
public record Failover(double[] millis) {
  private static final int WRITES_BEFORE = 20;

  /// @param rounds 1 or more
  public static Failover measure(BenchCluster cluster, int rounds, DoubleConsumer progress)
      throws IOException, InterruptedException, TimeoutException {
    double[] millis = new double[rounds];
    try (JangadaClient client = JangadaClient.connect(cluster.clientOptions())) {
      for (int round = 0; round < rounds; round++) {
        progress.accept((double) round / rounds);
        for (int i = 0; i < WRITES_BEFORE; i++) write(client, "before" + i);
        int leader = cluster.leader();
        long began = System.nanoTime();
        cluster.processes().kill(leader);
        write(client, "after");
        millis[round] = (System.nanoTime() - began) / 1e6;
        cluster.processes().start(leader);
        cluster.awaitAll();
      }
    }
    Arrays.sort(millis);
    return new Failover(millis);
  }

  private static void write(JangadaClient client, String key) throws IOException {
    Reply.ToWrite reply = client.set(Bytes.utf8(key), Bytes.utf8("x"), 0).join();
    if (!(reply instanceof Reply.Written)) throw new IOException("a write came to " + reply);
  }

  public double p50() {
    return millis[millis.length / 2];
  }

  public double worst() {
    return millis[millis.length - 1];
  }
}
