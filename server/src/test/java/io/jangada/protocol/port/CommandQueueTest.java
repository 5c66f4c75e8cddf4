package io.jangada.protocol.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.node.Outcome;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Which commands of a connection may be under way together, whatever order they are answered in.
class CommandQueueTest {
  private boolean isLeading = true;
  private final CommandQueue queue =
      new CommandQueue(PortLimits.DEFAULT.perConnection(), () -> isLeading);
  private final List<TestSlot> sent = new ArrayList<>();
  private final List<TestSlot> begun = new ArrayList<>();
  private final List<TestSlot> ended = new ArrayList<>();

  /// A command on keys that are letters; on all keys where there are none.
  private static final class TestSlot extends CommandSlot {
    private final boolean isWriting;
    private final String keys;

    /// Of the value that the reply brings.
    private int valueBytes;

    TestSlot(boolean isWriting, String keys) {
      this(isWriting, keys, 0);
    }

    TestSlot(boolean isWriting, String keys, int bytes) {
      super(null, null, bytes);
      this.isWriting = isWriting;
      this.keys = keys;
    }

    @Override
    protected int keyCount() {
      return keys.isEmpty() ? ALL_KEYS : keys.length();
    }

    @Override
    protected boolean isWriting() {
      return isWriting;
    }

    @Override
    protected int keyHash(int which) {
      return keys.charAt(which);
    }

    @Override
    protected int valueBytes() {
      return valueBytes;
    }

    boolean meets(TestSlot other) {
      return keys.isEmpty()
          || other.keys.isEmpty()
          || keys.chars().anyMatch(key -> other.keys.indexOf(key) >= 0);
    }

    @Override
    protected void submit() {}

    @Override
    protected int sizeMax() {
      return 0;
    }

    @Override
    protected void write(ByteBuf out) {}

    @Override
    public void accept(Outcome outcome) {}
  }

  private static TestSlot get(String key) {
    return new TestSlot(false, key);
  }

  private static TestSlot delete(String key) {
    return new TestSlot(true, key);
  }

  private TestSlot send(TestSlot slot) {
    sent.add(slot);
    if (queue.add(slot)) begin(slot);
    return slot;
  }

  private boolean begin(TestSlot slot) {
    checkMayBegin(slot);
    slot.become(TestSlot.State.UNDER_WAY);
    begun.add(slot);
    return true;
  }

  /// The rule, in the slowest form: it looks at every earlier command that has not ended.
  private void checkMayBegin(TestSlot slot) {
    for (TestSlot earlier : sent.subList(0, sent.indexOf(slot))) {
      if (slot.isWriting && earlier.isWriting) {
        assertThat(begun).as("writes begin in their order").contains(earlier);
        if (!isLeading && slot.meets(earlier))
          assertThat(ended).as("writes of one key, another leads").contains(earlier);
      } else if (slot.meets(earlier) && slot.isWriting != earlier.isWriting) {
        assertThat(ended).as("a read and a write of one key").contains(earlier);
      }
    }
  }

  private void answer(TestSlot slot) {
    queue.answered(slot);
    ended.add(slot);
  }

  private void beginWaiting() {
    queue.beginWaiting(slot -> begin((TestSlot) slot));
  }

  @Test
  void whatIsNotSentCountsWithItsCommand() {
    int bytesMax = PortLimits.DEFAULT.perConnection().bytesMax();
    TestSlot first = send(new TestSlot(true, "a", bytesMax - CommandSlot.OVERHEAD_BYTES));
    assertThat(queue.hasRoom()).as("in progress").isFalse();
    answer(first);
    assertThat(queue.hasRoom()).as("answered, its value may be held").isTrue();
    TestSlot second = send(new TestSlot(true, "a", CommandSlot.OVERHEAD_BYTES));
    answer(second);
    assertThat(queue.hasRoom()).as("answered, and not sent").isFalse();
    assertThat(queue.poll()).isSameAs(first);
    assertThat(queue.hasRoom()).isTrue();
    TestSlot own = new TestSlot(false, "");
    own.valueBytes = bytesMax;
    queue.addAnswered(own);
    assertThat(queue.hasRoom()).as("a long reply of its own").isFalse();
    queue.poll();
    queue.poll();
    assertThat(queue.weightBytes()).isZero();
  }

  @Test
  void readsOverlapAndSoDoWrites() {
    for (TestSlot one : List.of(get("a"), get("a"), get("b"))) send(one);
    assertThat(begun).hasSize(3);
    begun.forEach(this::answer);
    for (TestSlot one : List.of(delete("a"), delete("a"), delete("b"))) send(one);
    assertThat(begun).hasSize(6);
  }

  @Test
  void whatConcernsTheSameKeyWaitsAndTheRestGoesOn() {
    TestSlot write = send(delete("a"));
    TestSlot read = send(get("a"));
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
    TestSlot read = send(get("a"));
    TestSlot write = send(delete("a"));
    TestSlot other = send(delete("b"));
    assertThat(begun).containsExactly(read);
    answer(read);
    beginWaiting();
    assertThat(begun).containsExactly(read, write, other);
  }

  @Test
  void whereAnotherLeadsAWriteWaitsForThoseOfItsKey() {
    isLeading = false;
    TestSlot first = send(delete("a"));
    send(delete("b"));
    TestSlot second = send(delete("a"));
    assertThat(begun).hasSize(2).doesNotContain(second);
    answer(first);
    beginWaiting();
    assertThat(begun).contains(second);
  }

  @Test
  void whatIsOnAllKeysWaitsForAllAndAllForIt() {
    TestSlot write = send(delete("a"));
    TestSlot all = send(get(""));
    TestSlot later = send(delete("b"));
    assertThat(begun).containsExactly(write);
    answer(write);
    beginWaiting();
    assertThat(begun).containsExactly(write, all);
    answer(all);
    beginWaiting();
    assertThat(begun).contains(later);
  }

  @Test
  void whereThereIsNoRoomTheyWaitOnInTheirOrder() {
    TestSlot read = send(get("a"));
    TestSlot first = send(delete("a"));
    TestSlot second = send(delete("b"));
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
      List<TestSlot> underWay = new ArrayList<>(begun);
      underWay.removeAll(ended);
      if (sent.size() < 400 && random.nextInt(3) > 0) {
        String keys = "abcde".substring(random.nextInt(5));
        String some = keys.substring(0, random.nextInt(20) == 0 ? 0 : 1 + keys.length() / 4);
        send(random.nextBoolean() ? get(some) : delete(some));
        if (random.nextInt(20) == 0) isLeading = !isLeading;
      } else if (!underWay.isEmpty()) {
        answer(underWay.get(random.nextInt(underWay.size())));
        if (random.nextBoolean()) beginWaiting();
        else queue.beginWaiting(slot -> random.nextBoolean() && begin((TestSlot) slot));
      } else {
        beginWaiting();
      }
    }
    for (TestSlot one : sent) assertThat(queue.poll()).as("seed %d", seed).isSameAs(one);
    assertThat(queue.isEmpty()).isTrue();
  }
}
