package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static io.jangada.raft.Solo.askVote;
import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.entry;
import static io.jangada.raft.Solo.isGranted;
import static io.jangada.raft.Solo.leader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What may be said before the disk has it, and what may not (Fig. 2, "updated on stable storage
/// before responding"; thesis §3.8, §10.2.1), and what a slow disk does to the cluster.
class AsyncDiskTest {
  private static Solo slow() {
    Solo solo = new Solo();
    solo.member().disk.automatic = false;
    return solo;
  }

  private static List<Message> sync(Solo solo) {
    solo.said();
    assertThat(solo.cluster.sync(1)).as("something to sync").isTrue();
    return solo.said();
  }

  private static long matchOf(List<Message> said) {
    assertThat(said).singleElement().isInstanceOf(Message.AppendEntriesReply.class);
    return ((Message.AppendEntriesReply) said.getFirst()).match();
  }

  @Test
  @DisplayName("Fig. 2 A vote is told only when it is on disk, with its term, in one record")
  void votesWait() {
    Solo solo = slow();
    assertThat(solo.hear(askVote(2, 5, at(0, 0)))).isEmpty();
    List<Persist> queue = List.copyOf(solo.member().disk.queue);
    assertThat(queue).singleElement().extracting(Persist::hardState).isEqualTo(new HardState(5, 2));
    assertThat(isGranted(sync(solo))).isTrue();
  }

  @Test
  @DisplayName("A vote asked for again while it is being written waits too, and is told once")
  void repeatedVotesWait() {
    Solo solo = slow();
    solo.hear(askVote(2, 5, at(0, 0)));
    assertThat(solo.hear(askVote(2, 5, at(0, 0)))).isEmpty();
    assertThat(sync(solo)).hasSize(1);
  }

  @Test
  @DisplayName("A vote that became stale while it was being written is never told")
  void staleVotesAreDropped() {
    Solo solo = slow();
    solo.hear(askVote(2, 5, at(0, 0)));
    solo.hear(askVote(3, 6, at(0, 0)));
    assertThat(isGranted(sync(solo))).isFalse();
    assertThat(sync(solo)).containsExactly(new Message.RequestVoteReply(1, 3, 6, true, false));
  }

  @Test
  @DisplayName(
      "A candidate asks for votes only when its own vote, and the log it claims, are on disk")
  void requestsForVotesWait() {
    Solo solo = slow();
    solo.hear(leader(2, 1).append(at(0, 0), 0, entry(1, 1)));
    solo.cluster.timeOut(1);
    assertThat(solo.hear(new Message.RequestVoteReply(2, 1, 2, true, true))).isEmpty();
    assertThat(sync(solo)).as("the entry is written").isEmpty();
    assertThat(sync(solo))
        .containsExactly(
            new Message.RequestVote(1, 2, 2, at(1, 1), false, false),
            new Message.RequestVote(1, 3, 2, at(1, 1), false, false));
  }

  @Test
  @DisplayName("A candidate's own vote counts only when it is on disk")
  void ownVoteWaits() {
    RaftCluster cluster = new RaftCluster(1).start();
    cluster.member(1).disk.automatic = false;
    cluster.timeOut(1);
    assertThat(cluster.node(1).isLeader()).isFalse();
    cluster.sync(1);
    assertThat(cluster.node(1).isLeader()).isTrue();
  }

  @Test
  @DisplayName("Fig. 2 Entries are acknowledged only when they are on disk")
  void acknowledgementsWait() {
    Solo solo = slow();
    solo.hear(leader(2, 1).append(at(0, 0), 0));
    sync(solo);
    assertThat(solo.hear(leader(2, 1).append(at(0, 0), 0, entry(1, 1)))).isEmpty();
    assertThat(solo.hear(leader(2, 1).append(at(1, 1), 0, entry(2, 1)))).isEmpty();
    assertThat(matchOf(sync(solo))).isEqualTo(1);
    assertThat(matchOf(sync(solo))).isEqualTo(2);
  }

  @Test
  @DisplayName("Fig. 2 Nor before the term is on disk: it could be forgotten, and the entries cut")
  void acknowledgementsWaitForTheTerm() {
    Solo solo = slow();
    assertThat(solo.hear(leader(2, 4).append(at(0, 0), 0))).isEmpty();
    assertThat(matchOf(sync(solo))).isZero();
  }

  @Test
  @DisplayName("One sync for many messages is acknowledged once, for all of them")
  void oneAcknowledgementForAll() {
    Solo solo = slow();
    RaftNode node = solo.node();
    node.step(new Input.Receive(leader(2, 1).append(at(0, 0), 0, entry(1, 1))));
    node.step(new Input.Receive(leader(2, 1).append(at(1, 1), 0, entry(2, 1))));
    node.step(new Input.Receive(leader(2, 1).append(at(2, 1), 0, entry(3, 1))));
    Ready ready = node.advance();
    assertThat(ready.messages()).isEmpty();
    assertThat(ready.disk().persist().entries()).hasSize(3);
    node.step(new Input.Synced(ready.disk().persist().batch()));
    assertThat(matchOf(node.advance().messages())).isEqualTo(3);
  }

  @Test
  @DisplayName("etcd's ABA: a write of entries that were cut and came back proves nothing")
  void aba() {
    Solo solo = Solo.withLog(1);
    solo.member().disk.automatic = false;
    solo.hear(leader(2, 2).append(at(1, 1), 0, entry(2, 2)));
    solo.hear(leader(3, 3).append(at(1, 1), 0, entry(2, 3)));
    solo.hear(leader(2, 4).append(at(2, 2), 0));
    solo.hear(leader(2, 4).append(at(1, 1), 0, entry(2, 2), entry(3, 4)));
    assertThat(sync(solo)).as("2/2 is on disk, and 2/3 will be").isEmpty();
    assertThat(sync(solo)).as("2/3 is").isEmpty();
    assertThat(sync(solo)).as("the term is, and 2/3 still").isEmpty();
    assertThat(matchOf(sync(solo))).isEqualTo(3);
  }

  @Test
  @DisplayName("thesis §10.2.1 A leader sends entries while its own disk still writes them")
  void leaderSendsAtOnce() {
    Solo solo = Solo.leading();
    solo.member().disk.automatic = false;
    solo.cluster.propose(1, "a");
    assertThat(solo.said()).hasSize(2);
    solo.hear(accepted(2, 1, 2));
    assertThat(solo.node().commit()).as("one of three").isEqualTo(1);
    solo.hear(accepted(3, 1, 2));
    assertThat(solo.node().commit()).as("two, without the leader's own").isEqualTo(2);
    assertThat(solo.member().state).containsExactly("a");
  }

  @Test
  @DisplayName("One member alone answers nothing that is not on its disk (etcd#14370)")
  void oneMemberWaits() {
    RaftCluster cluster = new RaftCluster(1).start();
    cluster.timeOut(1);
    cluster.member(1).disk.automatic = false;
    cluster.propose(1, "a");
    assertThat(cluster.member(1).state).isEmpty();
    cluster.sync(1);
    assertThat(cluster.member(1).state).containsExactly("a");
  }

  @Test
  @DisplayName(
      "A leader that loses its disk's last writes in a crash does not lead again in its term")
  void crashedLeaderLosesOnlyWhatWasNotAcknowledged() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(4);
    cluster.member(1).disk.automatic = false;
    cluster.propose(1, "a");
    cluster.settle();
    assertThat(cluster.member(1).state).containsExactly("a");
    cluster.crash(1);
    cluster.member(1).disk.automatic = true;
    cluster.restart(1);
    assertThat(cluster.node(1).last()).isEqualTo(at(1, 1));
    cluster.run(100);
    assertThat(cluster.leader()).isIn(2, 3);
    assertThat(cluster.member(1).state).containsExactly("a");
  }

  @Test
  @DisplayName("A leader whose disk stalls hands over, and does not stand while it does")
  void stalledLeaderHandsOver() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(4);
    cluster.member(1).disk.automatic = false;
    cluster.propose(1, "a");
    cluster.run(22);
    int successor = cluster.leader();
    assertThat(successor).isNotEqualTo(1);
    assertThat(cluster.node(successor).isEstablished()).isTrue();
    assertThat(cluster.member(1).events).contains(new RaftEvent.StorageStalled(true));
    cluster.crash(successor);
    cluster.run(200);
    assertThat(cluster.leader()).as("its vote cannot be written").isEqualTo(Membership.NONE);
    assertThat(cluster.node(1).roleName()).isEqualTo("follower");
    while (cluster.sync(1)) continue;
    cluster.member(1).disk.automatic = true;
    cluster.runToLeader(100);
    assertThat(cluster.member(1).events).contains(new RaftEvent.StorageStalled(false));
  }

  @Test
  @DisplayName("A leader whose disk stalls and who hears nobody fit steps down")
  void stalledLeaderStepsDown() {
    Solo solo = Solo.leading();
    solo.member().disk.automatic = false;
    solo.cluster.propose(1, "a");
    for (int i = 0; i < 20; i++) {
      if (i < 8) solo.hear(accepted(2, 1, 1));
      solo.tick(1);
    }
    solo.tick(1);
    assertThat(solo.node().isLeader()).isFalse();
  }

  @Test
  @DisplayName("A leader whose disk stalls stays while the others get no further, and no longer")
  void allStallTogether() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(4);
    for (int id = 1; id <= 3; id++) cluster.member(id).disk.automatic = false;
    cluster.propose(1, "a");
    cluster.run(100);
    assertThat(cluster.member(1).events).contains(new RaftEvent.StorageStalled(true));
    assertThat(cluster.node(1).isLeader()).isTrue();
    assertThat(cluster.laws.leadersSoFar()).isEqualTo(1);
    for (int id = 2; id <= 3; id++) {
      while (cluster.sync(id)) continue;
      cluster.member(id).disk.automatic = true;
    }
    cluster.run(40);
    assertThat(cluster.leader()).isIn(2, 3);
    assertThat(cluster.node(cluster.leader()).commit()).isGreaterThan(1);
  }

  @Test
  @DisplayName("One slow write does not end a leader, nor does a slow disk while others are fast")
  void shortStallsAreBorne() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(4);
    cluster.member(1).disk.automatic = false;
    for (int i = 0; i < 10; i++) {
      cluster.propose(1, "a" + i);
      cluster.run(18);
      while (cluster.sync(1)) continue;
    }
    assertThat(cluster.node(1).isLeader()).isTrue();
    assertThat(cluster.laws.leadersSoFar()).isEqualTo(1);
  }

  @Test
  @DisplayName("Followers whose disks are slow still say that they are there")
  void slowFollowersKeepTheLeader() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(4);
    cluster.member(2).disk.automatic = false;
    cluster.member(3).disk.automatic = false;
    cluster.propose(1, "a");
    cluster.run(100);
    assertThat(cluster.node(1).isLeader()).isTrue();
    assertThat(cluster.node(1).commit()).isEqualTo(1);
    cluster.sync(2);
    cluster.settle();
    assertThat(cluster.member(1).state).containsExactly("a");
  }

  @Test
  @DisplayName("A report of a batch that was never given stops the member")
  void unknownBatch() {
    Solo solo = new Solo();
    assertThatThrownBy(() -> solo.node().step(new Input.Synced(1)))
        .isInstanceOf(LawBrokenException.class)
        .hasMessageContaining("disk");
  }
}
