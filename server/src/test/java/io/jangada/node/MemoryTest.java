package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static io.jangada.node.HandCluster.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.raft.RaftEvent.MemoryLevel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Three members that may take little memory, driven by hand.
class MemoryTest {
  private static final MemoryLimits LIMITS = new MemoryLimits(8_000_000, 2_000_000);
  private static final List<Outcome> NO_MEMORY = List.of(new Outcome.NoMemory());
  private static final int KEYS_MAX = 10_000;
  private static final String VALUE = "v".repeat(4_000);

  private HandCluster cluster = new HandCluster(3, with(FollowerPolicy.HOLD));

  private static HandCluster.Settings with(FollowerPolicy followers) {
    return HandCluster.Settings.USUAL.withReplica(
        settings -> limited(settings).withFollowers(followers).withMemory(LIMITS));
  }

  private static ReplicaSettings limited(ReplicaSettings settings) {
    RaftConfig.Limits limits =
        new RaftConfig.Limits(
            new RaftConfig.MessageLimits(64, 50_000, 4, 100_000),
            200_000,
            1_000,
            100_000,
            new RaftConfig.Retention(50_000, 200_000));
    return ReplicaSettings.of(settings.raft().withLimits(limits))
        .withTimes(settings.tickNanos(), settings.requestTimeoutMillis(), settings.retryMillis())
        .withSnapshotBytes(400_000);
  }

  private HandMember leader() {
    return cluster.member(1);
  }

  private List<Outcome> settled(List<Outcome> outcomes) {
    cluster.settle();
    return outcomes;
  }

  private List<Outcome> delete(HandMember member, String key, RequestId id) {
    List<Outcome> outcomes = new ArrayList<>();
    Operation delete = new Operation.Delete(Bytes.utf8(key), new Condition.Always());
    member.replica().submit(delete, id, outcomes::add);
    return settled(outcomes);
  }

  private static void assertRefused(List<Outcome> outcomes) {
    assertThat(outcomes).isEqualTo(NO_MEMORY);
  }

  /// Writes until one is refused, and says how many keys there are.
  private int fill() {
    for (int key = 0; key < KEYS_MAX; key++) {
      List<Outcome> outcomes = settled(leader().write("k" + key, VALUE));
      if (key % 16 == 0) cluster.ticks(1);
      if (outcomes.equals(NO_MEMORY)) return key;
      assertDone(outcomes);
    }
    throw new AssertionError("no end to memory");
  }

  private List<MemoryLevel> levels() {
    List<MemoryLevel> levels = new ArrayList<>();
    for (RaftEvent event : cluster.events)
      if (event instanceof RaftEvent.MemoryUsed(var level, long _, long _)) levels.add(level);
    return levels;
  }

  @Test
  @DisplayName("at the limit what adds is refused, and reads, deletes and what replaces go on")
  void full() {
    cluster.elect(1);
    int keys = fill();
    assertThat(keys).as("of four kilobytes each").isBetween(1_200, 1_500);
    assertThat(found(settled(leader().read("k7")))).isEqualTo(VALUE);
    assertDone(settled(leader().write("k7", "w".repeat(4_000))));
    assertRefused(settled(leader().write("k7", "w".repeat(8_000))));
    assertRefused(settled(leader().write("more", VALUE)));
    assertDone(delete(leader(), "k8", null));
    assertDone(delete(leader(), "k9", new RequestId.Numbered(Bytes.utf8("me"), 1)));
    assertThat(leader().status().usage().memory().refused()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "at the limit a transaction is refused that has a step which adds, wherever it stands")
  void fullForTransactions() {
    cluster.elect(1);
    fill();
    Operation.Step put = put(new Change.Set(Bytes.utf8(VALUE), 0));
    assertRefused(settled(leader().ask((Operation) put)));
    Operation.Step extend =
        put(new Change.Extend(Change.Side.END, Bytes.utf8(VALUE), new Change.Growth(true, 9_999)));
    for (Operation.Step adds : List.of(put, extend)) {
      Operation.Step nested = new Operation.Transaction(List.of(), List.of(adds), List.of());
      assertRefused(
          settled(leader().ask(new Operation.Transaction(List.of(), List.of(), List.of(nested)))));
    }
  }

  private static Operation.Step put(Change change) {
    Condition always = new Condition.Always();
    return new Operation.Put(Bytes.utf8("more"), change, new Lifetime.ForEver(), always, false);
  }

  @Test
  @DisplayName("what is deleted here and there makes room for values of another size")
  void roomAgain() {
    cluster.elect(1);
    int keys = fill();
    for (int key = 0; key < keys; key += 2) assertDone(delete(leader(), "k" + key, null));
    cluster.ticks(2);
    int large = 0;
    while (!settled(leader().write("large" + large, "x".repeat(12_000))).equals(NO_MEMORY)) {
      assertThat(large).isLessThan(keys);
      if (large++ % 8 == 0) cluster.ticks(1);
    }
    assertThat(large).as("of three times the size").isBetween(keys / 8, keys / 6);
  }

  @Test
  @DisplayName("it is told when memory becomes short, when it is full and when it is roomy again")
  void told() {
    cluster.elect(1);
    int keys = fill();
    cluster.ticks(2);
    for (MemoryLevel level : MemoryLevel.values())
      if (level != MemoryLevel.ROOMY) assertThat(levels()).contains(level);
    assertThat(leader().status().usage().memory().isFull()).isTrue();
    for (int i = 0; i < 20; i++) {
      delete(leader(), "k" + i, null);
      settled(leader().write("k" + i, VALUE));
      cluster.ticks(1);
    }
    assertThat(levels()).as("of each member, once").hasSize(6);
    for (int key = 0; key < keys; key++) delete(leader(), "k" + key, null);
    cluster.ticks(1_100);
    assertThat(leader().status().usage().memory().level()).isEqualTo(MemoryLevel.ROOMY);
    assertThat(levels().getLast()).isEqualTo(MemoryLevel.ROOMY);
  }

  @Test
  @DisplayName("a full cluster that is killed starts again, reads, deletes, and writes then")
  void startsAgain() {
    cluster.elect(1);
    int keys = fill();
    for (HandMember member : cluster.members()) member.begin();
    cluster.elect(1);
    cluster.ticks(5);
    assertRefused(settled(leader().write("more", VALUE)));
    for (int key = 0; key < keys; key++) {
      assertThat(found(settled(leader().read("k" + key)))).isEqualTo(VALUE);
      if (key % 4 != 0) continue;
      assertDone(delete(leader(), "k" + key, null));
    }
    cluster.ticks(2);
    assertDone(settled(leader().write("more", VALUE)));
  }

  @Test
  @DisplayName("a follower that passes requests on refuses by itself what its leader would refuse")
  void forwarding() {
    cluster = new HandCluster(3, with(FollowerPolicy.FORWARD));
    cluster.elect(1);
    fill();
    cluster.ticks(5);
    HandMember follower = cluster.member(2);
    long forwarded = cluster.count(HandCluster::isForward);
    assertRefused(follower.write("more", VALUE).isEmpty() ? refusedBy(follower) : List.of());
    assertThat(cluster.count(HandCluster::isForward)).isEqualTo(forwarded);
    assertDone(delete(follower, "k1", null));
  }

  private List<Outcome> refusedBy(HandMember follower) {
    List<Outcome> outcomes = follower.write("more", VALUE);
    follower.poll();
    return outcomes;
  }

  @Test
  @DisplayName("what a follower keeps for its own snapshot makes it wait, and no more than that")
  void ghosts() {
    cluster.elect(1);
    int keys = fill();
    HandMember follower = cluster.member(3);
    follower.snapshotsStalled = true;
    follower.replica().takeSnapshot(_ -> {});
    for (int round = 0; round < 2; round++) {
      for (int key = 0; key < keys; key++) {
        assertDone(delete(leader(), "k" + key, null));
        assertDone(settled(leader().write("k" + key, VALUE)));
        if (key % 16 == 0) cluster.ticks(1);
        long most = LIMITS.bytesMax() + 2 * LIMITS.marginBytes() + 400_000;
        assertThat(follower.status().usage().memory().used()).isLessThan(most);
      }
    }
    assertThat(follower.status().state().applied()).isLessThan(leader().status().state().applied());
    follower.snapshotsStalled = false;
    cluster.ticks(200);
    assertThat(follower.status().state().applied()).isEqualTo(leader().status().state().applied());
    assertThat(follower.status().state().digest()).isEqualTo(leader().status().state().digest());
  }

  @Test
  @DisplayName("a snapshot that is loaded finds the room of the state that it replaces")
  void restoring() {
    cluster.elect(1);
    int keys = fill();
    HandMember follower = cluster.member(3);
    cluster.isolate(3);
    for (int key = 0; key < keys; key++) {
      assertDone(settled(leader().write("k" + key, "w".repeat(4_000))));
      if (key % 16 == 0) cluster.ticks(1);
    }
    cluster.loseNothing();
    follower.snapshotsStalled = true;
    long most = 0;
    for (int i = 0;
        i < 1_000 && follower.status().state().applied() < leader().status().state().applied();
        i++) {
      cluster.ticks(1);
      follower.snapshotsStalled = false;
      follower.work();
      follower.snapshotsStalled = true;
      if (follower.replica().isRestoring())
        most = Math.max(most, follower.status().usage().memory().used());
    }
    assertThat(most).as("while it was loaded").isBetween(5_000_000L, LIMITS.bytesMax() + 500_000);
    assertThat(follower.status().state().digest()).isEqualTo(leader().status().state().digest());
  }

  @Test
  @DisplayName("where there is much data and memory is left, the log may grow with the data")
  void muchData() {
    MemoryLimits limits = new MemoryLimits(32_000_000, 1_000_000);
    HandCluster.Settings usual = HandCluster.Settings.USUAL;
    cluster = new HandCluster(3, usual.withReplica(s -> limited(s).withMemory(limits)));
    cluster.elect(1);
    writeKeys(250);
    assertThat(snapshotsOfWriting(250)).as("of a megabyte").isGreaterThanOrEqualTo(1);
    writeKeys(1_000);
    assertThat(snapshotsOfWriting(1_000)).as("of four megabytes").isBetween(1L, 2L);
    assertThat(leader().status().usage().memory().use().log()).isLessThan(4_000_000);
    int keys = fill();
    assertThat(snapshotsOfWriting(500)).as("without room").isGreaterThanOrEqualTo(2);
    assertThat(keys).isGreaterThan(6_000);
  }

  private void writeKeys(int keys) {
    for (int key = 0; key < keys; key++) {
      assertDone(settled(leader().write("k" + key, VALUE)));
      if (key % 4 == 0) cluster.ticks(1);
    }
  }

  private long snapshotsOfWriting(int keys) {
    long before = leader().status().usage().counters().snapshots().taken();
    writeKeys(keys);
    return leader().status().usage().counters().snapshots().taken() - before;
  }

  private void keepHistory(long millis) {
    var history = new ReplicaSettings.History(true, millis, 0);
    var upkeep = ReplicaSettings.Upkeep.NONE.withHistory(history);
    HandCluster.Settings usual = with(FollowerPolicy.HOLD);
    cluster =
        new HandCluster(
            3, usual.withReplica(settings -> usual.replica().apply(settings).withUpkeep(upkeep)));
    cluster.elect(1);
  }

  @Test
  @DisplayName("history makes no write fail: it is given up, and its memory is free again")
  void history() {
    keepHistory(3_600_000);
    for (int key = 0; key < 500; key++) assertDone(settled(leader().write("k" + key, VALUE)));
    long data = leader().status().usage().memory().use().data();
    long largest = 0;
    for (int i = 0; i < 2_000; i++) {
      assertDone(settled(leader().write("k" + i % 500, VALUE)));
      if (i % 16 == 0) cluster.ticks(1);
      for (HandMember member : cluster.members()) {
        Status.Use use = member.status().usage().memory().use();
        largest = Math.max(largest, use.history());
        assertThat(use.data() + use.sessions() + use.log()).isLessThan(LIMITS.bytesMax());
      }
    }
    assertThat(largest).as("bytes of history").isGreaterThan(1_000_000);
    assertThat(levels()).doesNotContain(MemoryLevel.FULL);
    var compact = new Operation.Compact(leader().replica().kv().revision());
    assertDone(settled(leader().ask(compact)));
    cluster.ticks(20);
    assertThat(leader().status().usage().memory().use().history()).isZero();
    assertThat(leader().status().usage().memory().use().data()).isLessThan(data + data / 8);
  }

  @Test
  @DisplayName("commands that make much of little wait until those before them are done")
  void growth() {
    keepHistory(3_600_000);
    for (int key = 0; key < 100; key++) {
      assertDone(settled(leader().write("k" + key, "v".repeat(40_000))));
      cluster.ticks(2);
    }
    Change extend =
        new Change.Extend(Change.Side.END, Bytes.utf8("x"), new Change.Growth(false, 100_000));
    List<Operation> growing = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      growing.add(put("k" + i, extend));
      growing.add(put("k" + i, new Change.Rewrite()));
      growing.add(new Operation.Copy(Bytes.utf8("k" + i), Bytes.utf8("k0"), true));
      growing.add(transaction((Operation.Step) put("k" + i, extend)));
    }
    List<List<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < growing.size(); i++) {
      outcomes.add(leader().ask(growing.get(i)));
      if (i % 100 != 99) continue;
      for (int round = 0; round < 50; round++) {
        cluster.settle();
        for (HandMember member : cluster.members()) {
          Status.Use use = member.status().usage().memory().use();
          assertThat(use.data() + use.sessions() + use.log())
              .isLessThan(LIMITS.bytesMax() + 2 * LIMITS.marginBytes());
        }
        cluster.ticks(1);
      }
    }
    long done = outcomes.stream().filter(one -> one.getFirst() instanceof Outcome.Done).count();
    assertThat(done).as("history is given up at a tick").isGreaterThan(150);
    for (List<Outcome> one : outcomes) if (!one.equals(NO_MEMORY)) assertDone(one);
  }

  @Test
  @DisplayName("with history as many keys have room, and values can be replaced")
  void fullWithHistory() {
    keepHistory(3_600_000);
    for (int i = 0; i < 1_000; i++) {
      assertDone(settled(leader().write("k" + i % 100, VALUE)));
      if (i % 16 == 0) cluster.ticks(1);
    }
    int keys = fill();
    assertThat(keys).as("of four kilobytes each").isBetween(1_200, 1_500);
    for (int key = 0; key < keys; key += 16) assertDone(delete(leader(), "k" + key, null));
    cluster.ticks(20);
    for (int key = 0; key < keys; key++) {
      if (key % 16 == 0) cluster.ticks(1);
      else assertDone(settled(leader().write("k" + key, "w".repeat(4_000))));
    }
    assertThat(fill()).as("the deleted ones first").isBetween(keys / 2, keys);
  }

  @Test
  @DisplayName("at the limit transactions, changes and leases that add are refused, others go on")
  void allKinds() {
    cluster.elect(1);
    fill();
    Bytes key = Bytes.utf8("k1");
    var write = HandMember.writing("k1", VALUE, 0);
    var delete = new Operation.Delete(key, new Condition.Always());
    assertRefused(settled(leader().ask(transaction(write, delete))));
    assertDone(settled(leader().ask(transaction(delete, new Operation.Get(key)))));
    settled(leader().write("k1", VALUE));
    assertRefused(settled(leader().ask(new Operation.Grant(0, 1_000))));
    assertRefused(settled(leader().ask(put("new", new Change.Set(Bytes.utf8(VALUE), 0)))));
    var extend = new Change.Extend(Change.Side.END, key, new Change.Growth(false, 10_000));
    assertRefused(settled(leader().ask(put("k2", extend))));
    assertDone(settled(leader().ask(put("k2", new Change.Set(Bytes.utf8(VALUE), 7)))));
    assertDone(settled(leader().ask(put("k2", new Change.Keep()))));
    var some = new Operation.DeleteRange(KeyRange.prefix(Bytes.utf8("k10")), true);
    assertDone(settled(leader().ask(some)));
  }

  private static Operation put(String key, Change change) {
    return new Operation.Put(
        Bytes.utf8(key), change, new Lifetime.Same(), new Condition.Always(), false);
  }

  private static Operation transaction(Operation.Step... steps) {
    return new Operation.Transaction(List.of(), List.of(steps), List.of());
  }

  @Test
  @DisplayName("a full member does not keep what it promised to readers of ranges")
  void pins() {
    keepHistory(0);
    for (int key = 0; key < 200; key++) assertDone(settled(leader().write("k" + key, VALUE)));
    var first =
        (Result.Ranged)
            done(settled(leader().ask(new Operation.Range(KeyRange.prefix(Bytes.utf8("k"))))));
    settled(leader().write("k0", VALUE));
    assertThat(done(settled(leader().ask(rest(first))))).isInstanceOf(Result.Ranged.class);
    fill();
    cluster.ticks(2);
    assertThat(done(settled(leader().ask(rest(first))))).isInstanceOf(Result.Compacted.class);
  }

  private static Operation rest(Result.Ranged piece) {
    return new Operation.Range(
        piece.rest(), piece.revision(), Operation.Selection.ALL, Operation.Page.ALL);
  }

  private static Result done(List<Outcome> outcomes) {
    assertDone(outcomes);
    return ((Outcome.Done) outcomes.getFirst()).result();
  }
}
