package io.jangada.node;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Owns a replica on a thread that does other things as well, the event loop of its sockets say:
/// what was read from them in one turn is handed over without waking any thread, and so are the
/// replies. Where processors are few that costs less than anything that a thread of its own could
/// do at the same time.
public final class LoopExecutor implements ReplicaExecutor {
  private static final long CLOSE_SECONDS_MAX = 5;

  private final ScheduledExecutorService loop;
  private final Consumer<Throwable> failed;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Runnable runTurn = this::runTurn;

  // The loop's alone.
  private Thread thread;
  private Replica replica;
  private boolean timed;

  /// When the timer fires that does so soonest; valid while one is set.
  private long timedNanos;

  private boolean over;

  /// @param loop of one thread
  /// @param failed called, on the loop, with what broke the replica
  public LoopExecutor(ScheduledExecutorService loop, Consumer<Throwable> failed) {
    this.loop = loop;
    this.failed = failed;
  }

  @Override
  public void wakeup() {
    if (!woken.get() && woken.compareAndSet(false, true)) execute(runTurn);
  }

  @Override
  public void start(Replica replica) {
    execute(
        () -> {
          this.thread = Thread.currentThread();
          this.replica = replica;
          runTurn();
        });
  }

  private void runTurn() {
    if (replica == null || over) return;
    // What was put in before this is taken by the poll; what comes later sets the flag again.
    woken.set(false);
    try {
      if (replica.poll()) wakeup();
      if (!over) arm();
    } catch (Throwable broken) {
      failed.accept(broken);
      end();
    }
  }

  private void arm() {
    long due = replica.nextPollNanos();
    if (timed && due - timedNanos >= 0) return;
    timed = true;
    timedNanos = due;
    loop.schedule(() -> fire(due), Math.max(0, due - CLOCK.nanos()), TimeUnit.NANOSECONDS);
  }

  private void fire(long due) {
    if (due == timedNanos) timed = false;
    runTurn();
  }

  private void end() {
    over = true;
    if (replica != null) replica.abandon();
  }

  private void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException closed) {
      // The loop is closed, and with it everything that could be waited for.
    }
  }

  /// When it returns the replica is not polled any more, unless the loop is stuck.
  @Override
  public void close() {
    CountDownLatch ended = new CountDownLatch(1);
    execute(
        () -> {
          end();
          ended.countDown();
        });
    // A reply may close it: the loop goes on only when this has returned.
    if (thread == Thread.currentThread()) over = true;
    else if (!loop.isShutdown()) await(ended);
  }

  private static void await(CountDownLatch ended) {
    try {
      if (ended.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
