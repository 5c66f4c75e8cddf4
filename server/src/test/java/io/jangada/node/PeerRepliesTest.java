package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome.Busy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeerRepliesTest {
  private final List<PeerMessage> sent = new ArrayList<>();
  private final PeerReplies replies = new PeerReplies(1, 3_000, sent::add);

  private static PeerMessage.Reply reply(long number, int valueBytes) {
    Bytes value = Bytes.wrap(new byte[valueBytes]);
    return new PeerMessage.Reply(number, new Outcome.Done(new Result.Found(value, 1, 0, 0)));
  }

  private static List<Long> numbers(PeerMessage message) {
    return ((PeerMessage.ForwardReply) message)
        .replies().stream().map(PeerMessage.Reply::number).toList();
  }

  @Test
  @DisplayName("answers for one peer share a message, in order")
  void shared() {
    replies.add(3, reply(1, 10));
    replies.add(2, reply(1, 10));
    replies.add(3, reply(2, 10));
    replies.flush();
    assertThat(sent).extracting(PeerMessage::to).containsExactly(2, 3);
    assertThat(sent).extracting(PeerMessage::from).containsOnly(1);
    assertThat(numbers(sent.get(1))).containsExactly(1L, 2L);
    replies.flush();
    assertThat(sent).hasSize(2);
  }

  /// Requests as they come from member 2.
  private List<Event.Submit> come(long... numbers) {
    List<PeerMessage.Request> requests = new ArrayList<>();
    for (long number : numbers)
      requests.add(new PeerMessage.Request(number, null, new Operation.Get(Bytes.utf8("k"))));
    return replies.requests(new PeerMessage.Forward(2, 1, 1, requests));
  }

  private List<Outcome> refused(Event.Submit request) {
    sent.clear();
    request.reply().accept(new Outcome.NoMemory());
    replies.flush();
    return ((PeerMessage.ForwardReply) sent.getFirst())
        .replies().stream().map(PeerMessage.Reply::outcome).toList();
  }

  @Test
  @DisplayName("out of memory holds for all copies, or is not said")
  void copies() {
    List<Event.Submit> requests = come(7, 8, 9);
    assertThat(refused(requests.get(1))).containsExactly(new Outcome.NoMemory());
    assertThat(come(8, 7)).as("lost").isEmpty();
    assertThat(come(9)).hasSize(1);
    assertThat(refused(requests.get(2))).as("a copy waits").hasOnlyElementsOfType(Busy.class);
    Event.Submit copy = come(9).getFirst();
    assertThat(refused(copy)).as("the first may be served").hasOnlyElementsOfType(Busy.class);
    assertThat(refused(come(10).getFirst())).containsExactly(new Outcome.NoMemory());
    assertThat(refused(come(Long.MIN_VALUE).getFirst()))
        .as("of another run")
        .containsExactly(new Outcome.NoMemory());
  }

  @Test
  @DisplayName("large answers are spread over messages; one that is too large goes alone")
  void split() {
    int third = 1_000;
    for (int i = 1; i <= 5; i++) replies.add(2, reply(i, third));
    replies.add(2, reply(6, 10 * third));
    replies.add(2, reply(7, third));
    replies.flush();
    assertThat(sent)
        .extracting(PeerRepliesTest::numbers)
        .containsExactly(List.of(1L, 2L), List.of(3L, 4L), List.of(5L), List.of(6L), List.of(7L));
  }
}
