package io.jangada.raft;

import static io.jangada.raft.Solo.askVote;
import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.isGranted;
import static io.jangada.raft.Solo.leader;
import static io.jangada.raft.Solo.vote;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// §5.2, leader election. Pre-vote, which comes before each of these elections, has tests of its
/// own.
class PaperSection52Test {
  /// Stands for election in a new term.
  private static Solo candidate() {
    Solo solo = new Solo();
    solo.cluster.timeOut(1);
    solo.hear(new Message.RequestVoteReply(3, 1, 1, true, true));
    assertThat(solo.node().roleName()).isEqualTo("candidate");
    return solo;
  }

  @Test
  @DisplayName("§5.2 When servers start up, they begin as followers")
  void startAsFollowers() {
    assertThat(new Solo().node().roleName()).isEqualTo("follower");
    assertThat(Solo.withLog(1, 2).node().roleName()).isEqualTo("follower");
  }

  @Test
  @DisplayName("§5.2 A server remains a follower as long as it hears from a leader or votes")
  void remainsFollower() {
    Solo solo = new Solo();
    for (int i = 0; i < 20; i++) {
      solo.hear(leader(2, 1).append(at(0, 0), 0));
      solo.tick(19);
      assertThat(solo.node().roleName()).isEqualTo("follower");
    }
    solo.hear(askVote(3, 2, at(0, 0)));
    solo.tick(19);
    assertThat(solo.node().roleName()).isEqualTo("follower");
    solo.tick(1);
    assertThat(solo.node().roleName()).isEqualTo("pre-candidate");
  }

  @Test
  @DisplayName("§5.2 A request for a vote that is refused does not put the own election off")
  void refusedVoteDoesNotReset() {
    Solo solo = Solo.withLog(1, 1);
    solo.tick(19);
    assertThat(isGranted(solo.hear(askVote(2, 2, at(1, 1))))).isFalse();
    solo.tick(1);
    assertThat(solo.node().roleName()).isEqualTo("pre-candidate");
  }

  @Test
  @DisplayName("§5.2 Leaders send periodic heartbeats to all followers")
  void heartbeats() {
    Solo solo = Solo.leading();
    for (int i = 0; i < 5; i++) {
      assertThat(solo.tick(2)).isEmpty();
      assertThat(solo.tick(1))
          .allSatisfy(m -> assertThat(((Message.AppendEntries) m).entries()).isEmpty())
          .extracting(Message::to)
          .containsExactly(2, 3);
      solo.hear(Solo.accepted(2, 1, 1));
    }
  }

  @Test
  @DisplayName("§5.2 To begin an election, it increments its term, votes for itself and asks all")
  void electionBegins() {
    Solo solo = new Solo();
    solo.cluster.timeOut(1);
    List<Message> said = solo.hear(new Message.RequestVoteReply(3, 1, 1, true, true));
    assertThat(solo.member().disk.hard).isEqualTo(new HardState(1, 1));
    assertThat(said)
        .containsExactly(
            new Message.RequestVote(1, 2, 1, at(0, 0), false, false),
            new Message.RequestVote(1, 3, 1, at(0, 0), false, false));
  }

  @Test
  @DisplayName("§5.2 A candidate wins with the votes of a majority of the full cluster")
  void majorityWins() {
    RaftCluster cluster = new RaftCluster(5).start();
    for (int id = 2; id <= 5; id++) for (int i = 0; i < 10; i++) cluster.tick(id);
    cluster.timeOut(1);
    cluster.settle(m -> m instanceof Message.RequestVote r && r.preVote());
    cluster.settle(m -> m instanceof Message.RequestVoteReply r && r.preVote());
    cluster.deliver(RaftCluster.to(2));
    cluster.deliver(RaftCluster.from(2));
    assertThat(cluster.node(1).isLeader()).as("with two of five").isFalse();
    cluster.deliver(RaftCluster.to(3));
    cluster.deliver(RaftCluster.from(3));
    assertThat(cluster.node(1).isLeader()).as("with three of five").isTrue();
  }

  @Test
  @DisplayName("§5.2 Votes count only for the term they were given in, and once for each voter")
  void votesCountOnce() {
    RaftCluster cluster = new RaftCluster(5);
    cluster.restart(1);
    cluster.timeOut(1);
    for (int from = 2; from <= 3; from++)
      cluster.step(1, new Input.Receive(new Message.RequestVoteReply(from, 1, 1, true, true)));
    assertThat(cluster.node(1).roleName()).isEqualTo("candidate");
    for (int i = 0; i < 4; i++) cluster.step(1, new Input.Receive(vote(2, 1, true)));
    assertThat(cluster.node(1).isLeader()).isFalse();
    cluster.timeOut(1);
    for (int from = 2; from <= 3; from++)
      cluster.step(1, new Input.Receive(new Message.RequestVoteReply(from, 1, 2, true, true)));
    cluster.step(1, new Input.Receive(vote(3, 1, true)));
    cluster.step(1, new Input.Receive(vote(4, 1, true)));
    assertThat(cluster.node(1).roleName()).isEqualTo("candidate");
  }

  @Test
  @DisplayName(
      "§5.2 Each server votes for at most one candidate in a term, first come first served")
  void oneVoteATerm() {
    Solo solo = new Solo();
    assertThat(isGranted(solo.hear(askVote(2, 1, at(0, 0))))).isTrue();
    assertThat(isGranted(solo.hear(askVote(3, 1, at(0, 0))))).isFalse();
    assertThat(isGranted(solo.hear(askVote(2, 1, at(0, 0))))).as("asked again").isTrue();
    assertThat(isGranted(solo.hear(askVote(3, 2, at(0, 0))))).as("in a new term").isTrue();
  }

  @Test
  @DisplayName("§5.2 A vote is remembered across a restart")
  void voteSurvivesRestart() {
    Solo solo = new Solo();
    solo.hear(askVote(2, 1, at(0, 0)));
    solo.cluster.crash(1);
    solo.cluster.restart(1);
    assertThat(isGranted(solo.hear(askVote(3, 1, at(0, 0))))).isFalse();
    assertThat(isGranted(solo.hear(askVote(2, 1, at(0, 0))))).isTrue();
  }

  @Test
  @DisplayName("§5.2 A candidate has its own vote, and gives it to nobody else")
  void candidateKeepsItsVote() {
    Solo solo = candidate();
    assertThat(isGranted(solo.hear(askVote(2, 1, at(9, 1))))).isFalse();
  }

  @Test
  @DisplayName("§5.2 Once a candidate wins it sends messages to all to establish its authority")
  void winnerSpeaks() {
    Solo solo = candidate();
    assertThat(solo.hear(vote(2, 1, true)))
        .hasOnlyElementsOfType(Message.AppendEntries.class)
        .extracting(Message::to)
        .containsExactly(2, 3);
  }

  @Test
  @DisplayName(
      "§5.2 A candidate that hears a leader of its term or a later one returns to follower")
  void candidateYields() {
    Solo solo = candidate();
    solo.hear(leader(2, 1).append(at(0, 0), 0));
    assertThat(solo.node().roleName()).isEqualTo("follower");
    assertThat(solo.node().leader()).isEqualTo(2);
    assertThat(solo.member().disk.hard).as("and keeps its vote").isEqualTo(new HardState(1, 1));

    Solo later = candidate();
    later.hear(leader(3, 4).append(at(0, 0), 0));
    assertThat(later.node().leader()).isEqualTo(3);
  }

  @Test
  @DisplayName("§5.2 A candidate that hears a leader of an earlier term rejects it and goes on")
  void candidateRejectsOldLeader() {
    Solo solo = Solo.withLog(3);
    solo.cluster.timeOut(1);
    solo.hear(new Message.RequestVoteReply(3, 1, 4, true, true));
    List<Message> said = solo.hear(leader(2, 3).append(at(1, 3), 0));
    assertThat(said).singleElement().satisfies(m -> assertThat(m.term()).isEqualTo(4));
    assertThat(solo.node().roleName()).isEqualTo("candidate");
  }

  @Test
  @DisplayName("§5.2 When votes are split, candidates time out and stand again in the next term")
  void splitVote() {
    Solo solo = candidate();
    solo.hear(vote(2, 1, false));
    solo.cluster.timeOut(1);
    solo.hear(new Message.RequestVoteReply(3, 1, 2, true, true));
    assertThat(solo.node().term()).isEqualTo(2);
    assertThat(solo.node().roleName()).isEqualTo("candidate");
  }

  @Test
  @DisplayName("§5.2 Election timeouts are chosen at random from a fixed interval, each time anew")
  void timeoutsAreRandom() {
    SplittableRandom random = new SplittableRandom(7);
    RaftCluster cluster = new RaftCluster(List.of(1, 2, 3), config -> config, _ -> random.split());
    cluster.restart(1);
    TreeSet<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 400; i++) {
      cluster.step(1, new Input.Receive(leader(2, 1).append(at(0, 0), 0)));
      int ticks = 0;
      while (cluster.node(1).roleName().equals("follower")) {
        cluster.tick(1);
        ticks++;
      }
      seen.add(ticks);
    }
    assertThat(seen).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20);
  }

  @Test
  @DisplayName("§5.2 With random timeouts a leader is elected quickly, whoever crashed")
  void splitVotesAreRare() {
    Seeds.each(
        100,
        random -> {
          List<Integer> ids = List.of(1, 2, 3, 4, 5);
          RaftCluster cluster = new RaftCluster(ids, config -> config, _ -> random.split());
          cluster.start();
          cluster.runToLeader(100);
          int first = cluster.leader();
          cluster.crash(first);
          cluster.runToLeader(100);
          assertThat(cluster.leader()).isNotEqualTo(first);
        });
  }
}
