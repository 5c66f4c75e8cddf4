package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static io.jangada.node.HandCluster.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.Membership;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the kinds of reads promise, on three members driven by hand.
class ReadConsistencyTest {
  private static final ReadConsistency HERE = new ReadConsistency.Follower();

  private final HandCluster cluster = new HandCluster(3, HandCluster.Settings.USUAL);

  private HandMember member(int id) {
    return cluster.member(id);
  }

  private List<Outcome> settled(List<Outcome> outcomes) {
    cluster.settle();
    return outcomes;
  }

  private static ReadConsistency stale(long millisMax) {
    return new ReadConsistency.BoundedStale(millisMax);
  }

  private static boolean isQuestion(PeerMessage message) {
    return message instanceof PeerMessage.ReadIndexRequest;
  }

  private static boolean isAnswer(PeerMessage message) {
    return message instanceof PeerMessage.ReadIndexReply;
  }

  @Test
  @DisplayName("a follower serves a read after one question, though it has not heard of the commit")
  void oneQuestion() {
    cluster.elect(1);
    assertDone(settled(member(1).write("k", "v")));
    assertThat(member(2).status().state().applied())
        .isLessThan(member(1).status().state().applied());
    cluster.sent.clear();
    assertThat(found(settled(member(2).read("k", HERE)))).isEqualTo("v");
    assertThat(cluster.sent).hasSize(2);
    assertThat(cluster.count(ReadConsistencyTest::isQuestion)).isEqualTo(1);
    assertThat(cluster.count(ReadConsistencyTest::isAnswer)).isEqualTo(1);
  }

  @Test
  @DisplayName("all that gathered share a question")
  void shared() {
    cluster.elect(1);
    cluster.sent.clear();
    for (int i = 0; i < 100; i++) member(2).read("k", HERE);
    cluster.settle();
    assertThat(cluster.count(ReadConsistencyTest::isQuestion)).isEqualTo(1);
  }

  @Test
  @DisplayName("a follower that is behind waits until it has what was written before")
  void waitsUntilApplied() {
    cluster.elect(1);
    cluster.lose(message -> message.to() == 3 && HandCluster.isAppend(message));
    assertDone(settled(member(1).write("k", "v")));
    List<Outcome> read = settled(member(3).read("k", HERE));
    assertThat(read).isEmpty();
    cluster.loseNothing();
    cluster.ticks(10);
    assertThat(found(read)).isEqualTo("v");
  }

  @Test
  @DisplayName("an answer brings a commit no further than the logs are known to be equal")
  void unequalLogs() {
    cluster.elect(1);
    cluster.isolate(1);
    settled(member(1).write("k", "lost"));
    cluster.elect(2);
    assertDone(settled(member(2).write("k", "kept")));
    assertDone(settled(member(2).write("l", "kept")));
    // The deposed leader hears that there is another, and nothing of its log.
    cluster.lose(message -> message.to() == 1 && HandCluster.bringsEntries(message));
    cluster.ticks(25);
    assertThat(member(1).status().role().leader()).isEqualTo(2);
    List<Outcome> read = settled(member(1).read("k", HERE));
    cluster.ticks(5);
    assertThat(read).isEmpty();
    cluster.loseNothing();
    cluster.ticks(20);
    assertThat(found(read)).isEqualTo("kept");
  }

  @Test
  @DisplayName("a deposed leader that does not know it gives nobody a read index")
  void deposedLeader() {
    cluster.elect(1);
    assertDone(settled(member(1).write("k", "old")));
    cluster.ticks(5);
    // The asker followed the old leader when it asked, and then elected the new one.
    cluster.lose(message -> isQuestion(message) || message.from() == 1 || message.to() == 1);
    List<Outcome> read = settled(member(3).read("k", HERE));
    PeerMessage question = cluster.sent.getLast();
    assertThat(question).matches(ReadConsistencyTest::isQuestion);
    cluster.elect(2);
    assertDone(settled(member(2).write("k", "new")));
    cluster.sent.clear();
    member(1).replica().receive(new PeerMessage.ReadIndexRequest(3, 1, 99, 7));
    member(1).poll();
    assertThat(cluster.sent).as("another term's").noneMatch(ReadConsistencyTest::isAnswer);
    cluster.loseNothing();
    cluster.ticks(60);
    assertThat(found(read)).isEqualTo("new");
  }

  @Test
  @DisplayName("with five members one asker's word is no quorum: the leader takes a round")
  void takesARound() {
    HandCluster five = new HandCluster(5, HandCluster.Settings.USUAL);
    five.elect(1);
    five.lose(message -> message.to() != 1 && HandCluster.isAppend(message));
    List<Outcome> read = five.member(2).read("k", HERE);
    five.settle();
    assertThat(five.count(ReadConsistencyTest::isAnswer)).isZero();
    assertThat(read).isEmpty();
    five.loseNothing();
    five.ticks(10);
    assertDone(read);
  }

  @Test
  @DisplayName("a member that is cut off serves nothing, and says so in time")
  void cutOff() {
    cluster.elect(1);
    assertDone(settled(member(1).write("k", "old")));
    cluster.ticks(10);
    assertThat(found(settled(member(3).read("k", stale(500))))).isEqualTo("old");
    cluster.isolate(3);
    assertDone(settled(member(1).write("k", "new")));
    cluster.ticks(50);
    assertThat(found(settled(member(3).read("k", stale(500))))).isEqualTo("old");
    cluster.ticks(1);
    List<Outcome> tooOld = settled(member(3).read("k", stale(500)));
    List<Outcome> fresh = settled(member(3).read("k", HERE));
    cluster.ticks(99);
    assertThat(tooOld).isEmpty();
    assertThat(fresh).isEmpty();
    cluster.ticks(1);
    assertThat(tooOld).containsExactly(new Outcome.NotLeader(Membership.NONE));
    assertThat(fresh).containsExactly(new Outcome.NotLeader(Membership.NONE));
  }

  @Test
  @DisplayName("a stale read inside its bound costs no message")
  void staleForNothing() {
    cluster.elect(1);
    assertDone(settled(member(1).write("k", "v")));
    assertThat(found(settled(member(2).read("k", stale(100))))).isEqualTo("v");
    cluster.sent.clear();
    for (int i = 0; i < 10; i++)
      assertThat(found(settled(member(2).read("k", stale(100))))).isEqualTo("v");
    assertThat(cluster.sent).isEmpty();
  }

  @Test
  @DisplayName("a leader serves every kind as a linearizable read, with a round")
  void leader() {
    cluster.elect(1);
    assertDone(settled(member(1).write("k", "v")));
    cluster.sent.clear();
    assertThat(found(settled(member(1).read("k", stale(60_000))))).isEqualTo("v");
    assertThat(cluster.count(HandCluster::isAppend)).isEqualTo(2);
    assertThat(found(settled(member(1).read("k", HERE)))).isEqualTo("v");
    assertThat(found(settled(member(1).read("k", new ReadConsistency.Linearizable()))))
        .isEqualTo("v");
    assertThat(cluster.count(ReadConsistencyTest::isQuestion)).isZero();
  }

  @Test
  @DisplayName("who waited for the leader's word is served by a member that comes to lead itself")
  void comesToLead() {
    cluster.elect(1);
    assertDone(settled(member(1).write("k", "v")));
    cluster.isolate(1);
    List<Outcome> read = settled(member(2).read("k", HERE));
    cluster.elect(2);
    assertThat(found(read)).isEqualTo("v");
  }

  @Test
  @DisplayName("a lost question or answer is asked for again")
  void lost() {
    cluster.elect(1);
    assertDone(settled(member(1).write("k", "v")));
    cluster.lose(ReadConsistencyTest::isQuestion);
    List<Outcome> read = settled(member(2).read("k", HERE));
    cluster.ticks(19);
    cluster.lose(ReadConsistencyTest::isAnswer);
    cluster.ticks(20);
    assertThat(read).isEmpty();
    cluster.loseNothing();
    cluster.ticks(2);
    assertThat(found(read)).isEqualTo("v");
  }
}
