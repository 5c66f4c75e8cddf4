package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftEvent;
import io.jangada.store.DiskFile;
import io.jangada.store.IncarnationFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Members that found their cluster by themselves, and members that lost what they had.
class RejoinTest {
  private static final HandCluster.Settings FOUNDING = HandCluster.Settings.USUAL.founding();

  private static HandCluster founded(int size) {
    HandCluster cluster = new HandCluster(size, FOUNDING);
    cluster.ticks(20);
    cluster.elect(1);
    return cluster;
  }

  private static IncarnationFile standing(HandMember member) throws IOException {
    return IncarnationFile.read(member.disk()).orElseThrow();
  }

  private static boolean counts(HandMember member) {
    return !member.replica().raft().incarnation().rejoining();
  }

  private static boolean isVoter(HandCluster cluster, int leader, int id) {
    Membership membership = cluster.member(leader).status().membership();
    return membership.voters().contains(id) && !membership.isJoint();
  }

  private static void flip(HandMember member, String name, long at) throws IOException {
    try (DiskFile file = member.disk().open(name)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(at, one);
      file.write(at, ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 2)}));
    }
  }

  @Test
  @DisplayName("new members found a cluster by themselves, and know with whom")
  void founds() throws IOException {
    HandCluster cluster = new HandCluster(3, FOUNDING);
    assertThat(cluster.members()).noneMatch(RejoinTest::counts);
    cluster.ticks(20);
    assertThat(cluster.members()).allMatch(RejoinTest::counts);
    cluster.ticksUntil(() -> cluster.members().stream().anyMatch(HandMember::leads));
    HandCluster.assertDone(
        cluster.member(1).write("k", "v").isEmpty() ? write(cluster) : List.of());
    IncarnationFile first = standing(cluster.member(1));
    assertThat(first.initialMembers()).containsOnlyKeys(1, 2, 3);
    for (HandMember member : cluster.members()) {
      assertThat(standing(member).initialMembers()).isEqualTo(first.initialMembers());
      assertThat(first.initialMembers()).containsEntry(member.id, standing(member).incarnation());
      assertThat(member.status().health().rejoining()).isEmpty();
    }
    Membership membership = cluster.member(1).status().membership();
    assertThat(membership.clusterId()).isNotZero();
    assertThat(membership).isEqualTo(Membership.of(1, 2, 3).withClusterId(membership.clusterId()));
    cluster.ticks(20);
    for (HandMember member : cluster.members())
      assertThat(member.replica().raft().clusterId()).isEqualTo(membership.clusterId());
  }

  private static List<Outcome> write(HandCluster cluster) {
    List<Outcome> outcomes = cluster.member(1).write("k", "v");
    cluster.ticks(10);
    return outcomes;
  }

  @Test
  @DisplayName("a cluster of one is founded at once")
  void foundsAlone() {
    HandCluster cluster = new HandCluster(1, FOUNDING);
    cluster.ticks(2);
    assertThat(counts(cluster.member(1))).isTrue();
    cluster.ticksUntil(cluster.member(1)::leads);
  }

  @Test
  @DisplayName("nobody founds without the others, and each says whom it waits for")
  void waits() {
    HandCluster cluster = new HandCluster(3, FOUNDING);
    cluster.isolate(3);
    cluster.ticks(200);
    assertThat(cluster.members()).noneMatch(RejoinTest::counts);
    assertThat(cluster.member(1).status().health().rejoining())
        .startsWith("waits ")
        .contains("member 3");
    assertThat(cluster.member(3).status().health().rejoining())
        .startsWith("waits ")
        .contains("members 1, 2");
    assertThat(cluster.events)
        .contains(new RaftEvent.Rejoining(cluster.member(1).status().health().rejoining()));
    cluster.loseNothing();
    cluster.ticks(20);
    assertThat(cluster.members()).allMatch(RejoinTest::counts);
  }

  @Test
  @DisplayName(
      "a founder that does not know yet that the cluster is founded learns it from another")
  void learnsLater() {
    HandCluster cluster = new HandCluster(3, FOUNDING);
    cluster.lose(
        message ->
            message instanceof PeerMessage.Bootstrap founding
                && founding.to() == 3
                && !founding.incarnations().containsValue(0L));
    cluster.ticksUntil(() -> cluster.members().stream().filter(RejoinTest::counts).count() == 2);
    assertThat(counts(cluster.member(3))).isFalse();
    cluster.loseNothing();
    cluster.ticks(10);
    assertThat(counts(cluster.member(3))).isTrue();
    cluster.ticks(100);
    assertThat(cluster.events).noneMatch(RaftEvent.Readmitting.class::isInstance);
  }

  @Test
  @DisplayName(
      "where a majority is enough, it founds; who comes later counts once it has caught up")
  void byMajority() throws IOException {
    HandCluster cluster =
        new HandCluster(
            5,
            FOUNDING.withReplica(
                settings -> settings.withUpkeep(new ReplicaSettings.Upkeep(20, 0))));
    cluster.lose(message -> isOneOf(message, 4, 5));
    cluster.ticks(10);
    assertThat(cluster.members()).noneMatch(RejoinTest::counts);
    cluster.ticks(25);
    for (int id = 1; id <= 5; id++) assertThat(counts(cluster.member(id))).isEqualTo(id <= 3);
    assertThat(cluster.member(4).status().health().rejoining())
        .startsWith("waits ")
        .contains("2 of members 1, 2, 3, 5");
    cluster.ticksUntil(() -> cluster.members().stream().anyMatch(HandMember::leads));
    HandMember leader = cluster.members().stream().filter(HandMember::leads).findAny().get();
    List<Outcome> outcomes = leader.write("k", "v");
    cluster.ticks(10);
    HandCluster.assertDone(outcomes);
    cluster.loseNothing();
    cluster.ticksUntil(() -> counts(cluster.member(4)) && counts(cluster.member(5)));
    cluster.ticksUntil(() -> isVoter(cluster, leader.id, 4) && isVoter(cluster, leader.id, 5));
    assertThat(standing(cluster.member(4)).initialMembers()).isEmpty();
    assertThat(cluster.member(5).replica().raft().clusterId())
        .isEqualTo(leader.status().membership().clusterId());
  }

  private static boolean isOneOf(PeerMessage message, int one, int other) {
    return message.from() == one
        || message.to() == one
        || message.from() == other
        || message.to() == other;
  }

  @Test
  @DisplayName("a member that was stopped before it founded goes on where it was")
  void stopped() throws IOException {
    HandCluster cluster = new HandCluster(3, FOUNDING);
    cluster.isolate(3);
    cluster.ticks(20);
    long before = standing(cluster.member(1)).incarnation();
    cluster.member(1).begin();
    cluster.loseNothing();
    cluster.ticks(20);
    assertThat(standing(cluster.member(1)).incarnation()).isEqualTo(before);
    assertThat(cluster.members()).allMatch(RejoinTest::counts);
  }

  @Test
  @DisplayName("a standing is written again when the disk had no room for it")
  void diskFull() {
    HandCluster cluster = new HandCluster(1, FOUNDING);
    cluster.member(1).fill("standing");
    cluster.ticks(100);
    assertThat(counts(cluster.member(1))).isFalse();
    cluster.member(1).fill("none");
    cluster.ticks(2);
    assertThat(counts(cluster.member(1))).isTrue();
  }

  @Test
  @DisplayName("nothing counts before it is durable that it does")
  void durableFirst() throws IOException {
    HandCluster cluster = new HandCluster(3, FOUNDING);
    cluster.member(1).snapshotsStalled = true;
    cluster.ticks(200);
    assertThat(counts(cluster.member(1))).isFalse();
    assertThat(standing(cluster.member(1)).state()).isEqualTo(IncarnationFile.State.NEW);
    assertThat(counts(cluster.member(2))).isTrue();
    assertThat(cluster.sent)
        .noneMatch(
            message ->
                message instanceof PeerMessage.Raft(Message.RequestVoteReply reply, long _)
                    && reply.from() == 1
                    && reply.granted());
    cluster.member(1).snapshotsStalled = false;
    cluster.ticks(5);
    assertThat(counts(cluster.member(1))).isTrue();
  }

  @Test
  @DisplayName("a wiped member has no vote until it has caught up, and then has it again")
  void wiped() throws IOException {
    HandCluster cluster = founded(3);
    HandCluster.assertDone(write(cluster));
    long former = standing(cluster.member(3)).incarnation();
    cluster.member(3).wipe();
    cluster.ticks(3);
    assertThat(counts(cluster.member(3))).isFalse();
    assertThat(cluster.member(3).status().health().rejoining()).contains("readmits it");
    cluster.ticksUntil(() -> cluster.member(1).status().membership().learners().contains(3));
    cluster.ticksUntil(() -> isVoter(cluster, 1, 3));
    assertThat(counts(cluster.member(3))).isTrue();
    IncarnationFile standing = standing(cluster.member(3));
    assertThat(standing.incarnation()).isNotEqualTo(former);
    assertThat(cluster.member(1).status().membership().incarnation(3))
        .isEqualTo(standing.incarnation());
    cluster.ticks(10);
    assertThat(cluster.member(3).status().state().digest())
        .isEqualTo(cluster.member(1).status().state().digest());
    cluster.isolate(2);
    HandCluster.assertDone(write(cluster));
  }

  @Test
  @DisplayName("wiped members do not found another cluster while one is there that took part")
  void twoWiped() {
    HandCluster cluster = founded(3);
    cluster.member(2).wipe();
    cluster.member(3).wipe();
    cluster.ticks(300);
    assertThat(counts(cluster.member(2))).isFalse();
    assertThat(counts(cluster.member(3))).isFalse();
    assertThat(cluster.members()).as("nobody can lead").noneMatch(HandMember::leads);
    assertThat(cluster.member(1).status().log().commit()).isPositive();
  }

  @Test
  @DisplayName("a wiped member is taken in while it restarts again and again")
  void wipedAndRestarted() {
    HandCluster cluster = founded(3);
    HandCluster.assertDone(write(cluster));
    cluster.member(3).wipe();
    for (int i = 0; i < 30; i++) {
      cluster.ticks(3 + i);
      cluster.member(3).begin();
    }
    cluster.ticksUntil(() -> isVoter(cluster, 1, 3));
    assertThat(counts(cluster.member(3))).isTrue();
  }

  @Test
  @DisplayName("a member that joins has other founders, and waits until it is taken in")
  void joins() {
    HandCluster cluster = new HandCluster(3, 1, FOUNDING);
    cluster.ticks(20);
    assertThat(counts(cluster.member(3))).isTrue();
    assertThat(cluster.member(4).status().health().rejoining()).contains("readmits it");
    cluster.elect(1);
    Membership target = new Membership(List.of(1, 2, 3), List.of(), List.of(4), List.of(4));
    List<Outcome> outcomes = new ArrayList<>();
    cluster.member(1).replica().changeMembership(target, outcomes::add);
    cluster.ticksUntil(() -> isVoter(cluster, 1, 4));
    HandCluster.assertDone(outcomes);
    assertThat(counts(cluster.member(4))).isTrue();
    assertThat(cluster.sent).as("it founds nothing").noneMatch(RejoinTest::isAskedBy4);
  }

  private static boolean isAskedBy4(PeerMessage message) {
    return message instanceof PeerMessage.Bootstrap && message.from() == 4;
  }

  @Test
  @DisplayName("in probation requests are not passed on, which would count as its word")
  void namesTheLeader() {
    HandCluster cluster = founded(3);
    cluster.member(3).wipe();
    cluster.ticks(10);
    List<Outcome> write = cluster.member(3).write("k", "v");
    List<Outcome> read = new ArrayList<>();
    Operation.Get get = new Operation.Get(Bytes.utf8("k"));
    cluster.member(3).replica().read(null, get, new ReadConsistency.Follower(), read::add);
    cluster.settle();
    assertThat(write).containsExactly(new Outcome.NotLeader(1));
    assertThat(read).containsExactly(new Outcome.NotLeader(1));
    assertThat(cluster.sent)
        .noneMatch(
            message ->
                message.from() == 3
                    && (message instanceof PeerMessage.Forward
                        || message instanceof PeerMessage.ReadIndexRequest));
  }

  @Test
  @DisplayName("a damaged log is got from the others, and a snapshot that is good is kept")
  void damaged() throws IOException {
    HandCluster cluster = founded(3);
    for (int i = 0; i < 10; i++) HandCluster.assertDone(write(cluster));
    HandMember member = cluster.member(3);
    member.replica().takeSnapshot(_ -> {});
    cluster.ticks(5);
    EntryId snapshot = member.status().log().snapshot();
    for (int i = 0; i < 10; i++) HandCluster.assertDone(write(cluster));
    flip(member, "log/0000000000000001.log", 560);
    member.begin();
    assertThat(member.status().state().applied()).isEqualTo(snapshot.index());
    cluster.ticks(3);
    assertThat(cluster.events).hasAtLeastOneElementOfType(RaftEvent.DataLost.class);
    assertThat(member.status().health().rejoining()).startsWith("lost ");
    cluster.ticksUntil(() -> counts(member));
    cluster.ticksUntil(() -> isVoter(cluster, 1, 3));
    cluster.ticks(10);
    assertThat(member.status().state().digest())
        .isEqualTo(cluster.member(1).status().state().digest());
    assertThat(standing(member).state()).isEqualTo(IncarnationFile.State.MEMBER);
    assertThat(standing(member).damages()).isEqualTo(1);
  }

  private static List<Outcome> large(HandCluster cluster, int number) {
    List<Outcome> outcomes = cluster.member(1).write("k" + number, "v".repeat(1_000));
    cluster.ticks(1);
    return outcomes;
  }

  @Test
  @DisplayName("a snapshot that cannot be read when it is to be sent gives way to another")
  void snapshotLost() throws IOException {
    HandCluster cluster =
        new HandCluster(
            3,
            FOUNDING.withReplica(
                settings -> ReplicaSnapshotTest.little(settings).withSnapshotBytes(1 << 30)));
    cluster.ticks(20);
    HandMember leader = cluster.elect(1);
    for (int i = 0; i < 60; i++) HandCluster.assertDone(large(cluster, i));
    leader.replica().takeSnapshot(_ -> {});
    cluster.ticks(20);
    EntryId before = leader.status().log().snapshot();
    assertThat(before.index()).isPositive();
    flip(leader, "snapshot/" + before.index() + "-" + before.term() + ".snap", 2_100);
    cluster.member(3).wipe();
    cluster.ticksUntil(() -> counts(cluster.member(3)));
    cluster.ticksUntil(() -> isVoter(cluster, 1, 3));
    assertThat(cluster.events).contains(new RaftEvent.SnapshotLost(before));
    assertThat(leader.leads()).as("nobody else had to help").isTrue();
    cluster.ticks(10);
    assertThat(cluster.member(3).status().state().digest())
        .isEqualTo(leader.status().state().digest());
  }

  private static final Membership TWO = Membership.of(1, 2);

  /// Members 1 and 2, after 3 was removed by them.
  private static HandCluster withoutThird(boolean isAway) {
    HandCluster cluster = founded(3);
    HandCluster.assertDone(write(cluster));
    if (isAway) cluster.isolate(3);
    List<Outcome> outcomes = new ArrayList<>();
    cluster.member(1).replica().changeMembership(TWO, outcomes::add);
    cluster.ticks(20);
    HandCluster.assertDone(outcomes);
    return cluster;
  }

  private static void assertRemoved(HandCluster cluster, int id) {
    HandMember removed = cluster.member(id);
    assertThat(removed.status().health().unready()).contains("removed");
    List<Outcome> read = removed.read("k");
    List<Outcome> stale = removed.read("k", new ReadConsistency.Follower());
    List<Outcome> write = removed.write("k", "w");
    cluster.settle();
    for (List<Outcome> each : List.of(read, stale, write))
      assertThat(each).containsExactly(new Outcome.NotLeader(Membership.NONE));
  }

  @Test
  @DisplayName("a member that was removed says so, and answers at once that it knows no leader")
  void removed() {
    HandCluster cluster = withoutThird(false);
    assertRemoved(cluster, 3);
    cluster.member(3).begin();
    cluster.ticks(100);
    assertRemoved(cluster, 3);
  }

  @Test
  @DisplayName("one that was away when it was removed learns of it when it asks for votes")
  void removedWhileAway() {
    HandCluster cluster = withoutThird(true);
    cluster.loseNothing();
    cluster.ticks(100);
    assertRemoved(cluster, 3);
  }

  @Test
  @DisplayName("a leader that was removed holds nobody up")
  void removedLeader() {
    HandCluster cluster = founded(3);
    HandCluster.assertDone(write(cluster));
    List<Outcome> outcomes = new ArrayList<>();
    cluster.member(1).replica().changeMembership(Membership.of(2, 3), outcomes::add);
    cluster.ticksUntil(() -> !cluster.member(1).leads());
    cluster.settle();
    assertRemoved(cluster, 1);
  }

  @Test
  @DisplayName("a member that is told of a loss goes on with other data, durable before it counts")
  void lostAcknowledgement() throws IOException {
    HandCluster cluster = founded(3);
    HandCluster.assertDone(write(cluster));
    IncarnationFile before = standing(cluster.member(3));
    Message lost =
        new Message.DataLost(1, 3, cluster.member(1).replica().raft().term(), before.incarnation());
    cluster.send(new PeerMessage.Raft(lost, 0));
    cluster.member(3).snapshotsStalled = true;
    cluster.ticks(3);
    assertThat(counts(cluster.member(3))).isFalse();
    assertThat(standing(cluster.member(3))).isEqualTo(before);
    cluster.member(3).snapshotsStalled = false;
    cluster.ticks(3);
    assertThat(standing(cluster.member(3)).state()).isEqualTo(IncarnationFile.State.LOST);
    assertThat(standing(cluster.member(3)).incarnation()).isNotEqualTo(before.incarnation());
    cluster.ticksUntil(() -> counts(cluster.member(3)) && isVoter(cluster, 1, 3));
    assertThat(standing(cluster.member(3)).state()).isEqualTo(IncarnationFile.State.MEMBER);
  }
}
