package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static io.jangada.raft.Solo.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Leadership transfer (thesis §3.10).
class TransferTest {
  private static List<Message> timeoutNow(List<Message> said) {
    return said.stream().filter(Message.TimeoutNow.class::isInstance).toList();
  }

  @Test
  @DisplayName("thesis §3.10 The prior leader stops accepting requests")
  void noRequestsMeanwhile() {
    Solo solo = Solo.leading();
    solo.cluster.propose(1, "a");
    solo.cluster.transfer(1, 2);
    long write = solo.cluster.propose(1, "b");
    long change = solo.cluster.change(1, Membership.of(1, 2));
    long again = solo.cluster.transfer(1, 3);
    assertThat(solo.member().dropped)
        .containsEntry(write, Ready.Reason.BUSY)
        .containsEntry(change, Ready.Reason.MEMBERSHIP_BUSY)
        .containsEntry(again, Ready.Reason.BUSY);
  }

  @Test
  @DisplayName("thesis §3.10 The target's log is brought up to date before it is told to stand")
  void caughtUpFirst() {
    Solo solo = Solo.leading();
    solo.cluster.propose(1, "a");
    solo.said();
    solo.cluster.transfer(1, 2);
    assertThat(timeoutNow(solo.said())).isEmpty();
    assertThat(timeoutNow(solo.hear(accepted(3, 1, 2)))).as("somebody else").isEmpty();
    assertThat(timeoutNow(solo.hear(accepted(2, 1, 2))))
        .containsExactly(new Message.TimeoutNow(1, 2, 1));
    assertThat(timeoutNow(solo.tick(5))).as("once").isEmpty();
  }

  @Test
  @DisplayName("thesis §3.10 The target stands at once, without pre-vote, and is not held off")
  void targetStandsAtOnce() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(4);
    cluster.transfer(1, 3);
    cluster.settle();
    assertThat(cluster.leader()).isEqualTo(3);
    assertThat(cluster.node(3).term()).isEqualTo(2);
    cluster.run(4);
    assertThat(cluster.node(1).leader()).isEqualTo(3);
  }

  @Test
  @DisplayName("thesis §3.10 If it does not come about within a timeout, the leader goes on")
  void givenUp() {
    Solo solo = Solo.leading();
    solo.cluster.transfer(1, 2);
    solo.tick(10);
    solo.hear(accepted(3, 1, 1));
    assertThat(solo.member().dropped)
        .containsEntry(solo.cluster.propose(1, "a"), Ready.Reason.BUSY);
    solo.tick(1);
    assertThat(solo.member().proposed).containsKey(solo.cluster.propose(1, "b"));
    assertThat(solo.member().events).contains(new RaftEvent.TransferAbandoned(2));
    assertThat(solo.node().isLeader()).isTrue();
  }

  @Test
  @DisplayName("In a cluster that was just made, a member may be told to campaign, and only there")
  void campaignsInTheFirstTerm() {
    Solo solo = new Solo();
    solo.cluster.step(1, new Input.Campaign());
    EntryId none = EntryId.ZERO;
    assertThat(solo.said())
        .containsExactly(
            new Message.RequestVote(1, 2, 1, none, false, true),
            new Message.RequestVote(1, 3, 1, none, false, true));
    solo.cluster.step(1, new Input.Campaign());
    assertThat(solo.said()).as("a term has begun").isEmpty();
    assertThat(solo.node().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("Without a target, the member that has most of the log is chosen")
  void bestTarget() {
    Solo solo = Solo.leading();
    solo.cluster.propose(1, "a");
    solo.hear(accepted(3, 1, 2));
    solo.cluster.transfer(1, Membership.NONE);
    assertThat(timeoutNow(solo.said())).extracting(Message::to).containsExactly(3);
  }

  @Test
  @DisplayName("A transfer to oneself, a stranger or a learner is refused; so is one by a follower")
  void senseless() {
    RaftCluster cluster = new RaftCluster(3);
    cluster.add(RaftCluster.configOf(4, List.of(1)), new Dice());
    cluster.start().elect(1);
    cluster.run(4);
    cluster.change(1, new Membership(List.of(1, 2, 3), List.of(), List.of(4), List.of()));
    cluster.run(4);
    for (int target : List.of(1, 4, 9))
      assertThat(cluster.member(1).dropped)
          .containsEntry(cluster.transfer(1, target), Ready.Reason.INVALID);
    assertThat(cluster.member(2).dropped)
        .containsEntry(cluster.transfer(2, 3), Ready.Reason.NOT_LEADER);
  }

  @Test
  @DisplayName("With nobody there to take over, a transfer is refused")
  void nobodyThere() {
    Solo solo = Solo.leading();
    solo.tick(15);
    long ticket = solo.cluster.transfer(1, Membership.NONE);
    assertThat(solo.member().dropped).containsEntry(ticket, Ready.Reason.INVALID);
  }

  @Test
  @DisplayName("A learner does not stand, be it told to")
  void learnersDoNotStand() {
    RaftCluster cluster = new RaftCluster(1);
    ClusterMember learner = cluster.add(RaftCluster.configOf(2, List.of(1)), new Dice());
    cluster.start();
    cluster.step(2, new Input.Receive(new Message.TimeoutNow(1, 2, 0)));
    assertThat(learner.node.roleName()).isEqualTo("follower");
    assertThat(learner.node.last()).isEqualTo(at(0, 0));
  }
}
