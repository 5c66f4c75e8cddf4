package io.jangada.raft;

import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.entry;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// A planted violation of each law, to see that it is noticed: by a member itself ([Invariants]),
/// or over all of them ([ClusterLaws]).
class LawsTest {
  private static void breaks(String law, ThrowingCallable deed) {
    assertThatThrownBy(deed).isInstanceOf(LawBrokenException.class).hasMessageContaining(law);
  }

  private static RaftLog log(int entries, long committed, int applied) {
    RaftLog log = new RaftLog(EntryId.ZERO, List.of(), 0);
    for (long index = 1; index <= entries; index++) log.append(entry(index, 1));
    log.commitTo(committed);
    while (log.applied() < applied) log.takeCommitted(1);
    return log;
  }

  @Test
  void aMemberWatchesItself() {
    HardState hard = new HardState(3, 2);
    Invariants laws = new Invariants(hard, log(4, 3, 2));
    laws.step(hard, log(4, 3, 2), true);
    breaks("terms never go back", () -> laws.step(new HardState(2, 2), log(4, 3, 2), true));
    breaks("a vote is cast once", () -> laws.step(new HardState(3, 1), log(4, 3, 2), true));
    breaks("a vote is cast once", () -> laws.step(new HardState(3, -1), log(4, 3, 2), true));
    breaks("commit index never goes back", () -> laws.step(hard, log(4, 2, 2), true));
    breaks("applied index never goes back", () -> laws.step(hard, log(4, 3, 1), true));
    breaks("Leader Append-Only", () -> laws.step(hard, log(3, 3, 2), true));
    laws.step(hard, log(3, 3, 2), false);
  }

  @Test
  void aLogRefusesWhatMustNotHappenToIt() {
    RaftLog log = log(4, 2, 1);
    breaks("a committed entry is never cut", () -> log.truncateAfter(1));
    breaks("appended without a gap", () -> log.append(entry(6, 1)));
    breaks("only applied entries are released", () -> log.compactTo(2));
    breaks("only entries given to the disk are released", () -> log.compactTo(1));
    breaks("commit never passes the log's end", () -> log.commitTo(5));
    breaks("never takes committed entries back", () -> log.reset(at(2, 1)));
    RaftLog later = log(1, 0, 0);
    later.append(entry(2, 5));
    breaks("terms in a log never decrease", () -> later.append(entry(3, 4)));
  }

  private static void become(RaftCluster cluster, int id, long term) {
    cluster.timeOut(id);
    int other = id == 3 ? 2 : 3;
    cluster.step(id, new Input.Receive(new Message.RequestVoteReply(other, id, term, true, true)));
    cluster.step(id, new Input.Receive(new Message.RequestVoteReply(other, id, term, true, false)));
  }

  private static void append(RaftCluster cluster, int to, long commit, Entry... entries) {
    Message message =
        new Message.AppendEntries(3, to, 9, EntryId.ZERO, List.of(entries), commit, 0);
    cluster.step(to, new Input.Receive(message));
  }

  @Test
  void electionSafety() {
    RaftCluster cluster = new RaftCluster(3).start();
    become(cluster, 1, 1);
    breaks("Election Safety", () -> become(cluster, 2, 1));
  }

  @Test
  void logMatching() {
    RaftCluster cluster = new RaftCluster(3).start();
    append(cluster, 1, 0, entry(1, 1), entry(2, 2));
    breaks("Log Matching", () -> append(cluster, 2, 0, entry(1, 2), entry(2, 2)));
  }

  @Test
  void stateMachineSafety() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.laws.peersArePlayed = true;
    cluster.crash(3);
    cluster.crash(2);
    append(cluster, 1, 1, entry(1, 1));
    cluster.crash(1);
    cluster.restart(2);
    breaks("State Machine Safety", () -> append(cluster, 2, 1, entry(1, 2)));
  }

  @Test
  void leaderCompleteness() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.laws.peersArePlayed = true;
    cluster.crash(3);
    cluster.crash(2);
    append(cluster, 1, 1, entry(1, 1));
    cluster.restart(2);
    cluster.member(2).disk.hard = new HardState(9, Membership.NONE);
    cluster.crash(2);
    cluster.restart(2);
    breaks("Leader Completeness", () -> become(cluster, 2, 10));
  }

  @Test
  void committedMeansOnTheDisksOfAQuorum() {
    RaftCluster cluster = new RaftCluster(3).start();
    breaks("not on the disks of a quorum", () -> append(cluster, 1, 1, entry(1, 1)));
  }

  @Test
  void nobodyAcknowledgesWhatItsDiskDoesNotHold() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.member(1).disk.automatic = false;
    append(cluster, 1, 0, entry(1, 1));
    breaks(
        "the term is durable before entries are accepted",
        () -> cluster.step(1, new Input.Synced(1)));
    cluster.member(1).disk.hard = new HardState(9, Membership.NONE);
    Message again = new Message.AppendEntries(3, 1, 9, at(1, 1), List.of(), 0, 0);
    breaks(
        "acknowledges what its disk does not hold",
        () -> cluster.step(1, new Input.Receive(again)));
  }

  @Test
  void votesAreToldOnceDurable() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.member(1).disk.automatic = false;
    Message ask = new Message.RequestVote(2, 1, 4, EntryId.ZERO, false, false);
    cluster.step(1, new Input.Receive(ask));
    breaks("a vote is told once it is durable", () -> cluster.step(1, new Input.Synced(1)));
  }

  @Test
  void readsNeverSeeThePast() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.laws.peersArePlayed = true;
    cluster.crash(3);
    cluster.crash(2);
    append(cluster, 1, 1, entry(1, 1));
    cluster.restart(2);
    cluster.laws.asked(7);
    breaks("reads never see the past", () -> cluster.laws.answered(cluster.member(2), 7));
  }
}
