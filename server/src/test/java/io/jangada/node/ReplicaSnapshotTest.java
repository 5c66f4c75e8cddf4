package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static io.jangada.node.HandCluster.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Members that fall behind, and slow disks: three members driven by hand.
class ReplicaSnapshotTest {
  private static final int SNAPSHOT_BYTES = 20_000;
  private static final String VALUE = "v".repeat(1_000);

  private HandCluster cluster;

  static ReplicaSettings little(ReplicaSettings settings) {
    return held(settings, 50_000);
  }

  /// Few entries a message, a snapshot every few, and so much log held for who is being installed.
  private static ReplicaSettings held(ReplicaSettings settings, long bytes) {
    RaftConfig.Limits limits =
        new RaftConfig.Limits(
            new RaftConfig.MessageLimits(16, 10_000, 4, 20_000),
            1 << 20,
            100,
            10_000,
            new RaftConfig.Retention(5_000, bytes));
    RaftConfig raft = settings.raft().withLimits(limits);
    return with(settings, raft).withSnapshotBytes(SNAPSHOT_BYTES);
  }

  private static ReplicaSettings with(ReplicaSettings settings, RaftConfig raft) {
    return ReplicaSettings.of(raft)
        .withTimes(settings.tickNanos(), settings.requestTimeoutMillis(), settings.retryMillis());
  }

  private void start(HandCluster.Settings settings) {
    cluster = new HandCluster(3, settings);
    cluster.elect(1);
  }

  private void start() {
    start(HandCluster.Settings.USUAL.withReplica(ReplicaSnapshotTest::little));
  }

  private HandMember member(int id) {
    return cluster.member(id);
  }

  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      List<Outcome> written = member(1).write("k" + i, VALUE + i);
      cluster.settle();
      assertDone(written);
      if (i % 10 == 0) cluster.ticks(1);
    }
  }

  private List<Outcome> settled(List<Outcome> outcomes) {
    cluster.settle();
    return outcomes;
  }

  private void assertSameState(int one, int other) {
    assertThat(member(one).status().state().applied())
        .isEqualTo(member(other).status().state().applied());
    assertThat(member(one).status().state().digest())
        .isEqualTo(member(other).status().state().digest());
    assertThat(member(one).replica().kv().size()).isEqualTo(member(other).replica().kv().size());
  }

  @Test
  @DisplayName("a follower that missed what the log no longer has is brought up by a snapshot")
  void install() {
    start();
    cluster.isolate(3);
    write(0, 200);
    assertThat(member(1).replica().raft().inspect().compacted().index()).isGreaterThan(50);
    assertThat(member(3).replica().kv().size()).isZero();

    cluster.loseNothing();
    cluster.ticks(60);
    assertThat(cluster.events).anyMatch(RaftEvent.SnapshotInstalled.class::isInstance);
    assertSameState(1, 3);
    cluster.elect(3);
    assertThat(found(settled(member(3).read("k0")))).isEqualTo(VALUE + 0);
    assertThat(found(settled(member(3).read("k199")))).isEqualTo(VALUE + 199);
  }

  @Test
  @DisplayName("what is committed while a snapshot is loaded is applied after it, in order")
  void deferred() {
    start();
    cluster.isolate(3);
    write(0, 200);
    cluster.loseNothing();
    untilRestoring(3);
    member(3).snapshotsStalled = true;
    write(200, 205);
    cluster.ticks(5);
    assertThat(member(3).replica().isRestoring()).isTrue();
    assertThat(member(3).replica().raft().applied())
        .isGreaterThan(member(3).replica().kv().appliedIndex());

    member(3).snapshotsStalled = false;
    cluster.ticks(60);
    assertSameState(1, 3);
  }

  /// Goes on until the member loads a snapshot, and stops its snapshots' disk there.
  private void untilRestoring(int id) {
    for (int i = 0; i < 2_000 && !member(id).replica().isRestoring(); i++) {
      if (i % 20 == 0) cluster.now += HandCluster.TICK;
      for (HandMember member : cluster.members()) member.poll();
      cluster.deliver();
      if (member(id).replica().isRestoring()) break;
      for (HandMember member : cluster.members()) member.work();
      member(id).poll();
    }
    assertThat(member(id).replica().isRestoring()).isTrue();
  }

  @Test
  @DisplayName(
      "what waits for a snapshot to be loaded is bounded: more entries are as good as lost")
  void deferredIsBounded() {
    start(HandCluster.Settings.USUAL.withReplica(settings -> held(settings, 10 << 20)));
    cluster.isolate(3);
    write(0, 200);
    cluster.loseNothing();
    untilRestoring(3);
    member(3).snapshotsStalled = true;
    long from = member(3).replica().raft().inspect().compacted().index();
    write(200, 400);
    cluster.ticks(20);
    assertThat(member(3).replica().raft().last().index()).isGreaterThan(from);
    assertThat(member(3).replica().isRestoring()).isTrue();
    assertThat((member(3).replica().raft().last().index() - from) * VALUE.length())
        .isLessThan(SNAPSHOT_BYTES + 30_000);

    member(3).snapshotsStalled = false;
    cluster.ticks(200);
    assertSameState(1, 3);
  }

  @Test
  @DisplayName("a follower whose disk is far behind takes no more entries, and catches up later")
  void slowDisk() {
    start(
        HandCluster.Settings.USUAL
            .withReplica(ReplicaSnapshotTest::largeWindow)
            .withLogQueue(10_000));
    member(3).logStalled = true;
    write(0, 150);
    cluster.ticks(20);
    assertThat(member(3).replica().raft().last().index()).isLessThan(30);
    assertThat(member(3).status().role().leader()).as("it still follows").isEqualTo(1);

    member(3).logStalled = false;
    cluster.ticks(100);
    assertSameState(1, 3);
  }

  /// A leader that sends far more than this follower's disk has room for.
  private static ReplicaSettings largeWindow(ReplicaSettings settings) {
    RaftConfig.Limits limits =
        new RaftConfig.Limits(
            new RaftConfig.MessageLimits(16, 10_000, 64, 1 << 20),
            1 << 20,
            100,
            10_000,
            new RaftConfig.Retention(1 << 20, 1 << 20));
    return with(settings, settings.raft().withLimits(limits));
  }

  @Test
  @DisplayName("a write whose place a snapshot jumps over ends as unknown")
  void jumped() {
    start();
    write(0, 3);
    cluster.isolate(1);
    List<Outcome> written = settled(member(1).write("k", "in doubt"));
    HandMember leader = cluster.elect(2);
    for (int i = 0; i < 100; i++) {
      List<Outcome> other = leader.write("o" + i, VALUE);
      cluster.settle();
      assertDone(other);
      cluster.now += HandCluster.MILLI;
    }
    cluster.ticks(5);
    assertThat(leader.replica().raft().inspect().compacted().index()).isGreaterThan(10);
    assertThat(written).isEmpty();
    cluster.loseNothing();
    cluster.ticks(60);
    assertThat(written).containsExactly(new Outcome.Unknown());
    assertSameState(1, 2);
  }
}
