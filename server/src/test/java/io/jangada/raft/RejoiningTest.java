package io.jangada.raft;

import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A member that may have forgotten what it promised (decision 13).
class RejoiningTest {
  private static final Membership THREE = Membership.of(1, 2, 3);
  private static final long NEW = 301;

  /// Members 1, 2 and 3 under leader 1 with an entry committed on all.
  private static RaftCluster cluster() {
    return cluster(0);
  }

  private static RaftCluster cluster(int leaseTicks) {
    RaftCluster cluster = new RaftCluster(3, config -> config.withLeaseTicks(leaseTicks));
    for (ClusterMember member : cluster.members.values())
      member.disk.standing = new Incarnation(member.id, false);
    cluster.start();
    cluster.elect(1);
    cluster.propose(1, "a");
    cluster.run(4);
    return cluster;
  }

  /// The same after member 3 lost all it had; it is up again and was not heard yet.
  private static RaftCluster wiped() {
    RaftCluster cluster = cluster();
    cluster.wipe(3);
    cluster.restart(3);
    return cluster;
  }

  private static Solo inProbation() {
    Solo solo = new Solo();
    solo.cluster.crash(1);
    solo.member().disk.standing = new Incarnation(7, true);
    solo.cluster.restart(1);
    return solo;
  }

  /// The leader's time goes by until it did something, of which nobody has heard yet.
  private static void tickUntil(RaftCluster cluster, BooleanSupplier done) {
    for (int ticks = 0; !done.getAsBoolean(); ticks++) {
      assertThat(ticks).isLessThan(100);
      cluster.settle();
      cluster.tick(1);
    }
  }

  private static boolean isAnswer(Message message) {
    return message instanceof Message.AppendEntriesReply;
  }

  private static Message append(long term, EntryId prev, long commit, Entry... entries) {
    return new Message.AppendEntries(2, 1, term, prev, List.of(entries), commit, 0);
  }

  @Test
  @DisplayName("It grants no vote and no pre-vote, and learns of terms all the same")
  void noVote() {
    Solo solo = inProbation();
    assertThat(Solo.isGranted(solo.hear(Solo.askPreVote(2, 1, at(9, 1))))).isFalse();
    assertThat(Solo.isGranted(solo.hear(Solo.askVote(2, 4, at(9, 1))))).isFalse();
    assertThat(solo.node().hardState()).isEqualTo(new HardState(4, Membership.NONE));
  }

  @Test
  @DisplayName("It does not stand for election, not even when a leader tells it to")
  void doesNotStand() {
    Solo solo = inProbation();
    assertThat(solo.tick(100)).isEmpty();
    assertThat(solo.hear(new Message.TimeoutNow(2, 1, 0))).isEmpty();
    assertThat(solo.node().roleName()).isEqualTo("follower");
  }

  @Test
  @DisplayName("It takes entries, and its answers say that they do not count and of which data")
  void answers() {
    Solo solo = inProbation();
    List<Message> said = solo.hear(append(1, at(0, 0), 0, entry(1, 1)));
    assertThat(said)
        .containsExactly(
            new Message.AppendEntriesReply(
                1, 2, 1, true, 1, EntryId.ZERO, 0, new Incarnation(7, true)));
    assertThat(solo.hear(append(1, at(5, 1), 0)))
        .singleElement()
        .extracting(message -> ((Message.AppendEntriesReply) message).incarnation())
        .isEqualTo(new Incarnation(7, true));
  }

  @Test
  @DisplayName(
      "Its vote in a leader's term is the leader's: it may have given it to another before")
  void votesForNobodyElse() {
    Solo solo = inProbation();
    solo.hear(append(3, at(0, 0), 0));
    assertThat(solo.node().hardState()).isEqualTo(new HardState(3, 2));
    solo.member().disk.standing = new Incarnation(7, false);
    solo.cluster.step(1, new Input.Readmitted());
    assertThat(Solo.isGranted(solo.hear(Solo.askVote(3, 3, at(9, 3))))).isFalse();
    solo.tick(10);
    assertThat(Solo.isGranted(solo.hear(Solo.askVote(3, 4, at(9, 3))))).isTrue();
  }

  @Test
  @DisplayName("A membership ends it that names its data, is committed, applied and durable here")
  void admitted() {
    Solo solo = inProbation();
    solo.member().disk.automatic = false;
    Entry other = member(1, THREE.readmitting(1, 6));
    Entry own = member(2, THREE.readmitting(1, 7));
    solo.hear(append(1, at(0, 0), 0, other));
    solo.hear(append(1, at(1, 1), 1, own));
    while (solo.cluster.sync(1)) continue;
    assertThat(solo.node().incarnation().rejoining())
        .as("other data, and an uncommitted entry")
        .isTrue();
    solo.hear(append(1, at(2, 1), 2));
    assertThat(solo.node().incarnation())
        .as("and its disk knows")
        .isEqualTo(new Incarnation(7, false));
    assertThat(solo.member().events).contains(new RaftEvent.Readmitted());
  }

  private static Entry member(long index, Membership membership) {
    return new Entry(index, 1, Entry.Kind.MEMBERSHIP, membership.encode());
  }

  @Test
  @DisplayName("Nothing is admitted before it is durable")
  void admittedWhenDurable() {
    Solo solo = inProbation();
    solo.hear(append(1, at(0, 0), 0));
    solo.member().disk.automatic = false;
    solo.hear(append(1, at(0, 0), 1, member(1, THREE.readmitting(1, 7))));
    assertThat(solo.node().applied()).isEqualTo(1);
    assertThat(solo.node().incarnation().rejoining()).isTrue();
    while (solo.cluster.sync(1)) continue;
    assertThat(solo.node().incarnation().rejoining()).isFalse();
  }

  @Test
  @DisplayName("What it acknowledges commits nothing")
  void doesNotCommit() {
    RaftCluster cluster = wiped();
    cluster.isolate(2);
    cluster.run(3);
    cluster.propose(1, "b");
    cluster.run(10);
    assertThat(cluster.node(1).commit()).isEqualTo(2);
    assertThat(cluster.member(1).state).containsExactly("a");
  }

  @Test
  @DisplayName("A leader whose quorum it would complete steps down")
  void completesNoQuorum() {
    RaftCluster cluster = wiped();
    cluster.isolate(2);
    cluster.run(30);
    assertThat(cluster.leader()).isEqualTo(Membership.NONE);
    cluster.run(100);
    assertThat(cluster.leader()).as("nor is anybody elected with it").isEqualTo(Membership.NONE);
  }

  @Test
  @DisplayName("It confirms no read, neither by a round nor as a witness")
  void confirmsNoRead() {
    RaftCluster cluster = wiped();
    cluster.isolate(2);
    cluster.run(4);
    long asked = cluster.read(1);
    long witnessed = cluster.read(1, 3);
    cluster.run(6);
    assertThat(cluster.member(1).reads).doesNotContain(asked, witnessed);
    cluster.heal();
    cluster.run(6);
    assertThat(cluster.member(1).reads).contains(asked, witnessed);
  }

  @Test
  @DisplayName("It keeps no lease alive")
  void keepsNoLease() {
    RaftCluster cluster = cluster(8);
    cluster.wipe(3);
    cluster.restart(3);
    cluster.isolate(2);
    cluster.run(12);
    long read = cluster.read(1);
    assertThat(cluster.leader()).isEqualTo(1);
    assertThat(cluster.member(1).reads).doesNotContain(read);
    cluster.heal();
    cluster.run(6);
    assertThat(cluster.member(1).reads).as("a round confirms it").contains(read);
  }

  /// Four members under leader 1, of which 3 is down; 4 lost all it had, and its new data is
  /// recorded: what it says would complete the quorum of the old voters.
  private static RaftCluster recordedInJoint() {
    RaftCluster cluster = new RaftCluster(4);
    for (ClusterMember member : cluster.members.values())
      member.disk.standing = new Incarnation(member.id, false);
    cluster.start();
    cluster.elect(1);
    cluster.run(4);
    cluster.wipe(4);
    cluster.restart(4);
    tickUntil(cluster, () -> cluster.node(1).membership().isJoint());
    cluster.crash(3);
    return cluster;
  }

  @Test
  @DisplayName("Not even the change that takes it in is decided with it")
  void decidesNotOnItself() {
    RaftCluster cluster = recordedInJoint();
    long read = cluster.read(1);
    cluster.run(10);
    assertThat(cluster.node(4).last()).as("it takes entries").isEqualTo(cluster.node(1).last());
    assertThat(cluster.node(1).commit()).isEqualTo(1);
    assertThat(cluster.member(1).reads).doesNotContain(read);
    cluster.run(20);
    assertThat(cluster.leader()).isEqualTo(Membership.NONE);
    assertThat(cluster.member(1).dropped).containsEntry(read, Ready.Reason.NOT_LEADER);
    cluster.restart(3);
    cluster.run(100);
    assertThat(cluster.node(cluster.leader()).membership().voters()).containsExactly(1, 2, 3, 4);
    assertThat(cluster.node(4).incarnation().rejoining()).isFalse();
  }

  @Test
  @DisplayName("It is taken in as a learner, by a quorum of the voters without it, and promoted")
  void comesBack() {
    RaftCluster cluster = cluster();
    cluster.change(1, THREE.withAddress(3, "c"));
    cluster.run(4);
    cluster.wipe(3);
    cluster.restart(3);
    for (int i = 0; i < 30; i++) cluster.propose(1, "b" + i);
    cluster.run(60);
    Membership learner =
        new Membership(List.of(1, 2), List.of(), List.of(3), List.of(3))
            .withAddress(3, "c")
            .readmitting(3, NEW)
            .withClusterId(Dice.DRAWN);
    List<Membership> inForce =
        cluster.member(2).events.stream()
            .filter(RaftEvent.ConfigurationChanged.class::isInstance)
            .map(event -> ((RaftEvent.ConfigurationChanged) event).membership())
            .toList();
    assertThat(inForce)
        .contains(THREE.withClusterId(Dice.DRAWN).withAddress(3, "c").jointTo(learner), learner);
    assertThat(inForce.getLast()).isEqualTo(learner.promoting(3));
    assertThat(cluster.member(1).events).contains(new RaftEvent.Readmitting(3, NEW));
    assertThat(cluster.node(3).incarnation()).isEqualTo(new Incarnation(NEW, false));
    assertThat(cluster.member(3).state).isEqualTo(cluster.member(1).state).hasSize(31);
    cluster.isolate(2);
    cluster.propose(1, "c");
    cluster.run(4);
    assertThat(cluster.member(1).state).as("it counts again").endsWith("c");
  }

  @Test
  @DisplayName("It comes back by a snapshot, too")
  void comesBackBySnapshot() {
    RaftCluster cluster = cluster();
    for (int i = 0; i < 30; i++) cluster.propose(1, "b" + i);
    cluster.run(4);
    for (int id : List.of(1, 2)) cluster.snapshot(id);
    cluster.wipe(3);
    cluster.restart(3);
    cluster.run(120);
    assertThat(cluster.node(3).membership().isVoter(3)).isTrue();
    assertThat(cluster.node(3).incarnation()).isEqualTo(new Incarnation(NEW, false));
    assertThat(cluster.member(3).state).hasSize(31);
  }

  @Test
  @DisplayName("A member that was never a voter is recorded, and is promoted only after that")
  void aNewMember() {
    RaftCluster cluster = cluster();
    cluster.add(RaftCluster.configOf(4, List.of(1, 2, 3, 4)), new Dice());
    cluster.member(4).disk.standing = new Incarnation(44, true);
    cluster.restart(4);
    cluster.change(1, new Membership(List.of(1, 2, 3), List.of(), List.of(4), List.of(4)));
    cluster.run(15);
    assertThat(cluster.node(1).membership().joining()).containsExactly(4);
    cluster.run(40);
    assertThat(cluster.node(4).membership())
        .isEqualTo(
            new Membership(List.of(1, 2, 3), List.of(), List.of(4), List.of(4))
                .readmitting(4, 44)
                .promoting(4)
                .withClusterId(Dice.DRAWN));
  }

  @Test
  @DisplayName("Before its data is recorded it gets no entries, and nobody waits for it")
  void notServedBefore() {
    RaftCluster cluster = wiped();
    cluster.run(4);
    cluster.propose(1, "b");
    Predicate<Message> entries =
        m -> m.to() == 3 && m instanceof Message.AppendEntries a && !a.entries().isEmpty();
    assertThat(cluster.pool.stream().filter(entries)).isEmpty();
    assertThat(cluster.node(1).inspect().matchOf(3)).as("of the data that is gone").isEqualTo(2);
  }

  @Test
  @DisplayName("What its former data said is not believed any more once the new is recorded")
  void formerWords() {
    RaftCluster cluster = cluster();
    cluster.propose(1, "b");
    cluster.deliver(RaftCluster.to(3));
    List<Message> former = cluster.take(RaftCluster.from(3).and(RejoiningTest::isAnswer));
    assertThat(former).isNotEmpty();
    cluster.wipe(3);
    cluster.restart(3);
    tickUntil(cluster, () -> cluster.node(1).membership().incarnation(3) == NEW);
    assertThat(cluster.node(1).inspect().matchOf(3)).isZero();
    former.forEach(cluster::deliver);
    assertThat(cluster.node(1).inspect().matchOf(3))
        .as("nothing of the new data is known")
        .isZero();
    cluster.run(60);
    assertThat(cluster.member(3).state).containsExactly("a", "b");
    assertThat(cluster.node(1).membership().voters()).containsExactly(1, 2, 3);
  }

  /// Members 1, 2 and 3 under leader 1 after 3 was wiped twice and has come back; and what it said
  /// in between.
  private static RaftCluster wipedTwice(List<Message> inBetween) {
    RaftCluster cluster = wiped();
    tickUntil(
        cluster,
        () -> {
          cluster.deliver(RaftCluster.to(3));
          inBetween.addAll(cluster.take(RaftCluster.from(3).and(RejoiningTest::isAnswer)));
          return !inBetween.isEmpty();
        });
    cluster.wipe(3);
    cluster.restart(3);
    cluster.run(90);
    assertThat(cluster.node(1).membership().incarnation(3)).isEqualTo(NEW + 1);
    assertThat(cluster.node(1).membership().voters()).containsExactly(1, 2, 3);
    return cluster;
  }

  @Test
  @DisplayName("What earlier new data said, and comes late, makes the present one no stranger")
  void lateWords() {
    List<Message> late = new ArrayList<>();
    RaftCluster cluster = wipedTwice(late);
    late.forEach(cluster::deliver);
    cluster.run(90);
    assertThat(cluster.node(1).membership().incarnation(3)).isEqualTo(NEW + 1);
    cluster.isolate(2);
    cluster.propose(1, "b");
    cluster.run(4);
    assertThat(cluster.member(1).state).as("it counts").endsWith("b");
  }

  @Test
  @DisplayName("If earlier data was recorded all the same, the present one is taken in again")
  void lateWordsBelieved() {
    List<Message> late = new ArrayList<>();
    RaftCluster cluster = wipedTwice(late);
    cluster.crash(3);
    tickUntil(
        cluster,
        () -> {
          late.forEach(cluster::deliver);
          return cluster.node(1).membership().incarnation(3) == NEW;
        });
    cluster.restart(3);
    cluster.run(120);
    assertThat(cluster.node(1).membership().incarnation(3)).isEqualTo(NEW + 1);
    assertThat(cluster.node(1).membership().voters()).containsExactly(1, 2, 3);
  }

  @Test
  @DisplayName("A founder that still says so for a moment is left a voter")
  void aFounder() {
    RaftCluster cluster = new RaftCluster(3);
    cluster.member(3).disk.standing = new Incarnation(33, true);
    cluster.start();
    cluster.elect(1, List.of(2));
    cluster.run(10);
    assertThat(cluster.node(3).last().index()).as("it takes entries").isEqualTo(1);
    cluster.member(3).disk.standing = new Incarnation(33, false);
    cluster.step(3, new Input.Readmitted());
    cluster.run(60);
    assertThat(cluster.node(1).membership()).isEqualTo(THREE);
    cluster.isolate(2);
    cluster.propose(1, "a");
    cluster.run(4);
    assertThat(cluster.member(1).state).as("and counts").containsExactly("a");
  }

  @Test
  @DisplayName("Nobody hands the lead to it")
  void noSuccessor() {
    RaftCluster cluster = wiped();
    cluster.run(4);
    long ticket = cluster.transfer(1, 3);
    assertThat(cluster.member(1).dropped).containsEntry(ticket, Ready.Reason.INVALID);
    cluster.transfer(1, Membership.NONE);
    assertThat(cluster.member(1).events).contains(new RaftEvent.TransferStarted(2));
  }

  @Test
  @DisplayName("No change is begun whose new voters could not decide it")
  void noQuorumOfStrangers() {
    RaftCluster cluster = cluster();
    long ticket = cluster.change(1, Membership.of(1, 4, 5));
    assertThat(cluster.member(1).dropped).containsEntry(ticket, Ready.Reason.UNREADY);
    ticket = cluster.change(1, Membership.of(1, 2, 4));
    assertThat(cluster.member(1).proposed).containsKey(ticket);
  }

  @Test
  @DisplayName("One that is wiped once more while it catches up begins once more")
  void twice() {
    RaftCluster cluster = wiped();
    tickUntil(cluster, () -> cluster.node(1).membership().learners().contains(3));
    cluster.wipe(3);
    cluster.restart(3);
    cluster.run(90);
    assertThat(cluster.node(1).membership().voters()).containsExactly(1, 2, 3);
    assertThat(cluster.node(1).membership().incarnation(3)).isEqualTo(NEW + 1);
  }
}
