package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.node.watch.Recorder;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchRequest;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.store.DurableLog;
import io.jangada.store.MemoryDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A replica on a thread of its own, and on one that it shares. Waiting is for something that
/// comes, and bounded.
@ParameterizedClass
@EnumSource(ReplicaExecutorTest.Kind.class)
class ReplicaExecutorTest {
  enum Kind {
    THREAD,
    LOOP
  }

  private static final long BOUND_SECONDS = 30;
  private static final Operation READ = new Operation.Get(Bytes.utf8("k"));

  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  private final BlockingQueue<RaftEvent> events = new LinkedBlockingQueue<>();
  private final ScheduledExecutorService loop =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "replica"));
  private final ReplicaExecutor owner;
  private final BlockingQueue<PeerMessage> sent = new LinkedBlockingQueue<>();
  private Replica replica;
  private DurableLog log;

  ReplicaExecutorTest(Kind kind) {
    owner =
        switch (kind) {
          case THREAD -> new ThreadExecutor("replica", failures::add);
          case LOOP -> new LoopExecutor(loop, failures::add);
        };
  }

  @BeforeEach
  void prepare() throws IOException {
    replica = replica(10_000_000, () -> {});
  }

  private Replica replica(long tickNanos, Runnable wakeLog) throws IOException {
    // One of two: it will wait for the other's vote for ever.
    RaftConfig raft = RaftConfig.of(1, Membership.of(1, 2));
    ReplicaSettings settings = ReplicaSettings.of(raft).withTimes(tickNanos, 600_000, 500);
    var storage =
        new Start.Storage(new MemoryDisk(), Start.StorageSettings.small("test"), wakeLog, () -> {});
    Start start = Start.open(settings, storage, new SplittableRandom(1));
    log = start.log();
    Replica.Dependencies world =
        new Replica.Dependencies(ReplicaExecutor.CLOCK, sent::add, events::add);
    return new Replica(settings, start, world, owner::wakeup);
  }

  @AfterEach
  void close() {
    owner.close();
    loop.shutdownNow();
  }

  private CompletableFuture<Outcome> read() {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    replica.submit(READ, null, outcome::complete);
    return outcome;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  private Status status() throws Exception {
    CompletableFuture<Status> status = new CompletableFuture<>();
    assertThat(replica.status(status::complete)).isTrue();
    return get(status);
  }

  @Test
  @DisplayName("it polls for what is put in, on its thread")
  void polls() throws Exception {
    CompletableFuture<String> on = new CompletableFuture<>();
    owner.start(replica);
    replica.status(_ -> on.complete(Thread.currentThread().getName()));
    assertThat(get(on)).isEqualTo("replica");
  }

  @Test
  @DisplayName("time goes by for it though nobody asks anything")
  void ticks() throws Exception {
    owner.start(replica);
    RaftEvent event = events.poll(BOUND_SECONDS, TimeUnit.SECONDS);
    assertThat(event).isEqualTo(new RaftEvent.ElectionStarted(0, true));
  }

  @Test
  @DisplayName("what is due before the next tick is not left until then")
  void soonerThanTick() throws Exception {
    Semaphore written = new Semaphore(0);
    replica = replica(TimeUnit.HOURS.toNanos(1), written::release);
    owner.start(replica);
    replica.watch(new Watch.Asked(new WatchRequest(KeyRange.ALL)), new Recorder());
    Entry entry = new Entry(1, 1, Entry.Kind.NO_OP, Bytes.EMPTY);
    var append = new Message.AppendEntries(2, 1, 1, EntryId.ZERO, List.of(entry), 0, 1);
    replica.receive(new PeerMessage.Raft(append, 0));
    assertThat(written.tryAcquire(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    replica.synced(log.work());
    PeerMessage message;
    do {
      message = sent.poll(BOUND_SECONDS, TimeUnit.SECONDS);
    } while (message instanceof PeerMessage.Raft);
    assertThat(message).isInstanceOf(PeerMessage.ReadIndexRequest.class);
  }

  @Test
  @DisplayName("after closing it is not polled, and whoever waits is answered")
  void closes() throws Exception {
    owner.start(replica);
    CompletableFuture<Outcome> waiting = read();
    status();
    assertThat(waiting).isNotDone();
    owner.close();
    assertThat(waiting).isCompletedWithValue(new Outcome.NotLeader(Membership.NONE));
    assertThat(read()).isCompletedWithValue(new Outcome.NotLeader(Membership.NONE));
    assertThat(failures).isEmpty();
    owner.close();
  }

  @Test
  @DisplayName("a reply may close it, though that is called on the thread itself")
  void closedByReply() throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    owner.start(replica);
    CompletableFuture<Outcome> waiting = read();
    replica.status(
        _ -> {
          owner.close();
          closed.complete(null);
        });
    get(closed);
    assertThat(get(waiting)).isEqualTo(new Outcome.NotLeader(Membership.NONE));
  }

  @Test
  @DisplayName("what breaks the replica is told, and nobody is left waiting")
  void breaks() throws Exception {
    owner.start(replica);
    CompletableFuture<Outcome> waiting = read();
    status();
    Exception cause = new Exception("it burned");
    replica.diskFailed(cause);
    Throwable failure = failures.poll(BOUND_SECONDS, TimeUnit.SECONDS);
    assertThat(failure).hasMessageContaining("it burned").hasCause(cause);
    assertThat(get(waiting)).isEqualTo(new Outcome.NotLeader(Membership.NONE));
    assertThat(get(read())).isEqualTo(new Outcome.NotLeader(Membership.NONE));
  }

  @Test
  @DisplayName("what is put in before it starts is found when it does")
  void startsLate() throws Exception {
    CompletableFuture<Status> status = new CompletableFuture<>();
    replica.status(status::complete);
    owner.start(replica);
    get(status);
  }

  @Test
  @DisplayName("one whose loop is gone can be closed, and waits for nothing")
  void loopGone() {
    owner.start(replica);
    loop.shutdownNow();
    owner.wakeup();
    // Less than a loop that is stuck is waited for.
    assertTimeout(Duration.ofSeconds(4), owner::close);
    assertThat(failures).isEmpty();
  }

  @Test
  @DisplayName("one that was never started can be closed")
  void neverStarted() {
    owner.close();
    assertThat(failures).isEmpty();
  }
}
