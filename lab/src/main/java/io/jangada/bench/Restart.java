package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.harness.AdminClient;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleConsumer;

/// How long a cluster takes from its start to its first answer when it has much to remember: keys
/// in a snapshot, and entries of the log behind it. And how much memory a key takes.
///
/// @param keys of 16 bytes, with values of [#VALUE_BYTES]
/// @param loadSeconds writing them
/// @param entries of the log behind the snapshot
/// @param bytesPerKey of the heap of one member, without garbage, for each key of the second half:
///   what does not grow with the keys, above all the log's pages, is left out; empty where that
///   cannot be found out
/// @param seconds from starting all processes, after `kill -9` of all, to the answer to a read
public record Restart(
    int keys, double loadSeconds, int entries, Optional<Double> bytesPerKey, double seconds) {
  public static final int VALUE_BYTES = 100;

  private static final int ENTRIES_BEHIND = 100_000;
  private static final long STEP_MILLIS_MAX = 300_000;
  private static final long COLLECT_SECONDS_MAX = 120;
  private static final Duration FIRST_ANSWER_MAX = Duration.ofMinutes(10);

  /// @param progress from step to step
  public static Restart measure(BenchCluster cluster, int keys, DoubleConsumer progress)
      throws IOException, InterruptedException, TimeoutException {
    Load all = load(keys);
    try (JangadaClient client = JangadaClient.connect(cluster.clientOptions())) {
      int half = keys / 2;
      double loadSeconds = fill(cluster, load(half), 0);
      Optional<Long> before = settledHeap(cluster);
      progress.accept(0.3);
      loadSeconds += fill(cluster, all, half);
      Optional<Long> after = settledHeap(cluster);
      progress.accept(0.7);
      int entries = Math.min(ENTRIES_BEHIND, keys);
      fill(cluster, load(entries), 0);
      cluster.awaitAll();
      progress.accept(0.8);
      for (int id : cluster.processes().ids()) cluster.processes().kill(id);
      double seconds = firstAnswer(cluster, client);
      progress.accept(1);
      Optional<Double> perKey =
          before.flatMap(b -> after.map(a -> Math.max(0, a - b) / (double) (keys - half)));
      return new Restart(keys, loadSeconds, entries, perKey, seconds);
    }
  }

  private static Load load(int keys) {
    return new Load(
        Workload.get, Load.Clients.ONE, new Load.Data(VALUE_BYTES, keys, true), Load.Times.SHORT);
  }

  private static double fill(BenchCluster cluster, Load load, int from)
      throws IOException, InterruptedException, TimeoutException {
    long began = System.nanoTime();
    try (LoadRun run = cluster.load(cluster.endpoint(cluster.leader()), TextServers::speaking)) {
      run.prefill(load, from);
    }
    return (System.nanoTime() - began) / 1e9;
  }

  /// What the heap of the leader holds when all members have taken a snapshot of all there is.
  private static Optional<Long> settledHeap(BenchCluster cluster)
      throws IOException, InterruptedException, TimeoutException {
    cluster.awaitAll();
    for (int id : cluster.processes().ids()) snapshot(cluster.admin(), id);
    return heap(cluster);
  }

  /// What the heap of the leader holds when it is rid of garbage.
  static Optional<Long> heap(BenchCluster cluster)
      throws IOException, InterruptedException, TimeoutException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) return Optional.empty();
    int leader = cluster.leader();
    long pid = cluster.processes().process(leader).pid();
    Process collecting =
        new ProcessBuilder(jcmd.toString(), "" + pid, "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!collecting.waitFor(COLLECT_SECONDS_MAX, TimeUnit.SECONDS)) collecting.destroyForcibly();
    if (collecting.isAlive() || collecting.exitValue() != 0) return Optional.empty();
    return Optional.of(cluster.admin().status(leader).raw().number("memoryBytes", 0, 1L << 50));
  }

  /// Lets a member take a snapshot, and waits until it has one of all that it had applied.
  private static void snapshot(AdminClient admin, int id)
      throws IOException, InterruptedException, TimeoutException {
    long index = admin.status(id).progress().applied();
    admin.request(id, "snapshot");
    Waiting.need(
        "snapshot of server " + id,
        STEP_MILLIS_MAX,
        () -> Optional.of(admin.status(id)).filter(now -> now.progress().snapshot() >= index));
  }

  private static double firstAnswer(BenchCluster cluster, JangadaClient client) throws IOException {
    long began = System.nanoTime();
    cluster.processes().startAll();
    Bytes key = Bytes.utf8(Keys.ofValues(VALUE_BYTES).text(0));
    Reply.ToGet reply = client.within(FIRST_ANSWER_MAX).get(key).join();
    if (!(reply instanceof Reply.Found))
      throw new IOException("after the restart a read came to " + reply);
    return (System.nanoTime() - began) / 1e9;
  }
}
