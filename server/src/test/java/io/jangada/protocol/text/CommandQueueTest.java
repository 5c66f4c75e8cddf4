package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.protocol.port.PortLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Which commands of a connection may be under way together, whatever order they are answered in.
class CommandQueueTest {
  private final CommandQueue queue = new CommandQueue(PortLimits.DEFAULT.perConnection());
  private final List<PendingReply> sent = new ArrayList<>();
  private final List<PendingReply> begun = new ArrayList<>();
  private final List<PendingReply> ended = new ArrayList<>();

  private static PendingReply get(String key) {
    Operation get = new Operation.Get(Bytes.utf8(key));
    return PendingReply.of(null, new TextCommand.Request(TextCommand.Kind.GET, get, null), null);
  }

  private static PendingReply delete(String key) {
    Operation delete = new Operation.Delete(Bytes.utf8(key), new Condition.Always());
    return PendingReply.of(
        null, new TextCommand.Request(TextCommand.Kind.DELETE, delete, null), null);
  }

  private PendingReply send(PendingReply slot) {
    sent.add(slot);
    if (queue.add(slot)) begin(slot);
    return slot;
  }

  private boolean begin(PendingReply slot) {
    checkMayBegin(slot);
    slot.become(PendingReply.State.UNDER_WAY);
    begun.add(slot);
    return true;
  }

  /// The rule, in the slowest form: it looks at every earlier command that has not ended.
  private void checkMayBegin(PendingReply slot) {
    for (PendingReply earlier : sent.subList(0, sent.indexOf(slot))) {
      boolean sameKey = slot.request.keyHash() == earlier.request.keyHash();
      if (slot.request.writes() && earlier.request.writes())
        assertThat(begun).as("writes begin in their order").contains(earlier);
      else if (sameKey && slot.request.writes() != earlier.request.writes())
        assertThat(ended).as("a read and a write of one key").contains(earlier);
    }
  }

  private void answer(PendingReply slot) {
    queue.answered(slot);
    ended.add(slot);
  }

  private void beginWaiting() {
    queue.beginWaiting(this::begin);
  }

  @Test
  void readsOverlapAndSoDoWrites() {
    for (PendingReply one : List.of(get("a"), get("a"), get("b"))) send(one);
    assertThat(begun).hasSize(3);
    begun.forEach(this::answer);
    for (PendingReply one : List.of(delete("a"), delete("a"), delete("b"))) send(one);
    assertThat(begun).hasSize(6);
  }

  @Test
  void whatConcernsTheSameKeyWaitsAndTheRestGoesOn() {
    PendingReply write = send(delete("a"));
    PendingReply read = send(get("a"));
    send(get("b"));
    send(delete("c"));
    assertThat(begun).doesNotContain(read).hasSize(3);
    beginWaiting();
    assertThat(begun).doesNotContain(read);
    answer(write);
    beginWaiting();
    assertThat(begun).contains(read).hasSize(4);
    assertThat(queue.hasWaiting()).isFalse();
  }

  @Test
  void aWriteBehindAWriteThatWaitsWaits() {
    PendingReply read = send(get("a"));
    PendingReply write = send(delete("a"));
    PendingReply other = send(delete("b"));
    assertThat(begun).containsExactly(read);
    answer(read);
    beginWaiting();
    assertThat(begun).containsExactly(read, write, other);
  }

  @Test
  void whereThereIsNoRoomTheyWaitOnInTheirOrder() {
    PendingReply read = send(get("a"));
    PendingReply first = send(delete("a"));
    PendingReply second = send(delete("b"));
    answer(read);
    queue.beginWaiting(_ -> false);
    assertThat(queue.hasWaiting()).isTrue();
    beginWaiting();
    assertThat(begun).containsExactly(read, first, second);
  }

  @Test
  void atRandomNothingOvertakesAndNothingIsForgotten() {
    long seed = System.nanoTime();
    RandomGenerator random = new SplittableRandom(seed);
    for (int i = 0; ended.size() < 400; i++) {
      assertThat(i).as("seed %d: stuck", seed).isLessThan(100_000);
      List<PendingReply> underWay = new ArrayList<>(begun);
      underWay.removeAll(ended);
      if (sent.size() < 400 && random.nextInt(3) > 0) {
        String key = "k" + random.nextInt(5);
        send(random.nextBoolean() ? get(key) : delete(key));
      } else if (!underWay.isEmpty()) {
        answer(underWay.get(random.nextInt(underWay.size())));
        if (random.nextBoolean()) beginWaiting();
        else queue.beginWaiting(slot -> random.nextBoolean() && begin(slot));
      } else {
        beginWaiting();
      }
    }
    for (PendingReply one : sent) assertThat(queue.poll()).as("seed %d", seed).isSameAs(one);
    assertThat(queue.isEmpty()).isTrue();
  }
}
