package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static io.jangada.node.HandCluster.assertDoneInOrder;
import static io.jangada.node.HandCluster.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The only member of its cluster, driven by hand.
class ReplicaAloneTest {
  private static final Outcome UNKNOWN = new Outcome.Unknown();
  private static final Outcome FULL = new Outcome.Busy("the disk is full");

  private HandCluster cluster;
  private HandMember alone;

  private void start(HandCluster.Settings settings) {
    cluster = new HandCluster(1, settings);
    alone = cluster.elect(1);
  }

  private void start() {
    start(HandCluster.Settings.USUAL);
  }

  private void write(String key, int times) {
    for (int i = 0; i < times; i++) {
      List<Outcome> written = alone.write(key, "value " + i);
      cluster.settle();
      assertDone(written);
    }
  }

  private List<Outcome> snapshot() {
    List<Outcome> outcomes = new ArrayList<>();
    alone.replica().takeSnapshot(outcomes::add);
    alone.poll();
    return outcomes;
  }

  @Test
  @DisplayName("a write is not answered before the disk has it, even where nobody else is asked")
  void durableFirst() {
    start();
    alone.logStalled = true;
    List<Outcome> written = alone.write("k", "v");
    List<Outcome> read = alone.read("k");
    cluster.settle();
    assertThat(written).isEmpty();
    assertThat(found(read)).as("nor is it read").isEqualTo("NotFound[]");

    alone.logStalled = false;
    cluster.settle();
    assertDone(written);
    assertThat(found(asked(alone.read("k")))).isEqualTo("v");
  }

  private List<Outcome> asked(List<Outcome> outcomes) {
    cluster.settle();
    return outcomes;
  }

  @Test
  @DisplayName("who finds the inbox full is told at once; a question about the state gets through")
  void fullInbox() {
    start(
        HandCluster.Settings.USUAL.withReplica(
            settings -> settings.withInbox(new InboxLimits(2, 1 << 20, 2, 1 << 20))));
    List<Outcome> first = alone.write("k", "1");
    List<Outcome> second = alone.write("k", "2");
    assertThat(alone.write("k", "3")).singleElement().isInstanceOf(Outcome.Busy.class);
    assertThat(alone.status().role().name()).isEqualTo("leader");
    cluster.settle();
    assertDone(first);
    assertDone(second);
    assertDone(asked(alone.write("k", "3")));
  }

  @Test
  @DisplayName(
      "a full disk refuses writes and answers reads, for however long, and heals by itself")
  void fullDisk() {
    start(HandCluster.Settings.USUAL.withReplica(s -> s.withTimes(HandCluster.TICK, 60_000, 200)));
    write("k", 1);
    alone.fill("log");
    List<Outcome> caught = alone.write("k", "caught by it");
    cluster.settle();
    cluster.ticks(300);

    assertThat(asked(alone.write("k", "refused"))).containsExactly(FULL);
    assertThat(found(asked(alone.read("k")))).isEqualTo("value 0");
    assertThat(caught).isEmpty();
    long last = alone.status().log().last().index();

    alone.fill("none");
    cluster.settle();
    cluster.ticks(1);
    assertDone(caught);
    assertDone(asked(alone.write("k", "after")));
    assertThat(alone.status().log().last().index()).as("nothing else got in").isEqualTo(last + 1);
  }

  @Test
  @DisplayName("while nobody leads because the disk is full, a write is refused and does not hang")
  void fullDiskWithoutLeader() {
    cluster = new HandCluster(1, HandCluster.Settings.USUAL);
    alone = cluster.member(1);
    alone.fill("log");
    cluster.ticks(100);
    assertThat(alone.leads()).isFalse();
    assertThat(asked(alone.write("k", "v"))).containsExactly(FULL);
    alone.fill("none");
    cluster.ticks(100);
    assertDone(asked(alone.write("k", "v")));
  }

  /// Writes to as many keys, of 500 bytes each.
  private List<List<Outcome>> burst(int writes) {
    List<List<Outcome>> asked = new ArrayList<>();
    for (int i = 0; i < writes; i++) {
      asked.add(alone.write("k" + i, "x".repeat(500)));
      alone.poll();
    }
    return asked;
  }

  @Test
  @DisplayName("a disk that is far behind slows writers down and breaks nothing")
  void diskBehind() {
    start(HandCluster.Settings.USUAL.withLogQueue(10_000));
    alone.logStalled = true;
    List<List<Outcome>> asked = burst(200);
    assertThat(alone.status().log().last().index()).as("in the log").isBetween(10L, 50L);
    assertThat(asked).allMatch(List::isEmpty);
    assertThat(found(asked(alone.read("k1")))).isEqualTo("NotFound[]");

    alone.logStalled = false;
    cluster.settle();
    assertDoneInOrder(asked);
    assertThat(alone.replica().kv().size()).isEqualTo(200);
    assertDone(asked(alone.write("k", "again")));
  }

  @Test
  @DisplayName("a command that comes just when there is room again overtakes none that waits")
  void noOvertaking() {
    start(HandCluster.Settings.USUAL.withLogQueue(10_000));
    alone.logStalled = true;
    List<List<Outcome>> asked = burst(50);
    alone.logStalled = false;
    for (int i = 0; i < 10; i++) {
      alone.work();
      asked.add(alone.write("later" + i, "x".repeat(500)));
      alone.replica().poll();
    }
    cluster.settle();
    assertDoneInOrder(asked);
  }

  @Test
  @DisplayName("commands that wait for room are refused when the disk turns out to be full")
  void fullWhileWaiting() {
    start(HandCluster.Settings.USUAL.withLogQueue(10_000));
    alone.fill("log");
    List<List<Outcome>> asked = burst(50);
    assertThat(asked).allMatch(List::isEmpty);
    cluster.settle();
    cluster.ticks(1);
    List<List<Outcome>> answered = asked.stream().filter(each -> !each.isEmpty()).toList();
    assertThat(answered).hasSizeBetween(20, 45).allMatch(List.of(FULL)::equals);
    alone.fill("none");
    cluster.settle();
    cluster.ticks(1);
    assertThat(asked).allMatch(each -> each.size() == 1);
  }

  @Test
  @DisplayName("keys and values that are too long are refused before they are proposed")
  void tooLong() {
    start();
    long last = alone.status().log().last().index();
    Result keyTooLong = new Result.Refused(Result.Reason.KEY_TOO_LONG);
    Result valueTooLong = new Result.Refused(Result.Reason.VALUE_TOO_LONG);
    String longest = "k".repeat(1 << 10);
    String tooLong = "v".repeat((1 << 20) + 1);
    assertThat(asked(alone.write(longest + "k", "v")))
        .containsExactly(new Outcome.Done(keyTooLong));
    assertThat(asked(alone.read(longest + "k"))).containsExactly(new Outcome.Done(keyTooLong));
    assertThat(asked(alone.write("k", tooLong))).containsExactly(new Outcome.Done(valueTooLong));
    var guard = new Condition.Value(Bytes.utf8(tooLong));
    assertThat(asked(alone.ask(new Operation.Delete(Bytes.utf8("k"), guard))))
        .containsExactly(new Outcome.Done(valueTooLong));
    assertThat(alone.status().log().last().index()).isEqualTo(last);
    assertDone(asked(alone.write(longest, "v")));
  }

  @Test
  @DisplayName("a replica that stops leaves nobody waiting: in the log in doubt, unseen no effect")
  void abandon() {
    start();
    alone.logStalled = true;
    List<Outcome> placed = alone.write("k", "placed");
    alone.poll();
    List<Outcome> unseen = alone.write("k", "unseen");
    alone.replica().abandon();
    assertThat(placed).containsExactly(UNKNOWN);
    assertThat(unseen).containsExactly(new Outcome.NotLeader(Membership.NONE));
    assertThat(alone.write("k", "late")).containsExactly(new Outcome.NotLeader(Membership.NONE));
    assertThat(alone.replica().status(_ -> {})).isFalse();
  }

  @Test
  @DisplayName("when the replica breaks over one thing, what came with it is still answered")
  void brokenInTheMiddle() {
    start();
    List<Outcome> before = alone.write("k", "before");
    alone.replica().diskFailed(new IOException("it burned"));
    List<Outcome> after = alone.write("k", "after");
    assertThatThrownBy(alone.replica()::poll).hasMessageContaining("it burned");
    alone.replica().abandon();
    assertThat(before).containsExactly(UNKNOWN);
    assertThat(after).containsExactly(new Outcome.NotLeader(Membership.NONE));
  }

  @Test
  @DisplayName("a value ends by an entry of the log, not before its time and not long after")
  void expiry() {
    start();
    List<Outcome> written = alone.ask(HandMember.writing("k", "short", 200));
    cluster.settle();
    assertDone(written);
    long last = alone.status().log().last().index();
    cluster.ticks(19);
    assertThat(found(asked(alone.read("k")))).isEqualTo("short");
    assertThat(alone.status().log().last().index()).as("no entry without a cause").isEqualTo(last);

    cluster.ticks(2);
    assertThat(found(asked(alone.read("k")))).isEqualTo("NotFound[]");
    cluster.ticks(50);
    assertThat(alone.status().log().last().index()).as("one entry is enough").isEqualTo(last + 1);
  }

  @Test
  @DisplayName("a value that is written after a pause in the middle of a cycle lasts its full time")
  void expiryAfterPause() {
    start();
    Clock usual = cluster.clock;
    List<Outcome> written = new ArrayList<>();
    // The process stops for ten seconds when it has just read its clock. The write comes right
    // after, and must not be taken for ten seconds old.
    cluster.clock =
        () -> {
          long before = usual.nanos();
          cluster.clock = usual;
          cluster.now += 10_000 * HandCluster.MILLI;
          alone.replica().submit(HandMember.writing("k", "v", 5_000), null, written::add);
          return before;
        };
    alone.poll();
    cluster.settle();
    assertDone(written);
    cluster.ticks(100);
    assertThat(found(asked(alone.read("k")))).isEqualTo("v");
    cluster.ticks(410);
    assertThat(found(asked(alone.read("k")))).isEqualTo("NotFound[]");
  }

  @Test
  @DisplayName("a snapshot is taken when asked for, if there is anything new")
  void snapshotOnRequest() {
    start();
    write("k", 3);
    long applied = alone.status().state().applied();
    assertThat(snapshot()).containsExactly(new Outcome.Done(new Result.Written(applied)));
    assertThat(snapshot()).singleElement().isInstanceOf(Outcome.Busy.class);
    cluster.settle();
    assertThat(alone.status().log().snapshot().index()).isEqualTo(applied);
    assertThat(snapshot()).singleElement().isInstanceOf(Outcome.Refused.class);
    write("k", 1);
    assertDone(snapshot());
    cluster.settle();
    assertThat(alone.status().log().snapshot().index()).isEqualTo(applied + 1);
  }

  @Test
  @DisplayName("a snapshot is taken whenever so many bytes were applied since the last")
  void snapshotByBytes() {
    start(HandCluster.Settings.USUAL.withReplica(settings -> settings.withSnapshotBytes(1_000)));
    write("k", 5);
    cluster.ticks(1);
    assertThat(alone.status().log().snapshot()).isEqualTo(EntryId.ZERO);
    write("k", 10);
    cluster.ticks(1);
    long first = alone.status().log().snapshot().index();
    assertThat(first).isPositive();
    cluster.ticks(10);
    assertThat(alone.status().log().snapshot().index()).as("none without news").isEqualTo(first);
    write("k", 15);
    cluster.ticks(1);
    assertThat(alone.status().log().snapshot().index()).isGreaterThan(first);
  }

  @Test
  @DisplayName("a snapshot that failed is tried again, though nothing more can be applied")
  void snapshotAgain() {
    start(HandCluster.Settings.USUAL.withReplica(settings -> settings.withSnapshotBytes(1_000)));
    alone.fill("tmp");
    write("k", 30);
    cluster.ticks(5);
    alone.fill("none");
    cluster.ticks(50);
    assertThat(alone.status().log().snapshot()).as("not at once").isEqualTo(EntryId.ZERO);
    cluster.ticks(60);
    assertThat(alone.status().log().snapshot()).isNotEqualTo(EntryId.ZERO);
  }

  @Test
  @DisplayName("the next life finds what was answered, from snapshot and log")
  void nextLife() {
    start();
    write("old", 3);
    assertDone(snapshot());
    cluster.settle();
    write("new", 2);
    alone.replica().abandon();

    alone.begin();
    cluster.elect(1);
    assertThat(found(asked(alone.read("old")))).isEqualTo("value 2");
    assertThat(found(asked(alone.read("new")))).isEqualTo("value 1");
  }

  @Test
  @DisplayName("changes and transfers that make no sense are refused, others answered")
  void administration() {
    start();
    List<Outcome> outcomes = new ArrayList<>();
    alone.replica().transfer(2, outcomes::add);
    alone.replica().changeMembership(Membership.of(1), outcomes::add);
    cluster.settle();
    assertThat(outcomes).hasSize(2).allMatch(Outcome.Refused.class::isInstance);

    outcomes.clear();
    alone.logStalled = true;
    Membership learner = new Membership(List.of(1), List.of(), List.of(7), List.of());
    alone.replica().changeMembership(learner, outcomes::add);
    alone.replica().changeMembership(Membership.of(1, 2), outcomes::add);
    cluster.lose(_ -> true);
    alone.poll();
    assertThat(outcomes).singleElement().isInstanceOf(Outcome.Busy.class);
    outcomes.clear();
    alone.logStalled = false;
    cluster.settle();
    assertDone(outcomes);
    assertThat(alone.status().membership()).isEqualTo(learner);
  }
}
