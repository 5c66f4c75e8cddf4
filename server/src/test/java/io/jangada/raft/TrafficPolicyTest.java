package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// How a leader saves messages. Heartbeats are due after 20 ticks, patience ends after 5.
class TrafficPolicyTest {
  private static final int PATIENCE = 5;

  private final Solo solo = thrifty(0);

  private static Solo thrifty(int paceTicks) {
    Solo solo =
        Solo.leading(
            config ->
                config
                    .withTimes(50, 90, 20)
                    .withTraffic(new RaftConfig.TrafficPolicy(true, paceTicks, 0)));
    solo.tick(1);
    return solo;
  }

  private List<Message> propose(String command) {
    solo.said();
    solo.cluster.propose(1, command);
    return solo.said();
  }

  private static List<Integer> receivers(List<Message> messages) {
    return messages.stream().map(Message::to).toList();
  }

  private static List<Long> brought(Message message) {
    return ((Message.AppendEntries) message).entries().stream().map(Entry::index).toList();
  }

  @Test
  void an_entry_goes_to_just_enough_for_a_quorum_and_commits() {
    List<Message> said = propose("a");
    assertThat(said).hasSize(1);
    solo.hear(accepted(said.getFirst().to(), 1, 2));
    assertThat(solo.node().commit()).isEqualTo(2);
  }

  @Test
  void peers_are_served_by_turns_and_each_gets_what_it_missed() {
    List<Message> one = propose("a");
    int first = one.getFirst().to();
    int second = 5 - first;
    solo.hear(accepted(first, 1, 2));
    solo.tick(1);
    List<Message> two = propose("b");
    assertThat(receivers(two)).containsExactly(second);
    assertThat(brought(two.getFirst())).containsExactly(2L, 3L);
    solo.hear(accepted(second, 1, 3));
    solo.tick(1);
    List<Message> three = propose("c");
    assertThat(receivers(three)).containsExactly(first);
    assertThat(brought(three.getFirst())).containsExactly(3L, 4L);
  }

  @Test
  void while_nothing_is_new_nothing_is_sent_until_patience_ends() {
    int first = propose("a").getFirst().to();
    assertThat(solo.tick(PATIENCE)).isEmpty();
    // The other one gets it now; the first has it on its way.
    assertThat(receivers(solo.tick(1))).containsExactly(5 - first);
  }

  @Test
  void a_peer_that_owes_an_answer_for_too_long_is_passed_over() {
    int first = propose("a").getFirst().to();
    int other = 5 - first;
    solo.tick(PATIENCE + 1);
    solo.hear(accepted(other, 1, 2));
    for (int turn = 0; turn < 3; turn++) {
      List<Message> messages = propose("more");
      assertThat(receivers(messages)).containsExactly(other);
      solo.hear(accepted(other, 1, 3 + turn));
      solo.tick(1);
    }
    solo.hear(accepted(first, 1, 2));
    assertThat(receivers(propose("again"))).containsExactly(first);
  }

  @Test
  void what_is_sent_anyhow_saves_heartbeats() {
    long index = 1;
    int sent = 0;
    for (int turn = 0; turn < 20; turn++) {
      for (Message message : propose("x")) {
        sent++;
        solo.hear(accepted(message.to(), 1, index + 1));
      }
      index++;
      for (Message message : solo.tick(8)) {
        sent++;
        solo.hear(accepted(message.to(), 1, index));
      }
    }
    assertThat(sent).isBetween(20, 22);
  }

  @Test
  void within_the_pace_proposals_share_a_message() {
    Solo paced = thrifty(4);
    paced.tick(10);
    paced.cluster.propose(1, "a");
    int first = paced.said().getFirst().to();
    paced.hear(accepted(first, 1, 2));
    paced.cluster.propose(1, "b");
    paced.cluster.propose(1, "c");
    assertThat(paced.said()).isEmpty();
    assertThat(paced.tick(3)).isEmpty();
    List<Message> shared = paced.tick(1);
    assertThat(receivers(shared)).containsExactly(5 - first);
    assertThat(brought(shared.getFirst())).containsExactly(2L, 3L, 4L);
  }

  @Test
  void within_the_pace_only_a_part_of_the_proposals_share_a_message() {
    Solo paced =
        Solo.leading(
            config ->
                config
                    .withTimes(50, 90, 20)
                    .withTraffic(
                        new RaftConfig.TrafficPolicy(true, 10, 0).withSendingsPercentMin(75)));
    paced.tick(10);
    int sent = 0;
    for (int turn = 0; turn < 40; turn++) {
      paced.cluster.propose(1, "x");
      for (Message message : paced.said()) {
        sent++;
        paced.hear(accepted(message.to(), 1, paced.node().last().index()));
      }
    }
    assertThat(sent).isBetween(30, 31);
  }

  // ---- where messages get lost ----

  private static final int LOST_TICKS = 2;

  private static Solo losing() {
    Solo solo =
        Solo.leading(
            config ->
                config
                    .withTimes(50, 90, 20)
                    .withTraffic(
                        new RaftConfig.TrafficPolicy(true, 0, 0).withLostTicks(LOST_TICKS)));
    solo.tick(1);
    return solo;
  }

  /// An entry is proposed whose first sending gets lost.
  private static void loseOne(Solo solo) {
    solo.cluster.propose(1, "lost");
    long index = solo.node().last().index();
    for (Message again : solo.tick(PATIENCE + 1)) solo.hear(accepted(again.to(), 1, index));
    solo.tick(1);
  }

  @Test
  void what_is_not_answered_is_sent_again_from_what_the_peer_holds() {
    Solo losing = losing();
    losing.cluster.propose(1, "a");
    losing.said();
    List<Message> again = losing.tick(PATIENCE + 1);
    assertThat(receivers(again)).containsExactlyInAnyOrder(2, 3);
    assertThat(again).allSatisfy(one -> assertThat(brought(one)).containsExactly(2L));
  }

  @Test
  void once_losses_are_noticed_more_are_served_and_what_is_lost_is_sent_again_sooner() {
    Solo losing = losing();
    for (int turn = 0; turn < 3; turn++) loseOne(losing);
    losing.cluster.propose(1, "more");
    assertThat(receivers(losing.said())).containsExactly(2, 3);
    assertThat(losing.tick(LOST_TICKS - 1)).isEmpty();
    assertThat(receivers(losing.tick(2))).containsExactlyInAnyOrder(2, 3);
    // Each further attempt waits longer.
    assertThat(losing.tick(LOST_TICKS)).isEmpty();
  }

  @Test
  void once_nothing_gets_lost_for_long_just_enough_are_served_again() {
    Solo losing = losing();
    for (int turn = 0; turn < 3; turn++) loseOne(losing);
    for (int turn = 0; turn < 30; turn++) {
      losing.cluster.propose(1, "x");
      for (Message one : losing.said())
        losing.hear(accepted(one.to(), 1, losing.node().last().index()));
      losing.tick(1);
    }
    losing.cluster.propose(1, "last");
    assertThat(losing.said()).hasSize(1);
  }

  @Test
  void a_peer_that_is_gone_is_no_loss() {
    Solo losing = losing();
    for (int turn = 0; turn < 20; turn++) {
      losing.cluster.propose(1, "x");
      for (Message one : losing.said())
        if (one.to() == 2) losing.hear(accepted(2, 1, losing.node().last().index()));
      for (Message one : losing.tick(PATIENCE + 1))
        if (one.to() == 2) losing.hear(accepted(2, 1, losing.node().last().index()));
    }
    losing.cluster.propose(1, "last");
    assertThat(receivers(losing.said())).containsExactly(2);
  }

  @Test
  void a_round_for_reads_asks_just_enough_for_a_quorum() {
    solo.said();
    solo.cluster.read(1);
    List<Message> round = solo.said();
    assertThat(round).hasSize(1);
    assertThat(((Message.AppendEntries) round.getFirst()).round()).isPositive();
  }

  @Test
  void a_candidate_asks_those_once_more_that_are_silent_and_nobody_else() {
    int again = 7;
    Solo alone =
        new Solo(config -> config.withTraffic(new RaftConfig.TrafficPolicy(false, 0, again)));
    alone.cluster.timeOut(1);
    assertThat(receivers(alone.said())).containsExactly(2, 3);
    assertThat(alone.tick(again - 1)).isEmpty();
    List<Message> asked = alone.tick(1);
    assertThat(receivers(asked)).containsExactly(2, 3);
    assertThat(asked).allMatch(one -> ((Message.RequestVote) one).preVote());
    assertThat(alone.tick(again)).isEmpty();
    long term = alone.node().term() + 1;
    alone.hear(new Message.RequestVoteReply(2, 1, term, true, true));
    assertThat(alone.node().roleName()).isEqualTo("candidate");
    alone.hear(new Message.RequestVoteReply(3, 1, term, false, false));
    assertThat(receivers(alone.tick(again))).containsExactly(2);
    assertThat(alone.node().term()).isEqualTo(term);
  }
}
