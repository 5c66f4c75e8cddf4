package io.jangada.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.check.Checker;
import io.jangada.check.History;
import io.jangada.check.Op;
import io.jangada.check.Verdict;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.Status;
import io.jangada.server.LogSetup;
import io.jangada.store.OsDisk;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real threads on a real disk while members are killed and cut off: what the simulator cannot see,
/// which is how the threads meet. No two runs are alike; the seed decides about faults and requests
/// and not about their timing.
class ClusterStormTest {
  private static final int CLIENTS = 4;
  private static final int KEYS = 3;
  private static final int FAULTS = 24;
  private static final int OPERATIONS_PER_FAULT = 60;
  private static final long BOUND_SECONDS = 60;

  @TempDir private Path data;
  private final long seed = System.nanoTime();
  private final StringWriter told = new StringWriter();
  private final History.Recorder recorder = new History.Recorder();
  private final Semaphore answered = new Semaphore(0);
  private volatile boolean over;
  private DemoCluster cluster;

  @Test
  void clientsSeeOneStoreWhateverHappensToItsMembers() throws Exception {
    LogSetup.silence();
    EventNarrator narrator =
        new EventNarrator(new Screen(new PrintWriter(told), new PrintWriter(told), false), false);
    cluster = new DemoCluster(DataPlace.at(data, 3, false).config(), narrator, OsDisk::new);
    try {
      for (int id : cluster.ids()) cluster.start(id);
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      for (int number = 0; number < CLIENTS; number++) clients.add(startClient(number));
      storm(new Random(seed));
      calm();
      over = true;
      for (CompletableFuture<Void> client : clients) client.get(BOUND_SECONDS, TimeUnit.SECONDS);
      checkAlike();
    } finally {
      over = true;
      cluster.close();
    }
    Verdict verdict = new Checker().check(recorder.history());
    assertThat(verdict).as(this::circumstances).isInstanceOf(Verdict.Linearizable.class);
    assertThat(told.toString()).as("nobody stops by itself").doesNotContain("STOPS");
  }

  private String circumstances() {
    return "seed " + seed + ", " + recorder.size() + " operations\n" + told;
  }

  // ---- faults ----

  private void storm(Random random) throws Exception {
    // A new cluster begins once all its members have met: before that, none of them can be missed.
    letClientsGoOn();
    for (int fault = 0; fault < FAULTS; fault++) {
      int member = 1 + random.nextInt(3);
      switch (random.nextInt(7)) {
        case 0, 1 -> restart(Set.of(member));
        case 2 -> restart(Set.of(cluster.awaitLead().member()));
        case 3 -> restart(cluster.ids());
        case 4 -> split(member);
        case 5 -> split(cluster.awaitLead().member());
        default -> cluster.replica(member).ifPresent(up -> up.takeSnapshot(_ -> {}));
      }
      letClientsGoOn();
    }
  }

  private void restart(Set<Integer> members) throws Exception {
    Set<Integer> known = new TreeSet<>(members);
    known.retainAll(cluster.ids());
    for (int member : known) assertThat(cluster.kill(member)).isTrue();
    if (known.size() == 1) letClientsGoOn();
    for (int member : known) cluster.start(member);
  }

  private void split(int member) throws InterruptedException {
    cluster.split(Set.of(member));
    letClientsGoOn();
    cluster.heal();
  }

  private void letClientsGoOn() throws InterruptedException {
    boolean went = answered.tryAcquire(OPERATIONS_PER_FAULT, BOUND_SECONDS, TimeUnit.SECONDS);
    assertThat(went).as(this::circumstances).isTrue();
  }

  private void calm() throws Exception {
    cluster.heal();
    for (int id : cluster.ids()) if (!cluster.isUp(id)) cluster.start(id);
    letClientsGoOn();
  }

  private void checkAlike() throws InterruptedException {
    assertThat(new Settling(cluster).await()).as(this::circumstances).isPresent();
    List<Status> statuses = List.copyOf(cluster.statuses().values());
    assertThat(statuses).as(this::circumstances).hasSize(3);
    assertThat(statuses.stream().map(one -> one.state().digest()).distinct()).hasSize(1);
    assertThat(statuses.stream().map(one -> one.state().applied()).distinct()).hasSize(1);
  }

  // ---- clients ----

  private CompletableFuture<Void> startClient(int number) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    SplittableRandom random = new SplittableRandom(seed + number);
    DemoClient client = new DemoClient(cluster, random.split());
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                for (int round = 0; !over; round++) ask(client, number, round, random);
                ended.complete(null);
              } catch (Throwable e) {
                ended.completeExceptionally(e);
              }
            });
    return ended;
  }

  /// A client that is left in doubt goes on as another process, as the checker wants it.
  private void ask(DemoClient client, int number, int round, SplittableRandom random)
      throws InterruptedException {
    String key = "k" + random.nextInt(KEYS);
    String value = number + "-" + round;
    boolean read = random.nextInt(2) == 0;
    Operation operation =
        read
            ? new Operation.Get(Bytes.utf8(key))
            : new Operation.Write(Bytes.utf8(key), Bytes.utf8(value), 0, new Condition.Always());
    Op op = read ? new Op.Read() : new Op.Write(value);
    int id;
    synchronized (recorder) {
      id = recorder.invoke(number + CLIENTS * round, key, op, System.nanoTime());
    }
    Outcome outcome = client.ask(operation).outcome();
    synchronized (recorder) {
      switch (outcome) {
        case Outcome.Done(Result result) -> recorder.complete(id, seen(result), System.nanoTime());
        case Outcome.NotLeader _, Outcome.Busy _, Outcome.NoMemory _, Outcome.Refused _ ->
            recorder.fail(id, System.nanoTime());
        case Outcome.Unknown _ -> recorder.unknown(id);
      }
    }
    answered.release();
  }

  private static io.jangada.check.RecordedResult seen(Result result) {
    return switch (result) {
      case Result.Found found ->
          new io.jangada.check.RecordedResult.Found(found.value().toUtf8(), found.version());
      case Result.NotFound _ -> new io.jangada.check.RecordedResult.Absent();
      case Result.Written(long version, long _) ->
          new io.jangada.check.RecordedResult.Written(version);
      default -> throw new AssertionError("answered " + result);
    };
  }
}
