package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static io.jangada.raft.Solo.askVote;
import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.leader;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// §6, cluster membership changes, with the thesis' chapter 4.
class PaperSection6Test {
  private static final Membership OLD = Membership.of(1, 2, 3);

  /// Members 1, 2, 3 under leader 1, all caught up; 4, 5 and 6 are up and wait to be taken in.
  private static RaftCluster cluster() {
    RaftCluster cluster = new RaftCluster(3);
    for (int id = 4; id <= 6; id++) cluster.add(RaftCluster.configOf(id, List.of(1)), new Dice());
    cluster.start();
    cluster.elect(1);
    cluster.run(4);
    return cluster;
  }

  private static Membership with(List<Integer> voters, List<Integer> learners) {
    return new Membership(voters, List.of(), learners, List.of());
  }

  private static List<Membership> inForce(ClusterMember member) {
    return member.events.stream()
        .filter(RaftEvent.ConfigurationChanged.class::isInstance)
        .map(event -> ((RaftEvent.ConfigurationChanged) event).membership())
        .toList();
  }

  @Test
  @DisplayName("§6 The cluster first goes to the joint membership, and then to the new one")
  void jointThenNew() {
    RaftCluster cluster = cluster();
    Membership target = Membership.of(1, 4, 5);
    long ticket = cluster.change(1, target);
    assertThat(cluster.member(1).proposed).containsKey(ticket);
    cluster.run(4);
    for (int id : List.of(1, 4, 5))
      assertThat(inForce(cluster.member(id))).containsExactly(OLD.jointTo(target), target);
  }

  @Test
  @DisplayName("§6 A server uses the latest configuration in its log, committed or not")
  void effectiveWhenAppended() {
    RaftCluster cluster = cluster();
    cluster.change(1, Membership.of(1, 2));
    assertThat(cluster.node(1).membership().isJoint()).isTrue();
    assertThat(cluster.node(1).commit()).isEqualTo(1);
    cluster.deliver(RaftCluster.to(2));
    assertThat(cluster.node(2).membership().isJoint()).isTrue();
    assertThat(cluster.node(2).commit()).isEqualTo(1);
  }

  @Test
  @DisplayName("§6 A configuration is undone when its entry is cut from the log")
  void undoneWhenCut() {
    Solo solo = Solo.leading();
    solo.cluster.change(1, Membership.of(1, 2));
    solo.hear(leader(3, 2).append(at(1, 1), 1, Solo.entry(2, 2)));
    assertThat(solo.node().membership()).isEqualTo(OLD);
  }

  @Test
  @DisplayName("§6 Entries are replicated to all servers of both configurations")
  void bothGroupsGetEntries() {
    RaftCluster cluster = cluster();
    cluster.change(1, Membership.of(4, 5, 6));
    assertThat(cluster.pool).extracting(Message::to).containsExactlyInAnyOrder(2, 3, 4, 5, 6);
  }

  @Test
  @DisplayName("§6 Agreement while joint takes separate majorities of old and new")
  void separateMajorities() {
    RaftCluster cluster = cluster();
    for (int id = 4; id <= 6; id++) cluster.crash(id);
    cluster.change(1, Membership.of(4, 5, 6));
    cluster.run(10);
    assertThat(cluster.node(1).commit()).as("all of the old, none of the new").isEqualTo(1);

    RaftCluster other = cluster();
    other.crash(2);
    other.crash(3);
    other.change(1, Membership.of(1, 4, 5, 6));
    other.run(10);
    assertThat(other.node(1).commit()).as("all of the new, one of the old").isEqualTo(1);
  }

  @Test
  @DisplayName("§6 Elections while joint take separate majorities, and any server may lead")
  void jointElections() {
    RaftCluster joint = jointOnly();
    joint.crash(1);
    joint.crash(2);
    joint.run(200);
    assertThat(joint.leader()).as("one of three old voters is left").isEqualTo(Membership.NONE);
    joint.restart(2);
    joint.runToLeader(200);
    assertThat(joint.node(joint.leader()).membership()).isEqualTo(Membership.of(4, 5, 6));
  }

  /// Old 1, 2, 3 and new 4, 5, 6 all have the joint entry in their logs, not known to be committed.
  private static RaftCluster jointOnly() {
    RaftCluster cluster =
        new RaftCluster(List.of(1, 2, 3), config -> config, id -> new SplittableRandom(id));
    for (int id = 4; id <= 6; id++)
      cluster.add(RaftCluster.configOf(id, List.of(1)), new SplittableRandom(id));
    Entry first = new Entry(1, 1, Entry.Kind.NO_OP, Bytes.EMPTY);
    Entry joint =
        new Entry(2, 1, Entry.Kind.MEMBERSHIP, OLD.jointTo(Membership.of(4, 5, 6)).encode());
    for (ClusterMember member : cluster.members.values())
      member.disk.preset(new HardState(1, Membership.NONE), List.of(first, joint));
    return cluster.start();
  }

  @Test
  @DisplayName("§6 Once the joint configuration is committed, the leader appends the new one")
  void newOneFollows() {
    Solo solo = Solo.leading();
    solo.cluster.change(1, Membership.of(1, 2));
    assertThat(solo.node().last().index()).isEqualTo(2);
    solo.hear(accepted(2, 1, 2));
    assertThat(solo.node().commit()).isEqualTo(2);
    assertThat(solo.node().last().index()).isEqualTo(3);
    assertThat(solo.node().membership()).isEqualTo(Membership.of(1, 2));
  }

  @Test
  @DisplayName("§6 A leader elected with the joint configuration finishes the change by itself")
  void successorFinishes() {
    RaftCluster cluster = jointOnly();
    cluster.runToLeader(300);
    cluster.run(20);
    assertThat(cluster.node(cluster.leader()).membership()).isEqualTo(Membership.of(4, 5, 6));
    assertThat(cluster.leader()).isIn(4, 5, 6);
  }

  @Test
  @DisplayName("§6 New servers join without a vote, and do not count for majorities")
  void learnersDoNotCount() {
    RaftCluster cluster = cluster();
    cluster.change(1, with(List.of(1, 2, 3), List.of(4, 5)));
    cluster.run(4);
    long commit = cluster.node(1).commit();
    cluster.crash(2);
    cluster.crash(3);
    cluster.propose(1, "a");
    cluster.run(6);
    assertThat(cluster.node(4).last().index()).as("a learner gets entries").isGreaterThan(commit);
    assertThat(cluster.node(1).commit()).isEqualTo(commit);
    cluster.run(60);
    assertThat(cluster.leader()).as("learners do not keep a leader").isEqualTo(Membership.NONE);
    assertThat(cluster.node(4).roleName()).as("and never stand").isEqualTo("follower");
  }

  @Test
  @DisplayName("§6 A learner that has caught up is promoted by itself, when that was asked for")
  void joiningLearnersArePromoted() {
    RaftCluster cluster = cluster();
    for (int i = 0; i < 20; i++) cluster.propose(1, "a" + i);
    Membership target =
        new Membership(List.of(1, 2, 3), List.of(), List.of(4, 5, 6), List.of(4, 5));
    cluster.change(1, target);
    cluster.run(12);
    assertThat(cluster.node(1).membership()).isEqualTo(with(List.of(1, 2, 3, 4, 5), List.of(6)));
    assertThat(cluster.node(4).last()).isEqualTo(cluster.node(1).last());
  }

  @Test
  @DisplayName("§6 Addresses stay with their members through changes that do not name them")
  void addressesStay() {
    RaftCluster cluster = cluster();
    cluster.change(1, OLD.withAddress(2, "b").withAddress(3, "c"));
    cluster.run(4);
    cluster.change(1, new Membership(List.of(1, 2), List.of(), List.of(4), List.of(4)));
    cluster.run(12);
    assertThat(cluster.node(4).membership()).isEqualTo(Membership.of(1, 2, 4).withAddress(2, "b"));
    cluster.change(1, Membership.of(1, 2, 4).withAddress(2, "d"));
    cluster.run(4);
    assertThat(cluster.node(2).membership().addresses()).hasToString("{2=d}");
    long ticket = cluster.change(1, Membership.of(1, 2, 4));
    assertThat(cluster.member(1).dropped).containsEntry(ticket, Ready.Reason.INVALID);
  }

  @Test
  @DisplayName(
      "§6 A learner that had everything before it was committed is promoted with the commit")
  void learnersAheadOfTheCommit() {
    Solo solo = Solo.leading();
    Membership target = new Membership(List.of(1, 2), List.of(), List.of(3), List.of(3));
    solo.cluster.change(1, target);
    solo.hear(accepted(3, 1, 2));
    solo.member().disk.automatic = false;
    solo.hear(accepted(2, 1, 2));
    solo.hear(accepted(3, 1, 3));
    solo.hear(accepted(2, 1, 3));
    assertThat(solo.node().membership()).isEqualTo(target);
    solo.cluster.sync(1);
    assertThat(solo.node().membership())
        .as("on its way back, though nothing more is written")
        .isEqualTo(Membership.of(1, 2).jointTo(Membership.of(1, 2, 3)));
  }

  @Test
  @DisplayName("§6 A learner that is not there is not promoted, and holds nothing up")
  void absentLearnersAreNot() {
    RaftCluster cluster = cluster();
    cluster.crash(4);
    cluster.change(1, new Membership(List.of(1, 2, 3), List.of(), List.of(4), List.of(4)));
    cluster.run(50);
    cluster.propose(1, "a");
    cluster.run(4);
    assertThat(cluster.member(3).state).containsExactly("a");
    assertThat(cluster.node(1).membership().joining()).containsExactly(4);
    cluster.restart(4);
    cluster.run(12);
    assertThat(cluster.node(1).membership()).isEqualTo(Membership.of(1, 2, 3, 4));
  }

  @Test
  @DisplayName("§6 A leader that is not in the new configuration steps down once it is committed")
  void removedLeaderStepsDown() {
    RaftCluster cluster = cluster();
    cluster.change(1, Membership.of(2, 3));
    cluster.deliver(RaftCluster.from(1));
    cluster.deliver(RaftCluster.to(1));
    assertThat(cluster.node(1).membership()).isEqualTo(Membership.of(2, 3));
    assertThat(cluster.node(1).isLeader()).as("while the new one is not committed").isTrue();
    cluster.settle();
    assertThat(cluster.node(1).roleName()).isEqualTo("follower");
    assertThat(cluster.leader()).as("and hands over at once").isIn(2, 3);
    assertThat(cluster.node(cluster.leader()).isEstablished()).isTrue();
    cluster.run(100);
    assertThat(cluster.node(1).roleName()).as("it does not stand again").isEqualTo("follower");
  }

  @Test
  @DisplayName("§6 A leader does not count itself while it manages a cluster without itself")
  void removedLeaderDoesNotCountItself() {
    RaftCluster cluster = cluster();
    cluster.change(1, Membership.of(2, 3));
    cluster.deliver(RaftCluster.from(1));
    cluster.deliver(RaftCluster.to(1));
    cluster.lose(RaftCluster.to(3));
    cluster.deliver(RaftCluster.to(2));
    cluster.deliver(RaftCluster.from(2));
    assertThat(cluster.node(1).isLeader()).as("it and one of two: no majority").isTrue();
    assertThat(cluster.node(1).commit()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "§6 Requests for votes are not looked at within the least timeout of hearing a leader")
  void stickiness() {
    Solo solo = new Solo();
    solo.hear(leader(2, 1).append(at(0, 0), 0));
    solo.tick(9);
    assertThat(solo.hear(askVote(3, 9, at(9, 1)))).isEmpty();
    assertThat(solo.node().term()).as("nor is its term updated").isEqualTo(1);
    solo.tick(1);
    assertThat(Solo.isGranted(solo.hear(askVote(3, 9, at(9, 1))))).isTrue();
  }

  @Test
  @DisplayName("§6 Removed servers cannot disrupt the cluster")
  void removedServersDoNotDisrupt() {
    RaftCluster cluster = cluster();
    cluster.isolate(3);
    cluster.run(11);
    cluster.change(1, Membership.of(1, 2));
    cluster.run(5);
    cluster.heal();
    long term = cluster.node(1).term();
    cluster.run(300);
    assertThat(cluster.member(3).events)
        .as("it does not know that it was removed, and wants to stand")
        .contains(new RaftEvent.ElectionStarted(1, true));
    assertThat(cluster.node(1).isLeader()).isTrue();
    assertThat(cluster.node(1).term()).isEqualTo(term);
  }

  @Test
  @DisplayName("A removed server that is there hears of it, and falls silent")
  void removedServersAreTold() {
    RaftCluster cluster = cluster();
    cluster.change(1, Membership.of(1, 2));
    cluster.run(5);
    assertThat(cluster.node(3).membership()).isEqualTo(Membership.of(1, 2));
    assertThat(cluster.node(3).commit()).isEqualTo(cluster.node(1).commit());
    for (int i = 0; i < 100; i++) {
      cluster.tickAll();
      assertThat(cluster.pool).noneMatch(m -> m.from() == 3 || m.to() == 3);
      cluster.settle();
    }
  }

  @Test
  @DisplayName("A removed server that is not there is not waited for, nor is one far behind")
  void absentRemovedServersAreForgotten() {
    RaftCluster cluster = cluster();
    cluster.crash(3);
    cluster.run(11);
    cluster.change(1, Membership.of(1, 2));
    cluster.run(4);
    cluster.tickAll();
    assertThat(cluster.node(1).inspect().matchOf(3)).isEqualTo(-1);
    cluster.restart(3);
    cluster.run(100);
    assertThat(cluster.node(1).isLeader()).as("it asks in vain").isTrue();
    cluster.change(1, Membership.of(1, 2, 3));
    cluster.run(20);
    assertThat(cluster.node(3).membership())
        .as("and may come back")
        .hasToString("voters=[1, 2, 3]");
  }

  @Test
  @DisplayName("thesis §4.1 (2015) No change before an entry of the leader's own term is committed")
  void noChangeBeforeOwnTerm() {
    Solo solo = new Solo();
    solo.lead();
    long ticket = solo.cluster.change(1, Membership.of(1, 2));
    assertThat(solo.member().dropped).containsEntry(ticket, Ready.Reason.MEMBERSHIP_BUSY);
    solo.hear(accepted(2, 1, 1));
    ticket = solo.cluster.change(1, Membership.of(1, 2));
    assertThat(solo.member().proposed).containsKey(ticket);
  }

  @Test
  @DisplayName("§6 One change at a time")
  void oneChangeAtATime() {
    Solo solo = Solo.leading();
    solo.cluster.change(1, Membership.of(1, 2));
    long second = solo.cluster.change(1, Membership.of(1, 3));
    assertThat(solo.member().dropped).containsEntry(second, Ready.Reason.MEMBERSHIP_BUSY);
    solo.hear(accepted(2, 1, 2));
    long third = solo.cluster.change(1, Membership.of(1, 3));
    assertThat(solo.member().dropped)
        .as("the new configuration is not committed yet")
        .containsEntry(third, Ready.Reason.MEMBERSHIP_BUSY);
    solo.hear(accepted(2, 1, 3));
    long fourth = solo.cluster.change(1, Membership.of(1, 2, 3));
    assertThat(solo.member().proposed).containsKey(fourth);
  }

  @Test
  @DisplayName("§6 A change that makes no sense is refused, and nothing happens")
  void senselessChanges() {
    Solo solo = Solo.leading();
    List<Integer> others = IntStream.range(104, 164).boxed().toList();
    for (Membership target :
        List.of(OLD, OLD.jointTo(Membership.of(1)), with(List.of(100, 101, 102, 103), others))) {
      long ticket = solo.cluster.change(1, target);
      assertThat(solo.member().dropped)
          .as(target.toString())
          .containsEntry(ticket, Ready.Reason.INVALID);
    }
    assertThat(solo.node().last()).isEqualTo(at(1, 1));
  }

  @Test
  @DisplayName("§6 A change of learners alone takes one entry")
  void learnersAlone() {
    RaftCluster cluster = cluster();
    Membership target = with(List.of(1, 2, 3), List.of(4));
    cluster.change(1, target);
    cluster.run(4);
    assertThat(inForce(cluster.member(1))).containsExactly(target);
    assertThat(cluster.node(4).last()).isEqualTo(cluster.node(1).last());
  }

  @Test
  @DisplayName("§6 From one member to three and back to one")
  void growAndShrink() {
    RaftCluster cluster = new RaftCluster(1);
    cluster.add(RaftCluster.configOf(2, List.of(1)), new Dice());
    cluster.add(RaftCluster.configOf(3, List.of(1)), new Dice());
    cluster.start();
    cluster.runToLeader(30);
    cluster.change(1, Membership.of(1, 2, 3));
    cluster.run(5);
    assertThat(cluster.node(3).membership()).isEqualTo(Membership.of(1, 2, 3));
    long read = cluster.read(1);
    cluster.change(1, Membership.of(1));
    cluster.run(5);
    assertThat(cluster.node(1).membership()).isEqualTo(Membership.of(1));
    assertThat(cluster.member(1).reads).contains(read);
    cluster.crash(2);
    cluster.crash(3);
    long write = cluster.propose(1, "a");
    assertThat(cluster.member(1).proposed).containsKey(write);
    assertThat(cluster.member(1).state).containsExactly("a");
  }

  @Test
  @DisplayName("thesis §4.2.2 A member removed by an entry it alone has still stands for election")
  void removedCandidate() {
    RaftCluster cluster = new RaftCluster(1);
    cluster.add(RaftCluster.configOf(2, List.of(1)), new Dice());
    cluster.start();
    cluster.runToLeader(30);
    cluster.change(1, Membership.of(2));
    for (int i = 0; i < 10 && cluster.node(1).last().index() < 3; i++) cluster.deliver(_ -> true);
    assertThat(cluster.node(1).membership()).isEqualTo(Membership.of(2));
    cluster.pool.clear();
    cluster.crash(1);
    cluster.restart(1);
    cluster.run(100);
    assertThat(cluster.leader()).isEqualTo(2);
    assertThat(cluster.node(2).membership()).isEqualTo(Membership.of(2));
  }
}
