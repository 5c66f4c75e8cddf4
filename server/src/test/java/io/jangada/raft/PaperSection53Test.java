package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.entry;
import static io.jangada.raft.Solo.leader;
import static io.jangada.raft.Solo.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// §5.3, log replication, with the receiver's rules of AppendEntries (Fig. 2).
class PaperSection53Test {
  private static Message.AppendEntries onlyAppend(List<Message> said) {
    assertThat(said).singleElement().isInstanceOf(Message.AppendEntries.class);
    return (Message.AppendEntries) said.getFirst();
  }

  private static Message.AppendEntriesReply onlyReply(List<Message> said) {
    assertThat(said).singleElement().isInstanceOf(Message.AppendEntriesReply.class);
    return (Message.AppendEntriesReply) said.getFirst();
  }

  @Test
  @DisplayName("§5.3 The leader appends the command and sends it to each of the others in parallel")
  void leaderAppendsAndSends() {
    Solo solo = Solo.leading();
    long ticket = solo.cluster.propose(1, "a");
    assertThat(solo.member().proposed).containsEntry(ticket, at(2, 1));
    assertThat(solo.said())
        .allSatisfy(
            m ->
                assertThat(((Message.AppendEntries) m).entries())
                    .extracting(e -> e.data().toUtf8())
                    .containsExactly("a"))
        .extracting(Message::to)
        .containsExactly(2, 3);
  }

  @Test
  @DisplayName("§5.3 An entry is applied once it is committed, on a majority, and not before")
  void appliedOnceCommitted() {
    Solo solo = Solo.leading();
    solo.cluster.propose(1, "a");
    assertThat(solo.member().state).isEmpty();
    solo.hear(accepted(3, 1, 2));
    assertThat(solo.node().commit()).isEqualTo(2);
    assertThat(solo.member().state).containsExactly("a");
  }

  @Test
  @DisplayName("§5.3 Committing an entry commits all that precede it")
  void commitsWhatPrecedes() {
    Solo solo = Solo.leading();
    solo.cluster.propose(1, "a");
    solo.cluster.propose(1, "b");
    solo.cluster.propose(1, "c");
    solo.hear(accepted(2, 1, 4));
    assertThat(solo.member().state).containsExactly("a", "b", "c");
  }

  @Test
  @DisplayName("§5.3 A leader retries for ever, even after it answered the client")
  void retriesAfterAnswering() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.settle();
    cluster.crash(3);
    cluster.propose(1, "a");
    cluster.settle();
    assertThat(cluster.member(1).state).containsExactly("a");
    cluster.run(500);
    cluster.restart(3);
    cluster.run(10);
    assertThat(cluster.member(3).state).containsExactly("a");
  }

  @Test
  @DisplayName("§5.3 Followers learn from later messages, heartbeats too, what is committed")
  void followersLearnCommit() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.propose(1, "a");
    cluster.settle();
    assertThat(cluster.member(2).state).isEmpty();
    cluster.run(3);
    assertThat(cluster.member(2).state).containsExactly("a");
  }

  @Test
  @DisplayName("§5.3 A follower applies committed entries in log order")
  void appliesInOrder() {
    Solo solo = new Solo();
    solo.hear(leader(2, 1).append(at(0, 0), 0, entry(1, 1), entry(2, 1), entry(3, 1)));
    solo.hear(leader(2, 1).append(at(3, 1), 2));
    assertThat(solo.member().state).containsExactly("1/1", "2/1");
    solo.hear(leader(2, 1).append(at(3, 1), 3));
    assertThat(solo.member().state).containsExactly("1/1", "2/1", "3/1");
  }

  @Test
  @DisplayName("§5.3 A follower without an entry of that index and term refuses the new entries")
  void refusesGapsAndConflicts() {
    Solo solo = Solo.withLog(1, 1, 2);
    assertThat(onlyReply(solo.hear(leader(2, 3).append(at(4, 2), 0, entry(5, 3)))).success())
        .isFalse();
    assertThat(onlyReply(solo.hear(leader(2, 3).append(at(3, 1), 0, entry(4, 3)))).success())
        .isFalse();
    assertThat(solo.terms()).containsExactly(1L, 1L, 2L);
    assertThat(onlyReply(solo.hear(leader(2, 3).append(at(3, 2), 0, entry(4, 3)))).success())
        .isTrue();
    assertThat(solo.terms()).containsExactly(1L, 1L, 2L, 3L);
  }

  @Test
  @DisplayName("§5.3 Conflicting entries are deleted with all that follow, and overwritten")
  void conflictsAreOverwritten() {
    Solo solo = Solo.withLog(1, 1, 2, 2, 2);
    solo.hear(leader(2, 3).append(at(2, 1), 0, entry(3, 3)));
    assertThat(solo.terms()).containsExactly(1L, 1L, 3L);
    assertThat(solo.member().disk.last()).isEqualTo(at(3, 3));
  }

  @Test
  @DisplayName(
      "Fig. 2 Entries already in the log are not appended, nor is what follows them deleted")
  void anOldMessageDeletesNothing() {
    Solo solo = new Solo();
    Message shorter = leader(2, 1).append(at(0, 0), 0, entry(1, 1));
    solo.hear(leader(2, 1).append(at(0, 0), 0, entry(1, 1), entry(2, 1), entry(3, 1)));
    solo.hear(shorter);
    solo.hear(leader(2, 1).append(at(1, 1), 0));
    assertThat(solo.terms()).containsExactly(1L, 1L, 1L);
    assertThat(onlyReply(solo.hear(shorter)).match()).isEqualTo(3);
  }

  @Test
  @DisplayName("Fig. 2 commitIndex = min(leaderCommit, index of the last new entry)")
  void commitIsBoundedByWhatMatched() {
    Solo solo = Solo.withLog(1, 1, 1, 1);
    solo.hear(leader(2, 2).append(at(1, 1), 4, entry(2, 1)));
    assertThat(solo.node().commit()).as("2 to 4 may be another leader's").isEqualTo(2);
    solo.hear(leader(2, 2).append(at(2, 1), 1));
    assertThat(solo.node().commit()).as("never back").isEqualTo(2);
  }

  @Test
  @DisplayName("§5.3 On coming to power nextIndex is just after the last entry, for all followers")
  void nextIsAfterTheLast() {
    Solo solo = Solo.withLog(1, 1, 2);
    assertThat(solo.lead())
        .allSatisfy(m -> assertThat(((Message.AppendEntries) m).prev()).isEqualTo(at(3, 2)));
  }

  @Test
  @DisplayName("§5.3 After a rejection the leader goes back and retries, until the logs match")
  void goesBackUntilLogsMatch() {
    Solo solo = Solo.withLog(1, 1, 2, 2);
    solo.lead();
    Message.AppendEntries again = onlyAppend(solo.hear(refused(2, 3, 4, at(4, 0))));
    assertThat(again.prev()).isEqualTo(at(3, 2));
    again = onlyAppend(solo.hear(refused(2, 3, 3, at(1, 1))));
    assertThat(again.prev()).as("the last of term 1, which the follower has").isEqualTo(at(2, 1));
    again = onlyAppend(solo.hear(refused(2, 3, 2, at(2, 0))));
    assertThat(again.prev()).isEqualTo(at(1, 1));
    assertThat(again.entries()).extracting(Entry::term).containsExactly(1L, 2L, 2L, 3L);
  }

  @Test
  @DisplayName("§5.3 A rejection that was overtaken, or comes twice, changes nothing")
  void staleRejections() {
    Solo solo = Solo.leading();
    solo.cluster.propose(1, "a");
    solo.hear(accepted(2, 1, 2));
    assertThat(solo.hear(refused(2, 1, 1, at(1, 0)))).as("below what matches").isEmpty();
    assertThat(solo.node().inspect().matchOf(2)).isEqualTo(2);
  }

  @Test
  @DisplayName("§5.3 The follower tells the term of the conflict and its first index of that term")
  void conflictHint() {
    Solo solo = Solo.withLog(1, 2, 2, 2, 3);
    Message.AppendEntriesReply reply = onlyReply(solo.hear(leader(2, 9).append(at(4, 5), 0)));
    assertThat(reply.match()).isEqualTo(4);
    assertThat(reply.conflict()).isEqualTo(at(2, 2));
    reply = onlyReply(solo.hear(leader(2, 9).append(at(12, 5), 0)));
    assertThat(reply.conflict()).as("where its log ends").isEqualTo(at(6, 0));
  }

  @Test
  @DisplayName("§5.3 One message for each term with conflicting entries is enough")
  void oneMessageATerm() {
    RaftCluster cluster = new RaftCluster(3);
    preset(cluster.member(1).disk, 1, 1, 1, 1, 8, 8, 8, 8, 8, 8, 8, 8);
    preset(cluster.member(2).disk, 1, 1, 1, 1, 8, 8, 8, 8, 8, 8, 8, 8);
    preset(cluster.member(3).disk, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4);
    cluster.start().elect(1);
    int[] tries = {0};
    for (int i = 0; i < 20 && cluster.node(3).last().term() != 9; i++) {
      tries[0] += cluster.deliver(RaftCluster.to(3));
      cluster.deliver(RaftCluster.from(3));
    }
    assertThat(tries[0]).as("three terms, and the first try").isLessThanOrEqualTo(4);
  }

  private static void preset(MemberDisk disk, long... terms) {
    List<Entry> log = new ArrayList<>();
    for (long term : terms) log.add(entry(log.size() + 1L, term));
    disk.preset(new HardState(8, Membership.NONE), log);
  }

  @Test
  @DisplayName("§5.3 A leader never overwrites or deletes entries in its own log")
  void leaderAppendOnly() {
    Solo solo = Solo.withLog(1, 2);
    solo.lead();
    solo.hear(refused(2, 3, 2, at(1, 1)));
    solo.hear(refused(3, 3, 2, at(1, 0)));
    assertThat(solo.terms()).containsExactly(1L, 2L, 3L);
  }

  @Test
  @DisplayName(
      "§5.3 An entry is replicated with one round of messages, and a slow one does not slow it")
  void oneRound() {
    RaftCluster cluster = new RaftCluster(5).start();
    cluster.elect(1);
    cluster.settle();
    cluster.run(3);
    cluster.pool.clear();
    long before = cluster.sentCount;
    cluster.crash(4);
    cluster.crash(5);
    cluster.propose(1, "a");
    cluster.deliver(RaftCluster.from(1));
    cluster.deliver(RaftCluster.to(1));
    assertThat(cluster.member(1).state).containsExactly("a");
    assertThat(cluster.sentCount - before).as("four asked, two answered").isEqualTo(6);
  }
}
