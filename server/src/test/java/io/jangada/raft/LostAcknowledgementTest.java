package io.jangada.raft;

import static io.jangada.raft.Solo.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A member whose disk does not hold any more what it acknowledged, and does not know.
class LostAcknowledgementTest {
  private static final int ENTRIES = 6;

  private static RaftCluster rolledBack() {
    RaftCluster cluster = new RaftCluster(3);
    for (ClusterMember member : cluster.members.values())
      member.disk.standing = new Incarnation(member.id, false);
    cluster.start();
    cluster.elect(1);
    for (int i = 0; i < ENTRIES; i++) cluster.propose(1, "a" + i);
    cluster.run(4);
    assertThat(cluster.node(1).inspect().matchOf(3)).isEqualTo(ENTRIES + 1);
    cluster.rollBack(3, 3);
    cluster.restart(3);
    return cluster;
  }

  private static List<RaftEvent> lossesAt(RaftCluster cluster, int id) {
    return cluster.member(id).events.stream()
        .filter(e -> e instanceof RaftEvent.AcknowledgementLost || e instanceof RaftEvent.LossFound)
        .toList();
  }

  @Test
  @DisplayName("The leader notices by a refusal below the match, stops counting it, and says so")
  void noticed() {
    RaftCluster cluster = rolledBack();
    cluster.run(12);
    assertThat(lossesAt(cluster, 1))
        .containsExactly(new RaftEvent.AcknowledgementLost(3, ENTRIES + 1));
    assertThat(lossesAt(cluster, 3)).containsExactly(new RaftEvent.LossFound(1));
    assertThat(cluster.node(3).incarnation().rejoining()).isTrue();
    cluster.isolate(2);
    cluster.propose(1, "b");
    cluster.run(6);
    assertThat(cluster.member(1).state).as("it does not count").doesNotContain("b");
  }

  @Test
  @DisplayName("It is taken in again like one with new data, and counts once it has caught up")
  void takenInAgain() {
    RaftCluster cluster = rolledBack();
    cluster.run(120);
    assertThat(cluster.node(3).incarnation().rejoining()).isFalse();
    assertThat(cluster.node(3).incarnation().number()).isNotEqualTo(3);
    assertThat(cluster.node(1).membership().voters()).containsExactly(1, 2, 3);
    assertThat(cluster.member(3).state).isEqualTo(cluster.member(1).state).hasSize(ENTRIES);
    cluster.isolate(2);
    cluster.propose(1, "b");
    cluster.run(4);
    assertThat(cluster.member(1).state).endsWith("b");
  }

  private static Message reply(boolean success, long match, long round) {
    return new Message.AppendEntriesReply(
        2, 1, 1, success, match, at(1, 0), round, new Incarnation(2, false));
  }

  private static Solo leading() {
    Solo solo = new Solo();
    solo.cluster.crash(1);
    solo.member().disk.standing = new Incarnation(1, false);
    solo.cluster.restart(1);
    solo.lead();
    solo.hear(reply(true, 1, 0));
    return solo;
  }

  private static boolean isLossTold(List<Message> said) {
    return said.contains(new Message.DataLost(1, 2, 1, 2));
  }

  @Test
  @DisplayName("A refusal that was on its way when the acknowledgement came proves nothing")
  void lateRefusal() {
    Solo solo = leading();
    for (int i = 0; i < 3; i++) assertThat(isLossTold(solo.hear(reply(false, 1, 0)))).isFalse();
    solo.tick(9);
    solo.hear(reply(true, 1, 1));
    assertThat(isLossTold(solo.hear(reply(false, 1, 0)))).isFalse();
    assertThat(solo.member().events).noneMatch(RaftEvent.AcknowledgementLost.class::isInstance);
  }

  @Test
  @DisplayName("One that answers a round that began after the acknowledgement came is proof")
  void proof() {
    Solo solo = leading();
    solo.hear(reply(false, 1, 0));
    List<Message> heartbeats = solo.tick(4);
    assertThat(heartbeats)
        .anyMatch(m -> m instanceof Message.AppendEntries append && append.round() == 1);
    assertThat(isLossTold(solo.hear(reply(false, 1, 1)))).isTrue();
    assertThat(isLossTold(solo.hear(reply(true, 1, 1)))).as("told until it is heard").isTrue();
    assertThat(solo.node().progressOf(2).match()).isEqualTo(1);
    solo.tick(21);
    assertThat(solo.node().isLeader()).as("what it says is nobody's word").isFalse();
  }

  @Test
  @DisplayName("Only the leader's word is taken for it, and only about the data that is there")
  void whoIsBelieved() {
    Solo solo = new Solo();
    solo.cluster.crash(1);
    solo.member().disk.standing = new Incarnation(7, false);
    solo.cluster.restart(1);
    solo.hear(Solo.leader(2, 1).append(EntryId.ZERO, 0));
    solo.hear(new Message.DataLost(3, 1, 1, 7));
    solo.hear(new Message.DataLost(2, 1, 1, 8));
    assertThat(solo.node().incarnation()).isEqualTo(new Incarnation(7, false));
    solo.hear(new Message.DataLost(2, 1, 1, 7));
    assertThat(solo.node().incarnation().rejoining()).isTrue();
    assertThat(solo.node().incarnation().number()).isNotEqualTo(7);
  }
}
