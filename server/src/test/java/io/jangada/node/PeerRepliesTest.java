package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result;
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
