package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Linearizable reads without a log entry (§8, thesis §6.4).
class ReadsTest {
  private static final UnaryOperator<RaftConfig> LEASE = config -> config.withLeaseTicks(8);

  private static List<Long> rounds(List<Message> said) {
    return said.stream().map(m -> ((Message.AppendEntries) m).round()).toList();
  }

  @Test
  @DisplayName("§8 A new leader commits a no-op first, and answers no read before")
  void noOpFirst() {
    Solo solo = Solo.withLog(1, 1);
    solo.lead();
    assertThat(solo.node().inspect().entryAt(3).kind()).isEqualTo(Entry.Kind.NO_OP);
    long read = solo.cluster.read(1);
    assertThat(solo.hear(accepted(2, 2, 2, 0))).as("no round either").isEmpty();
    solo.hear(accepted(2, 2, 3));
    solo.hear(accepted(2, 2, 3, 1));
    assertThat(solo.member().reads).containsExactly(read);
  }

  @Test
  @DisplayName("thesis §6.4 The leader makes sure that it has not been superseded, by a round")
  void asksAQuorum() {
    Solo solo = Solo.leading();
    long read = solo.cluster.read(1);
    assertThat(rounds(solo.said())).containsExactly(1L, 1L);
    solo.hear(accepted(2, 1, 1, 0));
    assertThat(solo.member().reads).as("an answer to something earlier").isEmpty();
    solo.hear(accepted(3, 1, 1, 1));
    assertThat(solo.member().reads).containsExactly(read);
  }

  @Test
  @DisplayName("thesis §6.4 A read sees all that was committed when it was asked for")
  void seesWhatWasCommitted() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(4);
    cluster.propose(1, "a");
    cluster.settle();
    long read = cluster.read(1);
    cluster.propose(1, "b");
    cluster.settle();
    assertThat(cluster.member(1).reads).containsExactly(read);
    assertThat(cluster.member(1).state).startsWith("a");
  }

  @Test
  @DisplayName("thesis §6.4 It waits until its state machine has applied that")
  void waitsForApplied() {
    Solo solo = new Solo(config -> config.withLimits(TestLimits.usual().applyBytesMax(1).get()));
    solo.lead();
    for (int i = 0; i < 5; i++) solo.cluster.propose(1, "a" + i);
    solo.hear(accepted(2, 1, 6));
    assertThat(solo.member().applied).as("handed out one by one, all in the end").isEqualTo(6);
    RaftNode node = solo.node();
    node.step(new Input.Propose(90, Bytes.utf8("x")));
    node.step(new Input.Propose(91, Bytes.utf8("y")));
    Persist persist = node.advance().disk().persist();
    node.step(new Input.Receive(accepted(2, 1, 8)));
    node.step(new Input.Receive(accepted(3, 1, 8)));
    node.step(new Input.Read(99, 2));
    assertThat(persist.entries()).hasSize(2);
    Ready first = node.advance();
    assertThat(first.apply().committed()).hasSize(1);
    assertThat(first.apply().reads()).isEmpty();
    assertThat(node.hasMore()).isTrue();
    Ready second = node.advance();
    assertThat(second.apply().committed()).hasSize(1);
    assertThat(second.apply().reads()).containsExactly(99L);
  }

  @Test
  @DisplayName("thesis §6.4 One round serves all reads that wait, one round at a time")
  void oneRoundForAll() {
    Solo solo = Solo.leading();
    long first = solo.cluster.read(1);
    assertThat(rounds(solo.said())).containsExactly(1L, 1L);
    for (int i = 0; i < 9; i++) solo.cluster.read(1);
    assertThat(solo.said()).as("the others wait for the next round").isEmpty();
    assertThat(rounds(solo.hear(accepted(2, 1, 1, 1)))).containsExactly(2L, 2L);
    assertThat(solo.member().reads).containsExactly(first);
    solo.hear(accepted(2, 1, 1, 2));
    assertThat(solo.member().reads).hasSize(10);
  }

  /// A follower of member 2 in term 3, whose log holds 1/1 2/1 3/3 and equals the leader's up to 2.
  private static Solo following() {
    Solo solo = Solo.withLog(1, 1, 3);
    solo.hear(Solo.leader(2, 3).append(Solo.at(2, 1), 0));
    return solo;
  }

  private static long commitAfter(Solo solo, int leader, long term, long index) {
    solo.cluster.step(1, new Input.Committed(leader, term, index));
    return solo.node().commit();
  }

  @Test
  @DisplayName("thesis §6.4 A follower learns from its leader's read index what is committed")
  void committed() {
    Solo solo = following();
    assertThat(commitAfter(solo, 2, 3, 1)).isEqualTo(1);
    assertThat(commitAfter(solo, 2, 3, 0)).as("it never goes back").isEqualTo(1);
    assertThat(commitAfter(solo, 2, 3, 3)).as("no further than the logs are equal").isEqualTo(2);
    solo.hear(Solo.leader(2, 3).append(Solo.at(2, 1), 0, Solo.entry(3, 3)));
    assertThat(commitAfter(solo, 2, 3, 9)).isEqualTo(3);
  }

  @Test
  @DisplayName("What is committed counts from the leader of this term alone, and not for a leader")
  void committedElsewhere() {
    assertThat(commitAfter(following(), 3, 3, 2)).as("another member").isZero();
    assertThat(commitAfter(following(), 2, 2, 2)).as("an earlier term").isZero();
    Solo leader = new Solo();
    leader.lead();
    assertThat(commitAfter(leader, 1, leader.node().term(), 1)).isZero();
  }

  @Test
  @DisplayName("A round that gets no answer is asked again with the heartbeats")
  void lostRounds() {
    Solo solo = Solo.leading();
    long read = solo.cluster.read(1);
    solo.said();
    assertThat(rounds(solo.tick(3))).containsExactly(1L, 1L);
    solo.hear(accepted(3, 1, 1, 1));
    assertThat(solo.member().reads).containsExactly(read);
  }

  @Test
  @DisplayName("A late answer to an earlier round does not serve a later read (etcd, retried read)")
  void roundsAreNeverReused() {
    Solo solo = Solo.leading();
    solo.cluster.read(1);
    solo.hear(accepted(2, 1, 1, 1));
    long second = solo.cluster.read(1);
    assertThat(rounds(solo.said())).containsExactly(2L, 2L);
    solo.hear(accepted(2, 1, 1, 1));
    solo.hear(accepted(3, 1, 1, 1));
    assertThat(solo.member().reads).doesNotContain(second);
    solo.hear(accepted(3, 1, 1, 2));
    assertThat(solo.member().reads).contains(second);
  }

  @Test
  @DisplayName("A refusal acknowledges that its sender still leads, as an acceptance does")
  void refusalsAnswerRounds() {
    Solo solo = Solo.leading();
    long read = solo.cluster.read(1);
    solo.hear(new Message.AppendEntriesReply(2, 1, 1, false, 1, EntryId.ZERO, 1, Incarnation.NONE));
    assertThat(solo.member().reads).containsExactly(read);
  }

  @Test
  @DisplayName("A leader that is deposed drops the reads that wait")
  void deposedDropsReads() {
    Solo solo = Solo.leading();
    long open = solo.cluster.read(1);
    long gathering = solo.cluster.read(1);
    solo.hear(accepted(2, 2, 1));
    assertThat(solo.member().dropped)
        .containsEntry(open, Ready.Reason.NOT_LEADER)
        .containsEntry(gathering, Ready.Reason.NOT_LEADER);
  }

  @Test
  @DisplayName("Reads that wait are bounded; beyond, a read is told to come later")
  void readsAreBounded() {
    Solo solo = Solo.leading(config -> config.withLimits(TestLimits.usual().readsMax(3).get()));
    for (int i = 0; i < 3; i++) solo.cluster.read(1);
    long fourth = solo.cluster.read(1);
    assertThat(solo.member().dropped).containsEntry(fourth, Ready.Reason.BUSY);
    solo.hear(accepted(2, 1, 1, 1));
    solo.hear(accepted(2, 1, 1, 2));
    assertThat(solo.member().reads).hasSize(3);
    long fifth = solo.cluster.read(1);
    solo.hear(accepted(2, 1, 1, 3));
    assertThat(solo.member().reads).hasSize(4).contains(fifth);
  }

  @Test
  @DisplayName("A learner's answers do not count for a round")
  void learnersDoNotConfirm() {
    RaftCluster cluster = new RaftCluster(3);
    cluster.add(RaftCluster.configOf(4, List.of(1)), new Dice());
    cluster.add(RaftCluster.configOf(5, List.of(1)), new Dice());
    cluster.start().elect(1);
    cluster.run(4);
    cluster.change(1, new Membership(List.of(1, 2, 3), List.of(), List.of(4, 5), List.of()));
    cluster.run(8);
    cluster.crash(2);
    cluster.crash(3);
    long read = cluster.read(1);
    cluster.run(6);
    assertThat(cluster.member(1).reads).isEmpty();
    assertThat(cluster.node(1).isLeader()).isTrue();
    cluster.restart(2);
    cluster.run(6);
    assertThat(cluster.member(1).reads).as("a voter's does").containsExactly(read);
  }

  @Test
  @DisplayName("One member alone answers at once, and after its no-op what came before")
  void oneMember() {
    RaftCluster cluster = new RaftCluster(1).start();
    cluster.member(1).disk.automatic = false;
    cluster.timeOut(1);
    cluster.sync(1);
    assertThat(cluster.node(1).isLeader()).isTrue();
    long early = cluster.read(1);
    assertThat(cluster.member(1).reads).as("the no-op is not durable").isEmpty();
    cluster.sync(1);
    assertThat(cluster.member(1).reads).containsExactly(early);
    long later = cluster.read(1);
    assertThat(cluster.member(1).reads).containsExactly(early, later);
  }

  @Test
  @DisplayName("A witness that still follows counts as one acknowledgement: of three it is enough")
  void witness() {
    Solo solo = Solo.leading();
    long read = solo.cluster.read(1, 3);
    assertThat(solo.member().reads).containsExactly(read);
    assertThat(solo.said()).as("and costs no message").isEmpty();
    solo.cluster.read(1, 9);
    assertThat(solo.member().reads).as("a stranger proves nothing").containsExactly(read);
    RaftCluster five = new RaftCluster(5).start();
    five.elect(1);
    five.settle();
    long ofFive = five.read(1, 3);
    assertThat(five.member(1).reads).doesNotContain(ofFive);
    five.settle();
    assertThat(five.member(1).reads).contains(ofFive);
  }

  @Test
  @DisplayName("thesis §6.4.1 With a lease, reads need no round while a quorum was heard lately")
  void lease() {
    Solo solo = new Solo(LEASE);
    solo.lead();
    solo.hear(accepted(2, 1, 1, 1));
    long read = solo.cluster.read(1);
    assertThat(solo.member().reads).containsExactly(read);
    solo.tick(8);
    long late = solo.cluster.read(1);
    assertServedByRound(solo, late);
  }

  /// The read is not answered without a round, and is once a peer has answered one.
  private static void assertServedByRound(Solo solo, long read) {
    assertThat(solo.member().reads).as("without a round").doesNotContain(read);
    List<Long> rounds = rounds(solo.said());
    assertThat(rounds).isNotEmpty();
    solo.hear(accepted(2, 1, 1, rounds.getLast()));
    assertThat(solo.member().reads).as("after a round").contains(read);
  }

  @Test
  @DisplayName("thesis §6.4.1 The lease counts from when the quorum was asked, not from its answer")
  void leaseCountsFromTheQuestion() {
    Solo solo = new Solo(LEASE);
    solo.lead();
    solo.tick(7);
    solo.hear(accepted(2, 1, 1, 1));
    long first = solo.cluster.read(1);
    assertThat(solo.member().reads).containsExactly(first);
    solo.tick(1);
    long second = solo.cluster.read(1);
    assertServedByRound(solo, second);
  }

  @Test
  @DisplayName("A paused leader's lease is over: it counts all the time that went by")
  void pausedLeader() {
    Solo solo = new Solo(LEASE);
    solo.lead();
    solo.hear(accepted(2, 1, 1, 1));
    solo.cluster.step(1, new Input.Tick(500));
    long read = solo.cluster.read(1);
    assertServedByRound(solo, read);
  }

  @Test
  @DisplayName("thesis §6.4.1 A leader that told another to stand gives its lease up")
  void transferEndsTheLease() {
    Solo solo = new Solo(LEASE);
    solo.lead();
    solo.hear(accepted(2, 1, 1, 1));
    solo.cluster.transfer(1, 2);
    assertThat(solo.said()).containsExactly(new Message.TimeoutNow(1, 2, 1));
    long read = solo.cluster.read(1);
    assertServedByRound(solo, read);
  }

  @Test
  @DisplayName("Without the option there is no lease")
  void noLeaseByDefault() {
    Solo solo = Solo.leading();
    long read = solo.cluster.read(1);
    assertServedByRound(solo, read);
  }

  @Test
  @DisplayName("A refusal of an old term's message answers no round of the new term (seed 98)")
  void roundsOfAnOldTerm() {
    Solo solo = Solo.withLog(1, 1);
    solo.hear(Solo.askVote(3, 2, Solo.at(2, 1)));
    Message late = new Message.AppendEntries(3, 1, 1, Solo.at(2, 1), List.of(), 0, 57);
    assertThat(solo.hear(late))
        .singleElement()
        .isEqualTo(
            new Message.AppendEntriesReply(1, 3, 2, false, 0, EntryId.ZERO, 0, Incarnation.NONE));
  }
}
