package io.jangada.protocol.maelstrom;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InputQueueTest {
  private final InputQueue queue = new InputQueue();

  private static InputQueue.Line line(int bytes) {
    return new InputQueue.Line(new byte[bytes], 0);
  }

  /// Runs until `taker` waits in the queue, then acts.
  private static void whenWaiting(Thread taker, Runnable action) {
    while (taker.getState() != Thread.State.TIMED_WAITING
        && taker.getState() != Thread.State.WAITING) Thread.onSpinWait();
    action.run();
  }

  @Test
  void the_end_wakes_whoever_waits_for_a_line() throws InterruptedException {
    Thread taker = Thread.ofPlatform().daemon().start(() -> queue.take(Long.MAX_VALUE));
    whenWaiting(taker, queue::end);
    assertThat(taker.join(java.time.Duration.ofSeconds(30))).isTrue();
    assertThat(queue.isOver()).isTrue();
  }

  @Test
  void after_the_end_only_time_is_waited_for() {
    queue.end();
    assertThat(queue.take(1_000)).isEmpty();
  }

  @Test
  void lines_before_the_end_are_not_lost() throws InterruptedException {
    queue.put(line(1));
    queue.end();
    assertThat(queue.isOver()).isFalse();
    assertThat(queue.take(Long.MAX_VALUE)).hasSize(1);
    assertThat(queue.isOver()).isTrue();
  }

  @Test
  void whoever_fills_it_waits_until_there_is_room() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    Thread filler =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 9; i++) queue.put(line(1 << 20));
                    done.countDown();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    whenWaiting(filler, () -> assertThat(queue.take(0)).hasSize(8));
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(queue.take(0)).hasSize(1);
  }
}
