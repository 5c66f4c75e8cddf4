package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.Recorder;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Watches at members of a cluster that is driven by hand.
class WatchTest {
  private static final WatchRequest ALL = new WatchRequest(KeyRange.ALL);

  private HandCluster cluster;
  private HandMember leader;
  private HandMember follower;
  private final Recorder recorder = new Recorder();

  WatchTest() {
    start(ReplicaSettings.History.NONE);
  }

  private void start(ReplicaSettings.History history) {
    cluster =
        new HandCluster(
            3,
            HandCluster.Settings.USUAL.withReplica(
                settings ->
                    ReplicaSnapshotTest.little(settings)
                        .withUpkeep(ReplicaSettings.Upkeep.NONE.withHistory(history))));
    leader = cluster.elect(1);
    follower = cluster.member(2);
  }

  private void keepHistory() {
    start(new ReplicaSettings.History(true, 3_600_000, 0));
    cluster.ticks(20);
    assertThat(follower.replica().kv().keepsHistory()).isTrue();
  }

  private Watch watch(HandMember member, Recorder recorder, WatchRequest request) {
    Watch watch = member.replica().watch(new Watch.Asked(request), recorder);
    cluster.settle();
    return watch;
  }

  private List<Outcome> settled(List<Outcome> outcomes) {
    cluster.settle();
    return outcomes;
  }

  private void write(String... values) {
    for (String value : values) {
      HandCluster.assertDone(settled(leader.write("k", value)));
    }
    cluster.ticks(10);
  }

  private static List<String> values(Recorder recorder) {
    List<String> values = new ArrayList<>();
    for (WatchEvent event : recorder.events) values.add(event.entry().value().toUtf8());
    return values;
  }

  @Test
  @DisplayName("any member tells of what it applies")
  void anyMember() {
    keepHistory();
    Recorder other = new Recorder();
    watch(leader, recorder, ALL);
    watch(follower, other, ALL);
    write("1", "2", "3");
    assertThat(values(recorder)).containsExactly("1", "2", "3");
    assertThat(values(other)).containsExactly("1", "2", "3");
    assertThat(other.events).isEqualTo(recorder.events);
    assertThat(leader.status().usage().watching()).isEqualTo(new Status.Watching(1, 0, 3, 0));
  }

  @Test
  @DisplayName("members that do not count revisions tell of changes as well")
  void uncounted() {
    watch(follower, recorder, ALL);
    write("1", "2");
    assertThat(values(recorder)).containsExactly("1", "2");
    assertThat(recorder.events.getLast().revision())
        .isEqualTo(leader.replica().kv().appliedIndex());
  }

  @Test
  @DisplayName("nothing is told that is not committed")
  void committedOnly() {
    watch(leader, recorder, ALL);
    cluster.isolate(1);
    leader.write("k", "doubtful");
    cluster.settle();
    cluster.ticks(3);
    assertThat(leader.status().log().last().index()).isGreaterThan(leader.status().log().commit());
    assertThat(recorder.events).isEmpty();
    cluster.loseNothing();
    cluster.ticks(100);
    assertThat(recorder.ended).isNull();
  }

  private static boolean asks(PeerMessage message) {
    return message instanceof PeerMessage.ReadIndexRequest;
  }

  private void pass(long nanos) {
    cluster.now += nanos;
    cluster.settle();
  }

  @Test
  @DisplayName("a follower asks for a commit that does not come by itself")
  void soon() {
    watch(follower, recorder, ALL);
    HandCluster.assertDone(settled(leader.write("k", "1")));
    assertThat(recorder.events).isEmpty();
    pass(CommitQuestions.PATIENCE_NANOS);
    assertThat(values(recorder)).containsExactly("1");
    assertThat(cluster.count(WatchTest::asks)).isEqualTo(1);
  }

  @Test
  @DisplayName("a follower asks for nothing while commits come with the next entries")
  void busyLeader() {
    watch(follower, recorder, ALL);
    HandCluster.assertDone(settled(leader.write("k", "0")));
    for (int i = 1; i <= 20; i++) {
      pass(CommitQuestions.PATIENCE_NANOS * 2 / 3);
      HandCluster.assertDone(settled(leader.write("k", "" + i)));
    }
    assertThat(values(recorder)).hasSize(20).endsWith("19");
    assertThat(cluster.count(WatchTest::asks)).isZero();
    pass(CommitQuestions.PATIENCE_NANOS);
    assertThat(values(recorder)).hasSize(21);
  }

  @Test
  @DisplayName("a question that got lost is asked once more; without watches none is asked")
  void lostQuestion() {
    HandCluster.assertDone(settled(leader.write("k", "1")));
    pass(CommitQuestions.PATIENCE_NANOS);
    assertThat(cluster.count(WatchTest::asks)).isZero();
    watch(follower, recorder, ALL);
    cluster.lose(message -> asks(message) || HandCluster.isAppend(message));
    pass(CommitQuestions.PATIENCE_NANOS);
    assertThat(cluster.count(WatchTest::asks)).isEqualTo(1);
    cluster.lose(HandCluster::isAppend);
    cluster.ticks(1);
    assertThat(values(recorder)).containsExactly("1");
    assertThat(cluster.count(WatchTest::asks)).isEqualTo(2);
  }

  @Test
  @DisplayName("a slow watcher catches up; progress is told of when it has")
  void slow() {
    keepHistory();
    recorder.takesMore = () -> false;
    Watch watch = watch(follower, recorder, new WatchRequest(KeyRange.of(Bytes.utf8("k"))));
    write("1", "2", "3", "4");
    assertThat(watch.progress()).isTrue();
    cluster.settle();
    assertThat(values(recorder)).containsExactly("1");
    assertThat(follower.status().usage().watching().lagging()).isEqualTo(1);
    recorder.takesMore = () -> true;
    recorder.paused = false;
    watch.ready();
    cluster.settle();
    assertThat(values(recorder)).containsExactly("1", "2", "3", "4");
    assertThat(recorder.progress).isEqualTo(follower.replica().kv().revision());
    write("5");
    assertThat(values(recorder)).endsWith("4", "5");
    watch.cancel();
    cluster.settle();
    assertThat(recorder.ended).isEqualTo(WatchEnd.CANCELLED);
  }

  private static WatchRequest from(long revision) {
    return new WatchRequest(KeyRange.ALL, revision, false, WatchRequest.Kinds.ALL, true);
  }

  /// Has a follower get by a snapshot what it did not see.
  private void jump() {
    cluster.isolate(2);
    for (int i = 1; i <= 200; i++) {
      HandCluster.assertDone(settled(leader.write("big", "x".repeat(1_000))));
      if (i % 10 == 0) cluster.ticks(1);
    }
    cluster.loseNothing();
    cluster.ticks(60);
    assertThat(follower.status().usage().counters().snapshots().installed()).isPositive();
  }

  @Test
  @DisplayName("an installed snapshot with its history leaves no gap")
  void installed() {
    keepHistory();
    watch(follower, recorder, ALL);
    write("0");
    jump();
    assertThat(recorder.events).hasSize(1 + 200);
    write("1");
    assertThat(values(recorder)).hasSize(1 + 200 + 1).endsWith("1");
    assertThat(recorder.isOver()).isFalse();
  }

  @Test
  @DisplayName("a watch that an installed snapshot jumps over is told so")
  void jumpedOver() {
    watch(follower, recorder, ALL);
    write("0");
    jump();
    assertThat(values(recorder)).containsExactly("0");
    assertThat(recorder.compacted).isGreaterThan(recorder.events.getLast().revision());
    assertThat(follower.status().usage().watching()).isEqualTo(new Status.Watching(0, 0, 1, 1));
  }

  @Test
  @DisplayName("without history another member goes on where nothing was missed, and only there")
  void elsewhere() {
    watch(leader, recorder, ALL);
    write("1", "2");
    long told = recorder.events.getLast().revision();
    Recorder next = new Recorder();
    Recorder missed = new Recorder();
    watch(follower, next, from(told + 1));
    watch(follower, missed, from(told));
    write("3");
    assertThat(values(next)).containsExactly("3");
    assertThat(missed.events).isEmpty();
    assertThat(missed.compacted).isEqualTo(told);
  }

  @Test
  @DisplayName("a member that is cut off goes on for those that do not need a leader")
  void leaderless() {
    Recorder needsLeader = new Recorder();
    watch(follower, recorder, ALL);
    watch(
        follower,
        needsLeader,
        new WatchRequest(KeyRange.ALL, 0, false, WatchRequest.Kinds.ALL, true));
    cluster.isolate(2);
    cluster.ticks(30);
    assertThat(needsLeader.ended).isNull();
    assertThat(follower.replica().leadership()).isEqualTo(Leadership.NONE);
    cluster.ticks(150);
    assertThat(needsLeader.ended).isEqualTo(WatchEnd.NO_LEADER);
    assertThat(follower.replica().leadership()).isEqualTo(Leadership.LOST);
    assertThat(recorder.ended).isNull();
    write("1");
    cluster.loseNothing();
    cluster.ticks(100);
    assertThat(values(recorder)).containsExactly("1");
    assertThat(follower.replica().leadership()).isEqualTo(Leadership.LED);
  }

  @Test
  @DisplayName("a member that is removed ends its watches")
  void removed() {
    HandCluster founding = new HandCluster(3, HandCluster.Settings.USUAL.founding());
    founding.ticksUntil(() -> founding.members().stream().anyMatch(HandMember::leads));
    HandMember first = founding.elect(1);
    HandMember second = founding.member(2);
    second.replica().watch(new Watch.Asked(ALL), recorder);
    founding.settle();
    assertThat(recorder.started).isNotNegative();
    List<Outcome> changed = new ArrayList<>();
    first.replica().changeMembership(Membership.of(List.of(1, 3)), changed::add);
    founding.ticks(100);
    HandCluster.assertDone(changed);
    assertThat(second.replica().raft().isRemoved()).isTrue();
    assertThat(recorder.ended).isEqualTo(WatchEnd.REMOVED);
  }

  @Test
  @DisplayName("a member that stops ends its watches, those included that it did not look at")
  void stopped() {
    watch(leader, recorder, ALL);
    Recorder unseen = new Recorder();
    leader.replica().watch(new Watch.Asked(ALL), unseen);
    leader.replica().abandon();
    Recorder late = new Recorder();
    leader.replica().watch(new Watch.Asked(ALL), late);
    assertThat(List.of(recorder, unseen, late)).allMatch(each -> each.ended == WatchEnd.STOPPED);
  }

  @Test
  @DisplayName("where too many requests wait a watch is refused at once")
  void busy() {
    var full =
        new HandCluster(
            1,
            HandCluster.Settings.USUAL.withReplica(
                settings -> settings.withInbox(new InboxLimits(1, 1 << 20, 2, 1 << 20))));
    HandMember alone = full.member(1);
    alone.replica().watch(new Watch.Asked(ALL), recorder);
    Recorder second = new Recorder();
    Watch refused = alone.replica().watch(new Watch.Asked(ALL), second);
    assertThat(second.ended).isEqualTo(WatchEnd.BUSY);
    refused.cancel();
    full.settle();
    assertThat(recorder.started).isNotNegative();
  }
}
