package io.jangada.protocol.maelstrom;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.node.Outcome;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageCoalescerTest {
  private static final long REFILL = MessageCoalescer.REFILL_NANOS;

  private long now = 1_000_000_000;
  private final List<PeerMessage> sent = new ArrayList<>();
  private final MessageCoalescer shared = new MessageCoalescer(sent::add, () -> now);

  private static PeerMessage forward(int to, long term, long number) {
    Operation get = new Operation.Get(Bytes.utf8("k"));
    return new PeerMessage.Forward(
        0, to, term, List.of(new PeerMessage.Request(number, null, get)));
  }

  private static PeerMessage reply(int to, long number) {
    return new PeerMessage.ForwardReply(
        0, to, List.of(new PeerMessage.Reply(number, new Outcome.Unknown())));
  }

  /// Sends and lets the cycle end.
  private long send(PeerMessage message) {
    shared.send(message);
    return shared.sendDue();
  }

  private void useUp() {
    for (int i = 0; i < MessageCoalescer.BURST_MAX; i++) send(forward(1, 7, i));
    assertThat(sent).hasSize(MessageCoalescer.BURST_MAX);
    sent.clear();
  }

  private static List<Long> numbers(PeerMessage message) {
    return ((PeerMessage.Forward) message)
        .requests().stream().map(PeerMessage.Request::number).toList();
  }

  @Test
  void a_few_go_at_once_and_then_they_share() {
    useUp();
    assertThat(send(forward(1, 7, 10))).isEqualTo(REFILL);
    now += REFILL - 1;
    assertThat(send(forward(1, 7, 11))).isEqualTo(1);
    assertThat(sent).isEmpty();
    now += 1;
    assertThat(shared.sendDue()).isEqualTo(Long.MAX_VALUE);
    assertThat(sent)
        .singleElement()
        .satisfies(one -> assertThat(numbers(one)).containsExactly(10L, 11L));
  }

  @Test
  void a_pause_gives_back_what_may_go_at_once_and_no_more() {
    useUp();
    now += 100 * REFILL;
    useUp();
    send(forward(1, 7, 10));
    assertThat(sent).isEmpty();
  }

  @Test
  void in_the_long_run_one_is_sent_in_each_interval() {
    for (int number = 0; number < 1_000; number++) {
      send(forward(1, 7, number));
      now += REFILL / 10;
    }
    assertThat(sent).hasSize(100 + MessageCoalescer.BURST_MAX - 1);
  }

  @Test
  void requests_of_different_terms_do_not_share_for_the_term_is_a_statement() {
    useUp();
    send(forward(1, 7, 10));
    send(forward(1, 8, 11));
    assertThat(sent).singleElement().isEqualTo(forward(1, 7, 10));
    now += 2 * REFILL;
    shared.sendDue();
    assertThat(sent).last().isEqualTo(forward(1, 8, 11));
  }

  @Test
  void each_receiver_and_each_direction_has_its_own_allowance() {
    useUp();
    send(forward(2, 7, 10));
    send(reply(1, 11));
    send(reply(2, 12));
    assertThat(sent).containsExactly(forward(2, 7, 10), reply(1, 11), reply(2, 12));
  }

  @Test
  void replies_share_whatever_their_term() {
    for (int i = 0; i < MessageCoalescer.BURST_MAX; i++) send(reply(1, i));
    send(reply(1, 10));
    send(reply(1, 11));
    now += REFILL;
    shared.sendDue();
    assertThat(((PeerMessage.ForwardReply) sent.getLast()).replies())
        .extracting(PeerMessage.Reply::number)
        .containsExactly(10L, 11L);
  }

  @Test
  void the_protocols_own_messages_never_wait() {
    useUp();
    PeerMessage raft = new PeerMessage.Raft(new Message.TimeoutNow(0, 1, 7), 0);
    for (int i = 0; i < 10; i++) shared.send(raft);
    assertThat(sent).hasSize(10).containsOnly(raft);
  }
}
