package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static io.jangada.node.HandCluster.assertDoneInOrder;
import static io.jangada.node.HandCluster.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Three members that name the leader and do not pass requests on to it.
class HoldingTest {
  private final HandCluster cluster = new HandCluster(3, holding(HandCluster.Settings.USUAL));

  private static HandCluster.Settings holding(HandCluster.Settings settings) {
    return settings.withReplica(
        each ->
            each.withFollowers(FollowerPolicy.HOLD)
                .withInbox(new InboxLimits(6, 1 << 20, 1_000, 1 << 20)));
  }

  private HandMember member(int id) {
    return cluster.member(id);
  }

  private List<Outcome> settled(List<Outcome> outcomes) {
    cluster.settle();
    return outcomes;
  }

  @Test
  @DisplayName("what comes before the first leader is served by it, and sent to it by the others")
  void beforeTheFirstLeader() {
    List<List<Outcome>> asked = new ArrayList<>();
    for (HandMember member : cluster.members()) {
      asked.add(settled(member.write("k" + member.id, "v")));
      asked.add(settled(member.read("k" + member.id)));
    }
    assertThat(asked).allMatch(List::isEmpty);
    cluster.elect(2);
    assertDone(asked.get(2));
    assertThat(found(asked.get(3))).isEqualTo("v");
    for (int other : new int[] {0, 1, 4, 5})
      assertThat(asked.get(other)).containsExactly(new Outcome.NotLeader(2));
  }

  @Test
  @DisplayName("who waits while the leader is lost hears of the next")
  void leaderLost() {
    cluster.elect(1);
    cluster.isolate(1);
    // As long as the member that is gone counts as the leader, it is named.
    assertThat(settled(member(2).read("k"))).containsExactly(new Outcome.NotLeader(1));
    for (int tick = 0; member(2).replica().raft().leader() != Membership.NONE; tick++) {
      assertThat(tick).isLessThan(100);
      cluster.lose(_ -> true);
      cluster.ticks(1);
    }
    List<Outcome> held = settled(member(2).write("k", "v"));
    assertThat(held).isEmpty();
    cluster.isolate(1);
    cluster.ticks(60);
    if (member(2).leads()) assertDone(held);
    else assertThat(held).containsExactly(new Outcome.NotLeader(3));
  }

  @Test
  @DisplayName("nobody waits longer than a request may, nor when the member stops")
  void timeout() {
    List<Outcome> held = settled(member(1).read("k"));
    cluster.lose(_ -> true);
    cluster.ticks(99);
    assertThat(held).isEmpty();
    cluster.ticks(1);
    assertThat(held).containsExactly(new Outcome.NotLeader(Membership.NONE));
    List<Outcome> stopped = settled(member(1).read("k"));
    member(1).replica().abandon();
    assertThat(stopped).containsExactly(new Outcome.NotLeader(Membership.NONE));
  }

  @Test
  @DisplayName("so many wait, and so many bytes, and then there is room again")
  void bounds() {
    List<List<Outcome>> held = new ArrayList<>();
    for (int i = 0; i < 6; i++) held.add(settled(member(1).read("k")));
    assertThat(held).allMatch(List::isEmpty);
    assertThat(settled(member(1).read("k"))).singleElement().isInstanceOf(Outcome.Busy.class);
    cluster.lose(_ -> true);
    cluster.ticks(100);
    assertThat(held).allMatch(outcomes -> outcomes.size() == 1);

    String large = "v".repeat(1 << 20);
    assertThat(settled(member(1).write("k", large))).isEmpty();
    assertThat(settled(member(1).read("k"))).singleElement().isInstanceOf(Outcome.Busy.class);
    cluster.ticks(100);
    assertThat(settled(member(1).read("k"))).isEmpty();
  }

  @Test
  @DisplayName("what comes while the lead is handed over is answered by who leads then")
  void handedOver() {
    cluster.elect(1);
    cluster.lose(message -> message.to() == 3 && HandCluster.bringsEntries(message));
    assertDone(settled(member(1).write("a", "1")));
    member(1).replica().transfer(3, _ -> {});
    List<Outcome> write = settled(member(1).write("k", "v"));
    assertThat(write).as("the next leader lacks an entry").isEmpty();
    assertThat(found(settled(member(1).read("a")))).as("reads go on").isEqualTo("1");
    cluster.loseNothing();
    cluster.ticks(10);
    assertThat(member(3).leads()).isTrue();
    assertThat(write).containsExactly(new Outcome.NotLeader(3));
  }

  @Test
  @DisplayName("a handover that comes to nothing costs those who wait a moment, and no refusal")
  void handoverGivenUp() {
    cluster.elect(1);
    cluster.lose(message -> message.to() == 3 && HandCluster.bringsEntries(message));
    assertDone(settled(member(1).write("a", "1")));
    member(1).replica().transfer(3, _ -> {});
    List<List<Outcome>> writes = new ArrayList<>();
    writes.add(settled(member(1).write("k", "v")));
    cluster.ticks(14);
    assertThat(writes.getFirst()).isEmpty();
    // One of these comes just when the handover is given up.
    for (int i = 0; i < 3; i++) {
      writes.add(member(1).write("k", "v" + i));
      cluster.ticks(1);
    }
    assertThat(member(1).leads()).isTrue();
    assertDoneInOrder(writes);
  }

  @Test
  @DisplayName("whoever writes more than the disk takes waits, up to a bound")
  void diskBehind() {
    HandCluster alone = new HandCluster(1, holding(HandCluster.Settings.USUAL.withLogQueue(1_000)));
    alone.ticks(30);
    HandMember member = alone.member(1);
    member.logStalled = true;
    List<List<Outcome>> asked = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      asked.add(member.write("k" + i, "x".repeat(500)));
      alone.settle();
    }
    List<List<Outcome>> waiting = asked.stream().filter(List::isEmpty).toList();
    assertThat(waiting).as("in the log, and six").hasSizeBetween(7, 9);
    assertThat(asked.subList(waiting.size(), 12))
        .allMatch(List.of(new Outcome.Busy("too many requests wait"))::equals);
    member.logStalled = false;
    alone.settle();
    assertDoneInOrder(waiting);
  }

  @Test
  @DisplayName("on losing the lead, commands in the log wait until they are applied or overwritten")
  void deposed() {
    cluster.elect(1);
    // The first is held by a member that will lead, the second by nobody else.
    cluster.lose(message -> message.to() == 3 || message.to() == 1);
    List<Outcome> kept = settled(member(1).write("k", "kept"));
    cluster.isolate(1);
    List<Outcome> cut = settled(member(1).write("k", "cut"));
    List<Outcome> read = settled(member(1).read("k"));
    cluster.elect(2);
    member(1)
        .replica()
        .receive(
            new PeerMessage.Raft(
                new Message.RequestVoteReply(3, 1, member(2).status().role().term(), false, false),
                0));
    cluster.settle();
    assertThat(member(1).leads()).isFalse();
    assertThat(member(1).status().role().leader()).isEqualTo(Membership.NONE);
    assertThat(kept).as("in doubt").isEmpty();
    assertThat(cut).as("in doubt").isEmpty();
    assertThat(read).as("nobody is known to lead").isEmpty();
    cluster.loseNothing();
    cluster.ticks(10);
    assertDone(kept);
    assertThat(cut).containsExactly(new Outcome.NotLeader(2));
    assertThat(read).containsExactly(new Outcome.NotLeader(2));
  }
}
