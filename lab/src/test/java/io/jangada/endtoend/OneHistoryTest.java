package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.Checker;
import io.jangada.check.History;
import io.jangada.check.Op;
import io.jangada.check.RecordedResult;
import io.jangada.check.Verdict;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.server.OptionalPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients of the text protocol, memcached, Redis and etcd use the same keys at all members, while
/// servers are killed: what they saw is one linearizable history.
@Timeout(180)
class OneHistoryTest {
  private static final int CLIENTS = 8;
  private static final int KEYS = 4;
  private static final int KILLS = 4;
  private static final int OPERATIONS_BETWEEN = 400;
  private static final long BOUND_SECONDS = 60;

  private final long seed = System.nanoTime();
  private final History.Recorder recorder = new History.Recorder();
  private final Semaphore answered = new Semaphore(0);
  private volatile boolean isOver;

  @Test
  void allProtocolsSeeOneStore(@TempDir Path folder) throws Exception {
    ClusterPlan plan =
        ClusterPlan.of(3)
            .with("SetOverwrites", "true")
            .with(OptionalPort.ETCD, OptionalPort.MEMCACHED, OptionalPort.REDIS);
    try (ProcessCluster cluster = ProcessCluster.make(folder, plan, ServerProgram.own(128))) {
      cluster.startAll();
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      for (int number = 0; number < CLIENTS; number++) clients.add(start(cluster, number));
      Random random = new Random(seed);
      awaitOperations();
      for (int kill = 0; kill < KILLS; kill++) {
        int id = new ArrayList<>(new TreeSet<>(cluster.ids())).get(random.nextInt(3));
        cluster.kill(id);
        awaitOperations();
        cluster.start(id);
        awaitOperations();
      }
      isOver = true;
      for (CompletableFuture<Void> client : clients) client.get(BOUND_SECONDS, TimeUnit.SECONDS);
    } finally {
      isOver = true;
    }
    Verdict verdict = new Checker().check(recorder.history());
    assertThat(verdict)
        .as("seed %d, %d operations", seed, recorder.size())
        .isInstanceOf(Verdict.Linearizable.class);
  }

  private void awaitOperations() throws InterruptedException {
    boolean went = answered.tryAcquire(OPERATIONS_BETWEEN, BOUND_SECONDS, TimeUnit.SECONDS);
    assertThat(went).as("seed %d: clients go on", seed).isTrue();
  }

  private CompletableFuture<Void> start(ProcessCluster cluster, int number) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    SplittableRandom random = new SplittableRandom(seed + number);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                WireClient client = WireClient.of(number, cluster);
                for (int round = 0; !isOver; round++) ask(client, number, round, random);
                client.close();
                ended.complete(null);
              } catch (Throwable e) {
                ended.completeExceptionally(e);
              }
            });
    return ended;
  }

  /// A client that is left in doubt is another process from then on, as the checker wants it.
  private void ask(WireClient client, int number, int round, SplittableRandom random) {
    String key = "k" + random.nextInt(KEYS);
    String value = number + "-" + round;
    Op op =
        switch (random.nextInt(6)) {
          case 0, 1 -> new Op.Write(value);
          case 2 -> new Op.Delete();
          default -> new Op.Read();
        };
    int id;
    synchronized (recorder) {
      id = recorder.invoke(number + CLIENTS * round, key, op, System.nanoTime());
    }
    RecordedResult result = null;
    boolean isDoubtful = false;
    try {
      result = client.ask(key, op, 1 + random.nextInt(3));
    } catch (IOException e) {
      isDoubtful = !(op instanceof Op.Read);
    }
    synchronized (recorder) {
      if (result != null) recorder.complete(id, result, System.nanoTime());
      else if (isDoubtful) recorder.unknown(id);
      else recorder.fail(id, System.nanoTime());
    }
    if (result != null) answered.release();
  }
}
