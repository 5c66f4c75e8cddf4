package io.jangada.raft;

import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.entry;
import static io.jangada.raft.Solo.leader;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// §7, log compaction, with the receiver's rules of InstallSnapshot (Fig. 13).
class PaperSection7Test {
  /// Three members under leader 1 that keep nothing behind a snapshot; 3 has only the no-op.
  private static RaftCluster oneBehind(int commands) {
    return oneBehind(commands, TestLimits.usual().retainedBytes(0).get());
  }

  private static RaftCluster oneBehind(int commands, RaftConfig.Limits limits) {
    RaftCluster cluster = new RaftCluster(3, config -> config.withLimits(limits)).start();
    cluster.elect(1);
    cluster.run(4);
    cluster.isolate(3);
    for (int i = 0; i < commands; i++) cluster.propose(1, "command-" + i);
    cluster.run(4);
    return cluster;
  }

  /// A snapshot of the commands of [Solo#entry] up to `index`, as another leader would send it.
  private static MemberDisk.StoredSnapshot snapshot(long index, long term, int chunks) {
    List<Bytes> parts = new ArrayList<>();
    for (int i = 0; i < chunks; i++) parts.add(Bytes.utf8("snapshot-" + i + "\n"));
    Membership membership = Membership.of(1, 2, 3, 4);
    return new MemberDisk.StoredSnapshot(
        new SnapshotMeta(at(index, term), membership, chunks, 11L * chunks, 0), parts);
  }

  private static Message chunk(long term, MemberDisk.StoredSnapshot snapshot, int chunk) {
    return new Message.InstallSnapshot(
        2, 1, term, snapshot.meta(), chunk, snapshot.chunks().get(chunk));
  }

  @Test
  @DisplayName("§7 Each server takes snapshots independently, of what is committed")
  void independently() {
    RaftCluster cluster = oneBehind(3);
    cluster.snapshot(2);
    assertThat(cluster.node(2).inspect().compacted()).isEqualTo(at(4, 1));
    assertThat(cluster.node(1).inspect().compacted()).isEqualTo(EntryId.ZERO);
    assertThat(cluster.node(2).snapshot().membership()).isEqualTo(Membership.of(1, 2, 3));
  }

  @Test
  @DisplayName("§7 Once a snapshot is written, the log up to it goes, and any earlier snapshot")
  void logAndEarlierSnapshotGo() {
    RaftCluster cluster = oneBehind(3);
    cluster.snapshot(1);
    assertThat(cluster.node(1).inspect().compacted()).isEqualTo(at(4, 1));
    assertThat(cluster.member(1).disk.entries).isEmpty();
    cluster.propose(1, "more");
    cluster.settle();
    cluster.snapshot(1);
    assertThat(cluster.member(1).disk.snapshots).containsOnlyKeys(5L);
  }

  @Test
  @DisplayName(
      "§7 The check of the first entry after a snapshot works with its last index and term")
  void consistencyCheckAtTheSnapshot() {
    RaftCluster cluster = oneBehind(3);
    cluster.snapshot(1);
    cluster.snapshot(2);
    cluster.propose(1, "next");
    cluster.deliver(RaftCluster.to(2));
    assertThat(cluster.node(2).last()).isEqualTo(at(5, 1));
  }

  @Test
  @DisplayName("§7 A snapshot has the membership in force at its last index, not a later one")
  void snapshotMembership() {
    RaftCluster cluster = oneBehind(3);
    cluster.change(1, Membership.of(1, 2));
    assertThat(cluster.node(1).membership().isJoint()).isTrue();
    cluster.snapshot(1);
    assertThat(cluster.node(1).snapshot().membership()).isEqualTo(Membership.of(1, 2, 3));
    cluster.crash(1);
    cluster.restart(1);
    assertThat(cluster.node(1).membership().isJoint()).as("from the log behind it").isTrue();
  }

  @Test
  @DisplayName("§7 A leader that has discarded a follower's next entry sends a snapshot")
  void snapshotIsSent() {
    RaftCluster cluster = oneBehind(5);
    cluster.snapshot(1);
    cluster.heal();
    cluster.run(6);
    assertThat(cluster.member(3).state).isEqualTo(cluster.member(1).state);
    assertThat(cluster.member(3).events).contains(new RaftEvent.SnapshotInstalled(at(6, 1), false));
  }

  @Test
  @DisplayName("§7 A follower that is only a little late gets entries: some are kept behind")
  void retainedEntries() {
    RaftCluster cluster =
        new RaftCluster(
            3, config -> config.withLimits(TestLimits.usual().retainedBytes(100).get()));
    cluster.start().elect(1);
    cluster.run(4);
    for (int i = 0; i < 6; i++) cluster.propose(1, "a" + i);
    cluster.settle();
    cluster.snapshot(1);
    assertThat(cluster.node(1).inspect().compacted())
        .as("two entries of 34 bytes are kept")
        .isEqualTo(at(5, 1));
  }

  @Test
  @DisplayName("Fig. 13, 1: Reply immediately if the term is old")
  void oldTerm() {
    Solo solo = Solo.withLog(5);
    assertThat(solo.hear(chunk(4, snapshot(9, 4, 1), 0))).hasSize(1);
    assertThat(solo.node().last()).isEqualTo(at(1, 5));
    assertThat(solo.member().disk.snapshots).isEmpty();
  }

  @Test
  @DisplayName("Fig. 13, 2 to 4: Chunks are stored in order, each asked for by its number")
  void chunksInOrder() {
    Solo solo = new Solo();
    var snapshot = snapshot(9, 4, 3);
    EntryId last = snapshot.meta().last();
    assertThat(solo.hear(chunk(4, snapshot, 0)))
        .containsExactly(new Message.InstallSnapshotReply(1, 2, 4, last, 1, Incarnation.NONE));
    assertThat(solo.hear(chunk(4, snapshot, 2)))
        .as("one was lost")
        .containsExactly(new Message.InstallSnapshotReply(1, 2, 4, last, 1, Incarnation.NONE));
    assertThat(solo.hear(chunk(4, snapshot, 0)))
        .as("one came twice")
        .containsExactly(new Message.InstallSnapshotReply(1, 2, 4, last, 1, Incarnation.NONE));
    solo.hear(chunk(4, snapshot, 1));
    assertThat(solo.node().commit()).isZero();
    assertThat(solo.hear(chunk(4, snapshot, 2)))
        .containsExactly(new Message.InstallSnapshotReply(1, 2, 4, last, 3, Incarnation.NONE));
    assertThat(solo.node().commit()).isEqualTo(9);
  }

  @Test
  @DisplayName("Fig. 13, 6: If the log has the snapshot's last entry, what follows it is kept")
  void matchingLogIsKept() {
    Solo solo = Solo.withLog(1, 1, 1, 2);
    solo.hear(chunk(3, snapshot(2, 1, 1), 0));
    assertThat(solo.node().commit()).isEqualTo(2);
    assertThat(solo.node().last()).isEqualTo(at(4, 2));
    assertThat(solo.member().state)
        .as("the log's entries are applied")
        .containsExactly("1/1", "2/1");
  }

  @Test
  @DisplayName(
      "Fig. 13, 7 and 8: Otherwise the whole log goes, and the state becomes the snapshot's")
  void conflictingLogGoes() {
    Solo solo = Solo.withLog(1, 2, 2, 2, 2, 2);
    solo.hear(chunk(3, snapshot(3, 3, 2), 0));
    solo.hear(chunk(3, snapshot(3, 3, 2), 1));
    assertThat(solo.node().last()).isEqualTo(at(3, 3));
    assertThat(solo.member().disk.last()).isEqualTo(at(3, 3));
    assertThat(solo.member().state).containsExactly("snapshot-0", "snapshot-1");
    assertThat(solo.node().membership()).isEqualTo(Membership.of(1, 2, 3, 4));
    assertThat(solo.hear(leader(2, 3).append(at(3, 3), 4, entry(4, 3))))
        .singleElement()
        .isInstanceOfSatisfying(
            Message.AppendEntriesReply.class, reply -> assertThat(reply.match()).isEqualTo(4));
    assertThat(solo.member().state).last().isEqualTo("4/3");
  }

  @Test
  @DisplayName("§7 A snapshot of a prefix of the log, sent by mistake, harms nothing")
  void prefixSnapshot() {
    Solo solo = new Solo();
    solo.hear(leader(2, 1).append(at(0, 0), 3, entry(1, 1), entry(2, 1), entry(3, 1)));
    assertThat(solo.hear(chunk(1, snapshot(2, 1, 4), 0)))
        .as("it is there already")
        .containsExactly(new Message.InstallSnapshotReply(1, 2, 1, at(2, 1), 4, Incarnation.NONE));
    assertThat(solo.member().state).containsExactly("1/1", "2/1", "3/1");
    assertThat(solo.node().last()).isEqualTo(at(3, 1));
  }

  @Test
  @DisplayName("§7 What is committed but not yet on disk is not reported as installed")
  void notDurableIsNotInstalled() {
    Solo solo = new Solo();
    solo.hear(leader(2, 1).append(at(0, 0), 0));
    solo.member().disk.automatic = false;
    solo.hear(leader(2, 1).append(at(0, 0), 3, entry(1, 1), entry(2, 1), entry(3, 1)));
    assertThat(solo.node().commit()).isEqualTo(3);
    assertThat(solo.hear(chunk(1, snapshot(2, 1, 1), 0)))
        .filteredOn(Message.InstallSnapshotReply.class::isInstance)
        .isEmpty();
    solo.cluster.sync(1);
    assertThat(solo.hear(chunk(1, snapshot(2, 1, 1), 0)))
        .hasOnlyElementsOfType(Message.InstallSnapshotReply.class);
  }

  @Test
  @DisplayName(
      "§7 A crash between the snapshot and the log's record of it: the log is dropped again")
  void crashAfterInstall() {
    Solo solo = Solo.withLog(1, 2, 2, 2, 2, 2);
    solo.member().disk.automatic = false;
    solo.hear(chunk(3, snapshot(3, 3, 1), 0));
    solo.cluster.crash(1);
    assertThat(solo.member().disk.last()).as("the log on disk is the old one").isEqualTo(at(6, 2));
    solo.member().disk.automatic = true;
    solo.cluster.restart(1);
    assertThat(solo.node().last()).isEqualTo(at(3, 3));
    assertThat(solo.member().disk.last()).isEqualTo(at(3, 3));
    assertThat(solo.member().state).containsExactly("snapshot-0");
  }

  @Test
  @DisplayName(
      "§7 While an install goes on, the log behind that snapshot is held, and after it too")
  void logIsHeld() {
    // Small messages: getting the log behind the snapshot takes a while, too.
    RaftCluster cluster =
        oneBehind(
            20,
            TestLimits.usual().retainedBytes(0).messageEntriesMax(4).inflightMessagesMax(1).get());
    cluster.snapshot(1);
    EntryId installed = cluster.node(1).inspect().compacted();
    cluster.heal();
    // As long as it takes, the leader goes on writing and taking snapshots.
    for (int i = 0; i < 120; i++) {
      cluster.propose(1, "later-" + i);
      cluster.deliver(_ -> true);
      if (i % 3 == 0) cluster.snapshot(1);
      cluster.tick(1);
    }
    assertThat(cluster.member(1).events)
        .filteredOn(RaftEvent.InstallStarted.class::isInstance)
        .as("one install was enough")
        .containsExactly(new RaftEvent.InstallStarted(3, installed));
    cluster.run(4);
    assertThat(cluster.node(3).last()).isEqualTo(cluster.node(1).last());
    assertThat(cluster.node(1).inspect().compacted().index())
        .as("then it is let go")
        .isGreaterThan(100);
  }

  @Test
  @DisplayName(
      "§7 A refusal of a message from before the log's present beginning leads to a snapshot")
  void refusalFromBeforeTheLog() {
    Solo solo = new Solo(c -> c.withLimits(TestLimits.usual().retainedBytes(0).get()));
    solo.cluster.crash(1);
    List<Entry> log = List.of(entry(1, 1), entry(2, 1), entry(3, 2));
    solo.member().disk.preset(new HardState(2, Membership.NONE), log);
    solo.cluster.restart(1);
    solo.lead();
    for (int i = 0; i < 12; i++) {
      solo.tick(1);
      solo.hear(Solo.accepted(2, 3, 4));
    }
    solo.cluster.snapshot(1);
    assertThat(solo.node().inspect().compacted()).isEqualTo(at(4, 3));
    // It was silent so long that no install was begun; what it refuses is the leader's first
    // message.
    solo.hear(Solo.refused(3, 3, 3, at(2, 1)));
    assertThat(solo.member().events).contains(new RaftEvent.InstallStarted(3, at(4, 3)));
  }

  @Test
  @DisplayName("§7 The log is held for an install up to a limit in bytes")
  void heldUpToALimit() {
    RaftCluster cluster =
        new RaftCluster(
            3,
            config ->
                config.withLimits(TestLimits.usual().retainedBytes(0).retainedBytesMax(400).get()));
    cluster.start().elect(1);
    cluster.run(4);
    cluster.isolate(3);
    for (int i = 0; i < 9; i++) cluster.propose(1, "first-" + i);
    cluster.run(4);
    cluster.snapshot(1);
    cluster.heal();
    cluster.run(3);
    cluster.deliver(RaftCluster.to(3));
    cluster.deliver(RaftCluster.from(3));
    for (int i = 0; i < 50; i++) {
      cluster.propose(1, "later-" + i);
      cluster.settle(RaftCluster.among(List.of(1, 2)));
      cluster.snapshot(1);
    }
    assertThat(cluster.node(1).logUse().entryBytes()).isLessThanOrEqualTo(500);
    cluster.run(10);
    assertThat(cluster.member(3).state).isEqualTo(cluster.member(1).state);
  }

  @Test
  @DisplayName(
      "§7 An install that gets no answer is given up, and begun anew when the peer is back")
  void installGivenUp() {
    RaftCluster cluster = oneBehind(5);
    cluster.snapshot(1);
    cluster.heal();
    for (int i = 0; i < 3; i++) cluster.tick(1);
    cluster.deliver(RaftCluster.to(3));
    cluster.deliver(RaftCluster.from(3));
    assertThat(cluster.member(1).events).contains(new RaftEvent.InstallStarted(3, at(6, 1)));
    cluster.crash(3);
    cluster.run(200);
    assertThat(cluster.member(1).events).contains(new RaftEvent.InstallEnded(3, at(6, 1), false));
    cluster.restart(3);
    cluster.run(10);
    assertThat(cluster.member(3).state).isEqualTo(cluster.member(1).state);
  }

  @Test
  @DisplayName("§7 A snapshot that cannot be read is sent to nobody; the next one is")
  void lostSnapshot() {
    RaftCluster cluster = oneBehind(20);
    cluster.snapshot(1);
    EntryId lost = cluster.node(1).snapshot().last();
    cluster.step(1, new Input.SnapshotLost(lost));
    cluster.heal();
    cluster.run(40);
    assertThat(cluster.member(1).events)
        .contains(new RaftEvent.SnapshotLost(lost))
        .noneMatch(RaftEvent.InstallStarted.class::isInstance);
    assertThat(cluster.member(3).state).isEmpty();
    cluster.snapshot(1);
    cluster.run(40);
    assertThat(cluster.node(1).snapshot().last()).as("of the same entries").isEqualTo(lost);
    assertThat(cluster.member(3).state).hasSize(20);
  }

  @Test
  @DisplayName("§7 An install of a snapshot that cannot be read any more begins anew with another")
  void lostWhileInstalling() {
    RaftCluster cluster = oneBehind(20);
    cluster.snapshot(1);
    EntryId lost = cluster.node(1).snapshot().last();
    cluster.propose(1, "b");
    cluster.run(4);
    cluster.heal();
    RaftEvent started = new RaftEvent.InstallStarted(3, lost);
    for (int i = 0; i < 20 && !cluster.member(1).events.contains(started); i++) {
      cluster.tickAll();
      cluster.settle(m -> !(m instanceof Message.InstallSnapshot));
    }
    cluster.lose(m -> m instanceof Message.InstallSnapshot);
    cluster.step(1, new Input.SnapshotLost(lost));
    assertThat(cluster.member(1).events)
        .containsSubsequence(started, new RaftEvent.InstallEnded(3, lost, false));
    cluster.snapshot(1);
    cluster.run(60);
    assertThat(cluster.member(3).state).hasSize(21);
  }
}
