package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static io.jangada.raft.Solo.askVote;
import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.entry;
import static io.jangada.raft.Solo.leader;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// §5.1, Raft basics.
class PaperSection51Test {
  private static final SnapshotMeta SNAPSHOT =
      new SnapshotMeta(at(5, 1), Membership.of(1, 2, 3), 1, 0, 0);

  static Stream<Message> messagesOfTermSeven() {
    return Stream.of(
        askVote(2, 7, at(0, 0)),
        Solo.vote(2, 7, true),
        leader(2, 7).append(at(0, 0), 0),
        accepted(2, 7, 0),
        new Message.InstallSnapshot(2, 1, 7, SNAPSHOT, 0, Bytes.EMPTY),
        new Message.InstallSnapshotReply(2, 1, 7, at(5, 1), 1, Incarnation.NONE),
        new Message.TimeoutNow(2, 1, 6));
  }

  @Test
  @DisplayName("§5.1 In normal operation there is exactly one leader and all others are followers")
  void oneLeader() {
    RaftCluster cluster = new RaftCluster(5).start();
    cluster.elect(3);
    cluster.run(100);
    assertThat(cluster.members.values().stream().map(m -> m.node.roleName()))
        .containsExactly("follower", "follower", "leader", "follower", "follower");
  }

  @Test
  @DisplayName("§5.1 Followers are passive: they issue no requests on their own")
  void followersArePassive() {
    Solo solo = new Solo();
    solo.hear(leader(2, 1).append(at(0, 0), 0));
    for (int i = 0; i < 50; i++) {
      assertThat(solo.tick(9)).isEmpty();
      solo.hear(leader(2, 1).append(at(0, 0), 0));
    }
  }

  @Test
  @DisplayName("§5.1 If a client contacts a follower, the follower redirects it to the leader")
  void followersRedirect() {
    Solo solo = new Solo();
    solo.hear(leader(3, 1).append(at(0, 0), 0));
    long write = solo.cluster.propose(1, "a");
    long read = solo.cluster.read(1);
    assertThat(solo.member().dropped)
        .containsEntry(write, Ready.Reason.NOT_LEADER)
        .containsEntry(read, Ready.Reason.NOT_LEADER);
    assertThat(solo.node().leader()).isEqualTo(3);
  }

  @Test
  @DisplayName("§5.1 Terms are numbered with consecutive integers; each begins with an election")
  void termsAreConsecutive() {
    RaftCluster cluster = new RaftCluster(3).start();
    for (int term = 1; term <= 5; term++) {
      int id = 1 + term % 3;
      cluster.elect(id);
      assertThat(cluster.node(id).term()).isEqualTo(term);
      cluster.settle();
      cluster.crash(id);
      cluster.restart(id);
    }
  }

  @ParameterizedTest
  @MethodSource("messagesOfTermSeven")
  @DisplayName("§5.1 A server whose term is smaller than another's updates it to the larger value")
  void aLaterTermIsTakenOver(Message message) {
    Solo solo = new Solo();
    solo.hear(message);
    assertThat(solo.node().term()).isEqualTo(7);
    assertThat(solo.member().disk.hard.term()).isEqualTo(7);
  }

  @ParameterizedTest
  @MethodSource("messagesOfTermSeven")
  @DisplayName(
      "§5.1 A candidate or leader that learns its term is over reverts to follower at once")
  void aLaterTermEndsALeaderAndACandidate(Message message) {
    // A leader that a quorum follows does not look at requests for votes (§6), nor do members that
    // hear one: that exception has tests of its own.
    if (message instanceof Message.RequestVote || message instanceof Message.TimeoutNow) return;
    Solo leader = Solo.leading();
    leader.hear(message);
    assertThat(leader.node().roleName()).isEqualTo("follower");

    Solo candidate = new Solo();
    candidate.cluster.timeOut(1);
    candidate.hear(new Message.RequestVoteReply(2, 1, 1, true, true));
    assertThat(candidate.node().roleName()).isEqualTo("candidate");
    candidate.hear(message);
    assertThat(candidate.node().roleName()).isEqualTo("follower");
  }

  @Test
  @DisplayName("§5.1 A candidate that is asked for a vote in a later term reverts to follower")
  void aRequestEndsACandidate() {
    Solo solo = new Solo();
    solo.cluster.timeOut(1);
    solo.hear(askVote(2, 7, at(0, 0)));
    assertThat(solo.node().roleName()).isEqualTo("follower");
    assertThat(solo.node().term()).isEqualTo(7);
  }

  @Test
  @DisplayName("§5.1 A request with a stale term number is rejected")
  void staleRequestsAreRejected() {
    Solo solo = Solo.withLog(1, 5);
    assertThat(solo.hear(leader(2, 4).append(at(1, 1), 2, entry(2, 4))))
        .singleElement()
        .isInstanceOfSatisfying(
            Message.AppendEntriesReply.class,
            reply -> {
              assertThat(reply.success()).isFalse();
              assertThat(reply.term()).isEqualTo(5);
            });
    assertThat(solo.terms()).containsExactly(1L, 5L);
    assertThat(solo.node().commit()).isZero();
    assertThat(solo.node().leader()).isEqualTo(Membership.NONE);

    assertThat(solo.hear(askVote(2, 4, at(9, 4))))
        .singleElement()
        .isEqualTo(new Message.RequestVoteReply(1, 2, 5, false, false));

    List<Message> said = solo.hear(new Message.InstallSnapshot(2, 1, 4, SNAPSHOT, 0, Bytes.EMPTY));
    assertThat(said).singleElement().satisfies(m -> assertThat(m.term()).isEqualTo(5));
    assertThat(solo.node().snapshot()).isNull();
  }

  @Test
  @DisplayName("§5.1 Replies of an earlier term mean nothing any more")
  void staleRepliesAreIgnored() {
    Solo solo = Solo.withLog(1, 1, 1);
    solo.lead();
    assertThat(solo.node().term()).isEqualTo(2);
    solo.hear(accepted(2, 1, 4));
    solo.hear(accepted(3, 1, 4));
    assertThat(solo.node().commit()).isZero();
    assertThat(solo.node().inspect().matchOf(2)).isZero();
  }

  @Test
  @DisplayName("§5.1 Requests are retried when no answer comes in time, and issued in parallel")
  void requestsAreRetried() {
    Solo solo = Solo.leading();
    solo.cluster.propose(1, "a");
    assertThat(solo.said()).extracting(Message::to).containsExactly(2, 3);
    for (int i = 0; i < 4; i++)
      assertThat(solo.tick(3)).extracting(Message::to).containsExactly(2, 3);
  }
}
