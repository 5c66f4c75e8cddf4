package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static io.jangada.raft.Solo.askVote;
import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.entry;
import static io.jangada.raft.Solo.isGranted;
import static io.jangada.raft.Solo.leader;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// §5.4, safety, and §5.5 and §5.6.
class PaperSection54Test {
  @Test
  @DisplayName("§5.4.1 A voter denies its vote if its own log is more up-to-date")
  void deniesToShorterLogs() {
    assertThat(isGranted(Solo.withLog(1, 1).hear(askVote(2, 5, at(1, 1))))).isFalse();
    assertThat(isGranted(Solo.withLog(1, 1).hear(askVote(2, 5, at(2, 1))))).isTrue();
    assertThat(isGranted(Solo.withLog(1, 1).hear(askVote(2, 5, at(3, 1))))).isTrue();
  }

  @Test
  @DisplayName("§5.4.1 The log with the later last term is more up-to-date, however short")
  void laterTermIsMoreUpToDate() {
    assertThat(isGranted(Solo.withLog(1, 3).hear(askVote(2, 5, at(9, 2))))).isFalse();
    assertThat(isGranted(Solo.withLog(1, 1, 1, 2).hear(askVote(2, 5, at(1, 3))))).isTrue();
  }

  @Test
  @DisplayName("§5.4.1 A denied vote is still free for another candidate of that term")
  void deniedVoteStaysFree() {
    Solo solo = Solo.withLog(1, 1);
    solo.hear(askVote(2, 5, at(1, 1)));
    assertThat(solo.member().disk.hard).isEqualTo(new HardState(5, Membership.NONE));
    assertThat(isGranted(solo.hear(askVote(3, 5, at(2, 1))))).isTrue();
  }

  @Test
  @DisplayName("§5.4.2 A leader never commits an entry of an earlier term by counting replicas")
  void neverCountsOldTerms() {
    Solo solo = Solo.withLog(1, 2, 2);
    solo.lead();
    solo.hear(accepted(2, 3, 3));
    solo.hear(accepted(3, 3, 3));
    assertThat(solo.node().commit()).as("on all three members").isZero();
  }

  @Test
  @DisplayName("§5.4.2 Once an entry of its own term commits, all before it do, indirectly")
  void ownTermCommitsAll() {
    Solo solo = Solo.withLog(1, 2, 2);
    solo.lead();
    solo.hear(accepted(2, 3, 4));
    assertThat(solo.node().commit()).isEqualTo(4);
    assertThat(solo.member().applied).isEqualTo(4);
  }

  @Test
  @DisplayName("§5.4.2 Entries keep their original term when a later leader replicates them")
  void entriesKeepTheirTerm() {
    Solo solo = Solo.withLog(1, 2);
    solo.lead();
    List<Message> said =
        solo.hear(new Message.AppendEntriesReply(2, 1, 3, false, 2, at(1, 0), 0, Incarnation.NONE));
    assertThat(((Message.AppendEntries) said.getFirst()).entries())
        .extracting(Entry::term)
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  @DisplayName("§5.4.3 A leader holds every entry committed in earlier terms")
  void leaderCompleteness() {
    // The law is checked at each election: here over many elections with lossy links.
    Seeds.each(
        20,
        random -> {
          List<Integer> ids = List.of(1, 2, 3, 4, 5);
          RaftCluster cluster = new RaftCluster(ids, config -> config, _ -> random.split());
          cluster.start();
          for (int i = 0; i < 20; i++) {
            cluster.runToLeader(200);
            int leader = cluster.leader();
            cluster.propose(leader, "a" + i);
            cluster.lose(_ -> random.nextInt(3) == 0);
            cluster.settle();
            cluster.crash(leader);
            cluster.runToLeader(200);
            cluster.restart(leader);
          }
          assertThat(cluster.laws.leadersSoFar()).isGreaterThanOrEqualTo(20);
        });
  }

  @Test
  @DisplayName("§5.5 If a follower crashes before answering, it gets the same again and ignores it")
  void messagesAreIdempotent() {
    Solo solo = new Solo();
    Message append = leader(2, 1).append(at(0, 0), 0, entry(1, 1), entry(2, 1));
    solo.hear(append);
    solo.cluster.crash(1);
    solo.cluster.restart(1);
    assertThat(solo.hear(append))
        .singleElement()
        .isInstanceOfSatisfying(
            Message.AppendEntriesReply.class, reply -> assertThat(reply.match()).isEqualTo(2));
    assertThat(solo.terms()).containsExactly(1L, 1L);
  }

  @Test
  @DisplayName("§5.5 Every message delivered twice, out of order: nothing is harmed")
  void repeatedAndReordered() {
    Seeds.each(
        50,
        random -> {
          RaftCluster cluster =
              new RaftCluster(List.of(1, 2, 3), config -> config, _ -> random.split());
          cluster.start();
          cluster.runToLeader(200);
          int leader = cluster.leader();
          List<String> expected = new ArrayList<>();
          for (int i = 0; i < 30; i++) {
            if (cluster.node(leader).isLeader()) {
              cluster.propose(leader, "a" + i);
              expected.add("a" + i);
            }
            List<Message> all = new ArrayList<>(cluster.take(_ -> true));
            all.addAll(List.copyOf(all));
            while (!all.isEmpty()) cluster.deliver(all.remove(random.nextInt(all.size())));
          }
          cluster.run(30);
          for (ClusterMember member : cluster.members.values())
            assertThat(member.state).isEqualTo(expected);
        });
  }

  @Test
  @DisplayName("§5.6 The cluster works while the election timeout is well above the message delay")
  void messagesMayTakeSomeTicks() {
    Seeds.each(
        20,
        random -> {
          RaftCluster cluster =
              new RaftCluster(List.of(1, 2, 3), config -> config, _ -> random.split());
          cluster.start();
          List<List<Message>> underWay = new ArrayList<>(List.of(List.of(), List.of()));
          for (int tick = 0; tick < 400; tick++) {
            cluster.tickAll();
            underWay.add(cluster.take(_ -> true));
            underWay.removeFirst().forEach(cluster::deliver);
          }
          int leader = cluster.leader();
          assertThat(leader).isNotEqualTo(Membership.NONE);
          assertThat(cluster.laws.leadersSoFar()).as("leaders in 400 ticks").isLessThan(5);
          assertThat(cluster.node(leader).isEstablished()).isTrue();
        });
  }
}
