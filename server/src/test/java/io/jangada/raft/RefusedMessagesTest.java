package io.jangada.raft;

import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a peer says never ends the member that hears it: a message that breaks a law is refused and
/// reported, and changes nothing.
class RefusedMessagesTest {
  private static final Entry NONSENSE =
      new Entry(3, 2, Entry.Kind.MEMBERSHIP, Bytes.utf8("no membership"));

  private static final Supplier<Solo> FOLLOWER =
      () -> {
        Solo solo = Solo.withLog(1, 1);
        solo.hear(Solo.leader(2, 2).append(at(2, 1), 2));
        return solo;
      };

  private static final Supplier<Solo> LEADER = Solo::leading;

  private static Message append(int from, long term, EntryId prev, Entry... entries) {
    return Solo.leader(from, term).append(prev, 0, entries);
  }

  private static Message install(EntryId last, long term, int chunk) {
    SnapshotMeta meta = new SnapshotMeta(last, Membership.of(1, 2, 3), 2, 10, 0);
    return new Message.InstallSnapshot(2, 1, term, meta, chunk, Bytes.EMPTY);
  }

  private static Message reply(long match, long round) {
    return Solo.accepted(2, 1, match, round);
  }

  private static Arguments one(String what, Supplier<Solo> who, Message message, String law) {
    return Arguments.of(Named.of(what, who), message, law);
  }

  static Stream<Arguments> lies() {
    long far = HardState.TERM_LEAP_MAX + 3;
    return Stream.of(
        one("a second leader", FOLLOWER, append(3, 2, at(2, 1)), "Election Safety"),
        one("a second leader's snapshot", FOLLOWER, secondInstall(), "Election Safety"),
        one("a rival of this leader", LEADER, append(3, 1, at(1, 1)), "Election Safety"),
        one("another committed entry", FOLLOWER, append(2, 2, at(1, 1), entry(2, 2)), "committed"),
        one("another place before", FOLLOWER, append(2, 3, at(2, 2)), "committed"),
        one("a snapshot of another log", FOLLOWER, install(at(2, 2), 2, 0), "committed"),
        one("a gap", FOLLOWER, append(2, 2, at(2, 1), entry(4, 2)), "without a gap"),
        one("falling terms", FOLLOWER, append(2, 2, at(2, 2), entry(3, 1)), "never decrease"),
        one("entries of the future", FOLLOWER, append(2, 2, at(2, 1), entry(3, 9)), "decrease"),
        one("no membership", FOLLOWER, append(2, 2, at(2, 1), NONSENSE), "membership"),
        one("a place of the future", FOLLOWER, append(2, 2, at(2, 5)), "ends in its own term"),
        one("no chunk", FOLLOWER, install(at(9, 2), 2, 2), "no chunk"),
        one("a later snapshot", FOLLOWER, install(at(9, 5), 2, 0), "no later term"),
        one("too much matched", LEADER, reply(2, 0), "matches more"),
        one("a round of the future", LEADER, reply(1, 8), "no round"),
        one("a negative term", LEADER, Solo.askVote(2, -1, at(9, 9)), "a term is 0 to"),
        one("the last term", LEADER, Solo.askVote(2, Long.MAX_VALUE, at(9, 9)), "a term is 0 to"),
        one("a leap", FOLLOWER, Solo.askVote(2, far, at(9, 9)), "no term leaps"),
        one("a leap of a leader", FOLLOWER, append(3, far, at(2, 1)), "no term leaps"),
        one("a leap of a voter", LEADER, Solo.vote(2, far, false), "no term leaps"));
  }

  private static Message secondInstall() {
    SnapshotMeta meta = new SnapshotMeta(at(9, 2), Membership.of(1, 2, 3), 2, 10, 0);
    return new Message.InstallSnapshot(3, 1, 2, meta, 0, Bytes.EMPTY);
  }

  private static String state(RaftNode node) {
    return node.hardState()
        + node.roleName()
        + node.leader()
        + node.last()
        + node.commit()
        + node.inspect().matchOf(2);
  }

  @ParameterizedTest
  @MethodSource("lies")
  void refused(Supplier<Solo> who, Message lie, String law) {
    Solo solo = who.get();
    String before = state(solo.node());
    solo.member().events.clear();
    assertThat(solo.hear(lie)).isEmpty();
    assertThat(state(solo.node())).isEqualTo(before);
    assertThat(solo.member().events)
        .singleElement()
        .isInstanceOfSatisfying(
            RaftEvent.MessageRefused.class,
            refused -> {
              assertThat(refused.from()).isEqualTo(lie.from());
              assertThat(refused.law()).contains(law);
            });
  }

  @Test
  @DisplayName("Terms go on to their bound, where nobody campaigns any more")
  void theLastTerm() {
    Solo solo = new Solo();
    solo.cluster.crash(1);
    solo.member().disk.preset(new HardState(HardState.TERM_MAX - 1, Membership.NONE), List.of());
    solo.cluster.restart(1);
    solo.lead();
    assertThat(solo.node().isLeader()).isTrue();
    assertThat(solo.node().term()).isEqualTo(HardState.TERM_MAX);
    solo.tick(60);
    assertThat(solo.node().roleName()).isEqualTo("follower");
    assertThat(solo.node().term()).isEqualTo(HardState.TERM_MAX);
  }
}
