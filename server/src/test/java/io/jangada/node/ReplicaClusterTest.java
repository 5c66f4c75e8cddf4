package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static io.jangada.node.HandCluster.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Three members and a network, driven by hand: what a client is told, wherever it asks.
class ReplicaClusterTest {
  private static final Outcome UNKNOWN = new Outcome.Unknown();

  private static final HandCluster.Settings HOLDING =
      HandCluster.Settings.USUAL.withReplica(s -> s.withFollowers(FollowerPolicy.HOLD));

  private HandCluster cluster;

  private void start(HandCluster.Settings settings) {
    cluster = new HandCluster(3, settings);
    cluster.elect(1);
    cluster.sent.clear();
  }

  private void start() {
    start(HandCluster.Settings.USUAL);
  }

  private HandMember member(int id) {
    return cluster.member(id);
  }

  private List<Outcome> settled(List<Outcome> outcomes) {
    cluster.settle();
    return outcomes;
  }

  private static Operation cas(String key, String from, String to) {
    var guard = new Condition.Value(Bytes.utf8(from));
    return new Operation.Write(Bytes.utf8(key), Bytes.utf8(to), 0, guard);
  }

  @Test
  @DisplayName("the leader writes, reads and compares")
  void leader() {
    start();
    assertDone(settled(member(1).write("k", "a")));
    assertThat(found(settled(member(1).read("k")))).isEqualTo("a");
    List<Outcome> swapped = settled(member(1).ask(cas("k", "a", "b")));
    assertThat(swapped)
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            done -> assertThat(done.result()).isInstanceOf(Result.Written.class));
    assertThat(settled(member(1).ask(cas("k", "a", "c"))))
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            done -> assertThat(done.result()).isInstanceOf(Result.Mismatch.class));
    assertThat(found(settled(member(1).read("k")))).isEqualTo("b");
    assertThat(found(settled(member(1).read("other")))).isEqualTo("NotFound[]");
  }

  @Test
  @DisplayName("a write is not answered before a majority's disks have it")
  void majority() {
    start();
    member(2).logStalled = true;
    member(3).logStalled = true;
    List<Outcome> written = settled(member(1).write("k", "a"));
    assertThat(written).isEmpty();
    member(3).logStalled = false;
    assertDone(settled(written));
  }

  @Test
  @DisplayName("a majority's disks are enough where the leader's own is slow")
  void withoutOwnDisk() {
    start();
    member(1).logStalled = true;
    assertDone(settled(member(1).write("k", "a")));
  }

  @Test
  @DisplayName("a follower passes requests on and hands the answers back")
  void forwards() {
    start();
    assertDone(settled(member(2).write("k", "a")));
    assertThat(found(settled(member(3).read("k")))).isEqualTo("a");
    assertThat(settled(member(3).ask(cas("k", "x", "y"))))
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            done -> assertThat(done.result()).isInstanceOf(Result.Mismatch.class));
    assertThat(member(2).status().role().leader()).isEqualTo(1);
  }

  @Test
  @DisplayName("a read that a follower passes on costs two messages: its own word makes a quorum")
  void witness() {
    start();
    assertDone(settled(member(1).write("k", "a")));
    cluster.ticks(1);
    cluster.sent.clear();
    assertThat(found(settled(member(2).read("k")))).isEqualTo("a");
    assertThat(cluster.sent).hasSize(2);
    assertThat(cluster.count(HandCluster::isForward)).isEqualTo(1);
    assertThat(cluster.count(HandCluster::isForwardReply)).isEqualTo(1);
  }

  @Test
  @DisplayName("the leader's own read takes a round, for all that wait together")
  void round() {
    start();
    cluster.lose(HandCluster::isAppend);
    List<List<Outcome>> reads = new ArrayList<>();
    for (int i = 0; i < 10; i++) reads.add(member(1).read("k"));
    cluster.settle();
    assertThat(reads).allMatch(List::isEmpty);
    cluster.loseNothing();
    cluster.ticks(10);
    assertThat(reads).allMatch(outcomes -> outcomes.size() == 1);
  }

  @Test
  @DisplayName("a member that does not pass on names the leader")
  void namesLeader() {
    start(HOLDING);
    assertThat(settled(member(2).write("k", "a"))).containsExactly(new Outcome.NotLeader(1));
    assertThat(settled(member(3).read("k"))).containsExactly(new Outcome.NotLeader(1));
    assertThat(cluster.sent).isEmpty();
  }

  @Test
  @DisplayName("a lost request is sent again; one whose answer was lost is not done twice")
  void onceThoughLost() {
    start();
    assertDone(settled(member(1).write("k", "a")));
    cluster.lose(HandCluster::isForward);
    List<Outcome> swapped = settled(member(2).ask(cas("k", "a", "b")));
    cluster.ticks(19);
    cluster.lose(HandCluster::isForwardReply);
    cluster.ticks(2);
    assertThat(found(settled(member(1).read("k")))).as("it is done").isEqualTo("b");
    assertThat(swapped).as("and nobody knows").isEmpty();
    cluster.loseNothing();
    cluster.ticks(20);
    assertThat(swapped)
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            done -> assertThat(done.result()).isInstanceOf(Result.Written.class));
  }

  @Test
  @DisplayName("a request waits while nobody leads, and is served by whoever does")
  void waitsForLeader() {
    start();
    cluster.isolate(1);
    cluster.ticks(18);
    List<Outcome> written = member(2).write("k", "a");
    cluster.ticks(60);
    assertDone(written);
    int leader = member(2).status().role().leader();
    assertThat(leader).isIn(2, 3);
    assertThat(found(settled(member(leader).read("k")))).isEqualTo("a");
  }

  @Test
  @DisplayName("what was sent to a leader that fell silent goes to its successor, and happens once")
  void successor() {
    start(HandCluster.Settings.USUAL.withReplica(s -> s.withTimes(HandCluster.TICK, 5_000, 4_000)));
    assertDone(settled(member(1).write("k", "a")));
    // The leader takes the request and passes it to the other follower, and is cut off then.
    List<Outcome> swapped = member(2).ask(cas("k", "a", "b"));
    member(2).poll();
    cluster.deliver();
    member(1).poll();
    cluster.lose(message -> message.from() == 1 && message.to() == 2);
    cluster.deliver();
    member(3).poll();
    cluster.isolate(1);
    cluster.ticks(80);
    assertThat(swapped)
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            done -> assertThat(done.result()).isInstanceOf(Result.Written.class));
    HandMember leader = member(member(2).status().role().leader());
    assertThat(found(settled(leader.read("k")))).isEqualTo("b");
  }

  @Test
  @DisplayName(
      "a deposed leader's write: cut, it had no effect; not known to be cut, it is in doubt")
  void deposed() {
    start();
    cluster.isolate(1);
    List<Outcome> cut = settled(member(1).write("k", "lost"));
    cluster.elect(2);
    assertDone(settled(member(2).write("k", "kept")));
    assertThat(cut).isEmpty();
    cluster.loseNothing();
    cluster.ticks(20);
    assertThat(cut).containsExactly(new Outcome.NotLeader(2));

    cluster.isolate(2);
    List<Outcome> doubtful = settled(member(2).write("k", "doubtful"));
    cluster.ticks(99);
    assertThat(doubtful).isEmpty();
    cluster.ticks(1);
    assertThat(doubtful).containsExactly(UNKNOWN);
  }

  @Test
  @DisplayName("a leader that nobody answers cannot read, and does not send its clients to itself")
  void lonelyLeader() {
    start(HandCluster.Settings.USUAL.withReplica(s -> s.withTimes(HandCluster.TICK, 100, 50)));
    cluster.lose(_ -> true);
    List<Outcome> read = settled(member(1).read("k"));
    cluster.ticks(9);
    assertThat(read).isEmpty();
    cluster.ticks(1);
    assertThat(member(1).leads()).isTrue();
    assertThat(read).containsExactly(new Outcome.NotLeader(Membership.NONE));
  }

  @Test
  @DisplayName("a request that a client sends again, anywhere, is done once and answered alike")
  void retriedElsewhere() {
    start();
    assertDone(settled(member(1).write("k", "a")));
    RequestId id = new RequestId.Numbered(Bytes.utf8("client"), 1);
    List<Outcome> first = new ArrayList<>();
    List<Outcome> second = new ArrayList<>();
    member(2).replica().submit(cas("k", "a", "b"), id, first::add);
    cluster.settle();
    member(3).replica().submit(cas("k", "a", "b"), id, second::add);
    cluster.settle();
    assertDone(first);
    assertThat(second).isEqualTo(first);
  }

  @Test
  @DisplayName("large answers go back in several messages")
  void largeAnswers() {
    start();
    String large = "v".repeat(400_000);
    assertDone(settled(member(1).write("k", large)));
    cluster.sent.clear();
    List<List<Outcome>> reads = new ArrayList<>();
    for (int i = 0; i < 10; i++) reads.add(member(2).read("k"));
    cluster.settle();
    for (List<Outcome> read : reads) assertThat(found(read)).isEqualTo(large);
    assertThat(cluster.count(HandCluster::isForward)).isEqualTo(1);
    assertThat(cluster.count(HandCluster::isForwardReply)).isEqualTo(5);
  }

  @Test
  @DisplayName("the lead is handed over when asked, and the request is answered")
  void transfer() {
    start();
    List<Outcome> outcomes = new ArrayList<>();
    member(1).replica().transfer(3, outcomes::add);
    cluster.settle();
    cluster.ticks(2);
    assertDone(outcomes);
    assertThat(member(3).leads()).isTrue();
    assertDone(settled(member(1).write("k", "a")));
    member(1).replica().transfer(2, outcomes::add);
    cluster.settle();
    assertThat(outcomes).last().isEqualTo(new Outcome.NotLeader(3));
  }

  @Test
  @DisplayName("what comes while the lead is handed over is passed on to who leads then")
  void transferUnderLoad() {
    start();
    cluster.lose(message -> message.to() == 3 && HandCluster.bringsEntries(message));
    assertDone(settled(member(1).write("a", "1")));
    member(1).replica().transfer(3, _ -> {});
    List<Outcome> write = settled(member(1).write("k", "v"));
    List<Outcome> elsewhere = settled(member(2).write("l", "w"));
    assertThat(write).isEmpty();
    cluster.loseNothing();
    cluster.ticks(40);
    assertThat(member(3).leads()).isTrue();
    assertDone(write);
    assertDone(elsewhere);
  }

  @Test
  @DisplayName("members go when asked, and the request is answered once that is decided")
  void membership() {
    start();
    List<Outcome> outcomes = new ArrayList<>();
    member(1).replica().changeMembership(Membership.of(1, 2), outcomes::add);
    cluster.settle();
    cluster.ticks(2);
    assertDone(outcomes);
    assertThat(member(2).status().membership()).isEqualTo(Membership.of(1, 2));
    member(2).replica().changeMembership(Membership.of(1, 2, 3), outcomes::add);
    cluster.settle();
    assertThat(outcomes).last().isEqualTo(new Outcome.NotLeader(1));
  }

  @Test
  @DisplayName("a follower stopped for long before it reads its mail is not ahead of its leader")
  void clusterTime() {
    start();
    assertDone(settled(member(1).ask(HandMember.writing("k", "v", 60_000))));
    // Ten seconds pass for everybody after the follower has read its clock; then it hears the
    // leader, whose time is of now.
    Clock usual = cluster.clock;
    cluster.clock =
        () -> {
          long before = usual.nanos();
          cluster.clock = usual;
          cluster.now += 10_000 * HandCluster.MILLI;
          for (int i = 0; i < 10; i++) {
            cluster.now += HandCluster.TICK;
            member(1).poll();
          }
          cluster.deliver();
          return before;
        };
    member(2).poll();
    cluster.settle();
    long leaders = member(1).status().state().clusterTimeMillis();
    assertThat(member(2).status().state().clusterTimeMillis()).isBetween(leaders - 100, leaders);
    cluster.now += 3_000 * HandCluster.MILLI;
    leaders = member(1).status().state().clusterTimeMillis();
    assertThat(member(2).status().state().clusterTimeMillis()).isBetween(leaders - 300, leaders);
  }

  @Test
  @DisplayName("a value ends once, at its time, though the lead changes in between")
  void expiryAcrossLeaders() {
    start();
    assertDone(settled(member(1).ask(HandMember.writing("k", "v", 2_000))));
    cluster.ticks(100);
    cluster.elect(2);
    cluster.ticks(80);
    assertThat(found(settled(member(2).read("k")))).isEqualTo("v");
    cluster.ticks(40);
    assertThat(found(settled(member(2).read("k")))).isEqualTo("NotFound[]");
    assertThat(member(3).replica().kv().digest()).isEqualTo(member(2).replica().kv().digest());
  }

  @Test
  @DisplayName("what falls due is proposed once, though it takes long to commit")
  void expiryProposedOnce() {
    start();
    assertDone(settled(member(1).ask(HandMember.writing("k", "v", 100))));
    long last = member(1).status().log().last().index();
    member(2).logStalled = true;
    member(3).logStalled = true;
    cluster.ticks(25);
    assertThat(member(1).status().log().last().index()).isEqualTo(last + 1);
    assertThat(found(settled(member(1).read("k")))).as("late, but never early").isEqualTo("v");
    member(3).logStalled = false;
    cluster.ticks(1);
    assertThat(found(settled(member(1).read("k")))).isEqualTo("NotFound[]");
  }
}
