package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static io.jangada.raft.Solo.askPreVote;
import static io.jangada.raft.Solo.askVote;
import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.isGranted;
import static io.jangada.raft.Solo.leader;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Pre-vote (thesis §9.6), check-quorum (§6.2), stickiness (§4.2.3) and priorities: what keeps a
/// leader that works, and ends one that does not.
class ElectionSafeguardsTest {
  private static Message preVote(int from, long term, boolean granted) {
    return new Message.RequestVoteReply(from, 1, term, granted, true);
  }

  @Test
  @DisplayName("thesis §9.6 A candidate first asks whether it would win, in the term it would use")
  void asksFirst() {
    Solo solo = Solo.withLog(3, 4);
    assertThat(solo.tick(20))
        .containsExactly(
            new Message.RequestVote(1, 2, 5, at(2, 4), true, false),
            new Message.RequestVote(1, 3, 5, at(2, 4), true, false));
    assertThat(solo.node().term()).as("nothing changed yet").isEqualTo(4);
  }

  @Test
  @DisplayName("A follower whose leader is gone asks sooner, and may win as soon as others agree")
  void leaderGone() {
    Solo solo = new Solo();
    solo.hear(leader(2, 1).append(EntryId.ZERO, 0));
    solo.gone(3);
    assertThat(solo.tick(8)).as("nobody asked for a peer that does not lead").isEmpty();
    solo.hear(leader(2, 1).append(EntryId.ZERO, 0));
    assertThat(isGranted(solo.hear(askPreVote(3, 2, at(9, 1))))).isFalse();
    solo.gone(2);
    assertThat(isGranted(solo.hear(askPreVote(3, 2, at(9, 1))))).isTrue();
    assertThat(solo.tick(3)).hasSize(2).allMatch(Message.RequestVote.class::isInstance);
    assertThat(solo.node().term()).as("it only asks").isEqualTo(1);
  }

  @Test
  @DisplayName("Where leases are in use, a connection that broke is no reason to ask sooner")
  void leaderGoneUnderLease() {
    Solo solo = new Solo(config -> config.withLeaseTicks(8));
    solo.hear(leader(2, 1).append(EntryId.ZERO, 0));
    solo.gone(2);
    assertThat(isGranted(solo.hear(askPreVote(3, 2, at(9, 1))))).isFalse();
    assertThat(solo.tick(9)).isEmpty();
  }

  @Test
  @DisplayName("thesis §9.6 It increments its term only when a majority would vote for it")
  void standsOnlyWithAMajority() {
    Solo solo = Solo.withLog(3, 4);
    solo.tick(20);
    solo.hear(preVote(2, 4, false));
    assertThat(solo.node().term()).isEqualTo(4);
    solo.hear(preVote(3, 4, false));
    assertThat(solo.node().roleName()).as("it cannot win any more").isEqualTo("follower");
    for (int i = 0; i < 20; i++) solo.tick(20);
    assertThat(solo.node().term()).as("cut off, it asks for ever in vain").isEqualTo(4);
    solo.hear(preVote(3, 5, true));
    assertThat(solo.node().term()).isEqualTo(5);
  }

  @Test
  @DisplayName(
      "thesis §9.6 A pre-vote changes neither the voter's term nor its vote, nor its clock")
  void preVoteChangesNothing() {
    Solo solo = Solo.withLog(2);
    solo.tick(19);
    assertThat(isGranted(solo.hear(askPreVote(2, 9, at(1, 2))))).isTrue();
    assertThat(isGranted(solo.hear(askPreVote(3, 9, at(1, 2))))).as("to several").isTrue();
    assertThat(solo.member().disk.hard).isEqualTo(new HardState(2, Membership.NONE));
    solo.tick(1);
    assertThat(solo.node().roleName()).isEqualTo("pre-candidate");
  }

  @Test
  @DisplayName(
      "thesis §9.6 It is refused to a shorter log, to a term not later, and under a leader")
  void preVoteRefusals() {
    Solo solo = Solo.withLog(2, 2);
    assertThat(isGranted(solo.hear(askPreVote(2, 3, at(1, 2))))).as("shorter log").isFalse();
    assertThat(isGranted(solo.hear(askPreVote(2, 2, at(2, 2))))).as("same term").isFalse();
    assertThat(isGranted(solo.hear(askPreVote(2, 3, at(2, 2))))).isTrue();
    solo.hear(leader(3, 2).append(at(2, 2), 0));
    assertThat(isGranted(solo.hear(askPreVote(2, 3, at(2, 2))))).as("leader heard").isFalse();
    solo.tick(10);
    assertThat(isGranted(solo.hear(askPreVote(2, 3, at(2, 2))))).as("not any more").isTrue();
  }

  @Test
  @DisplayName("thesis §9.6 A refusal tells the voter's term, so that a late candidate catches up")
  void refusalTeachesTheTerm() {
    Solo solo = Solo.withLog(2);
    solo.tick(20);
    solo.hear(preVote(2, 8, false));
    assertThat(solo.node().term()).isEqualTo(8);
    assertThat(solo.node().roleName()).isEqualTo("follower");
  }

  @Test
  @DisplayName("thesis §9.6 Late pre-votes are not votes, and late votes are not pre-votes")
  void preVotesAndVotesDoNotMix() {
    Solo solo = new Solo();
    solo.tick(20);
    solo.hear(Solo.vote(2, 0, true));
    assertThat(solo.node().roleName()).isEqualTo("pre-candidate");
    solo.hear(preVote(2, 1, true));
    solo.hear(preVote(3, 1, true));
    assertThat(solo.node().roleName()).isEqualTo("candidate");
  }

  @Test
  @DisplayName("thesis §6.2 A leader steps down when a timeout goes by without hearing a quorum")
  void checkQuorum() {
    Solo solo = Solo.leading();
    for (int i = 0; i < 10; i++) {
      solo.tick(20);
      assertThat(solo.node().isLeader()).isTrue();
      solo.hear(accepted(2 + i % 2, 1, 1));
    }
    solo.tick(21);
    assertThat(solo.node().roleName()).isEqualTo("follower");
    assertThat(solo.member().events)
        .contains(new RaftEvent.SteppedDown(1, RaftEvent.Cause.LOST_QUORUM));
  }

  @Test
  @DisplayName(
      "§6 A leader that has its quorum does not look at requests for votes, but on transfer")
  void leadersAreSticky() {
    Solo solo = Solo.leading();
    assertThat(solo.hear(askVote(2, 9, at(9, 1)))).isEmpty();
    assertThat(solo.node().isLeader()).isTrue();
    solo.hear(new Message.RequestVote(2, 1, 9, at(9, 1), false, true));
    assertThat(solo.node().roleName()).isEqualTo("follower");
  }

  @Test
  @DisplayName("A member that has seen a later term brings the leader there, and is not stuck")
  void memberWithALaterTerm() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(4);
    cluster.isolate(3);
    // It got votes once, in a term of which nobody else knows.
    cluster.step(3, new Input.Receive(new Message.TimeoutNow(1, 3, 1)));
    cluster.step(3, new Input.Receive(new Message.TimeoutNow(1, 3, 2)));
    assertThat(cluster.node(3).term()).isEqualTo(3);
    cluster.pool.clear();
    cluster.heal();
    cluster.run(100);
    assertThat(cluster.node(3).leader()).isEqualTo(cluster.leader());
    assertThat(cluster.node(cluster.leader()).term()).isGreaterThan(3);
    cluster.propose(cluster.leader(), "a");
    cluster.run(4);
    assertThat(cluster.member(3).state).containsExactly("a");
  }

  @Test
  @DisplayName("With leases, a leader that was heard is not betrayed for having been forgotten")
  void promisesOutliveATerm() {
    Solo solo = new Solo(config -> config.withLeaseTicks(8));
    solo.tick(10);
    solo.hear(leader(2, 1).append(at(0, 0), 0));
    solo.hear(Solo.vote(3, 2, false));
    assertThat(solo.node().leader()).as("the leader is forgotten").isEqualTo(Membership.NONE);
    assertThat(solo.hear(askVote(3, 3, at(0, 0)))).isEmpty();
    assertThat(isGranted(solo.hear(askPreVote(3, 3, at(0, 0))))).isFalse();
    solo.tick(10);
    assertThat(isGranted(solo.hear(askVote(3, 3, at(0, 0))))).isTrue();
  }

  @Test
  @DisplayName("With leases, a member that just started votes only after the least timeout")
  void leasesAndRestarts() {
    Solo solo = new Solo(config -> config.withLeaseTicks(8));
    assertThat(solo.hear(askVote(2, 1, at(0, 0)))).isEmpty();
    solo.tick(10);
    assertThat(isGranted(solo.hear(askVote(2, 1, at(0, 0))))).isTrue();
  }

  @Test
  @DisplayName("A process that was paused reads its mail before it stands")
  void pausesCountOnce() {
    Solo solo = new Solo();
    solo.hear(leader(2, 1).append(at(0, 0), 0));
    solo.cluster.step(1, new Input.Tick(1000));
    assertThat(solo.node().roleName()).isEqualTo("follower");
    solo.hear(leader(2, 1).append(at(0, 0), 0));
    solo.tick(10);
    assertThat(solo.node().leader()).isEqualTo(2);
  }

  @Test
  @DisplayName("A member of low priority waits longer, one of none never stands by itself")
  void priorities() {
    for (int priority = 1; priority <= 10; priority++) {
      int chosen = priority;
      Solo solo = new Solo(config -> config.withPriority(chosen));
      solo.tick(20 + (10 - priority) - 1);
      assertThat(solo.node().roleName()).isEqualTo("follower");
      solo.tick(1);
      assertThat(solo.node().roleName()).isEqualTo("pre-candidate");
    }
    Solo never = new Solo(config -> config.withPriority(0));
    assertThat(never.tick(500)).isEmpty();
    never.hear(new Message.TimeoutNow(2, 1, 0));
    assertThat(never.node().roleName()).as("but when it is told to").isEqualTo("candidate");
    assertThat(isGranted(new Solo(c -> c.withPriority(0)).hear(askVote(2, 1, at(0, 0)))))
        .as("and it votes")
        .isTrue();
  }

  @Test
  @DisplayName("The member of the highest priority usually leads")
  void highestPriorityLeads() {
    int[] led = new int[4];
    Seeds.each(
        100,
        random -> {
          RaftCluster cluster =
              new RaftCluster(
                  List.of(1, 2, 3),
                  config -> config.withPriority(config.id() == 2 ? 10 : 1),
                  _ -> random.split());
          cluster.start();
          cluster.runToLeader(200);
          led[cluster.leader()]++;
        });
    assertThat(led[2]).isGreaterThan(85);
  }
}
