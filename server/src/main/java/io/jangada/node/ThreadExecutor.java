package io.jangada.node;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// A thread that owns a replica and does nothing else: it polls when there is something to do or
/// time for a tick, and parks in between.
public final class ThreadExecutor implements ReplicaExecutor {
  private final Thread thread;
  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile boolean closing;
  private Replica replica;

  /// @param failed called, on the thread, with what broke the replica
  public ThreadExecutor(String name, Consumer<Throwable> failed) {
    thread = Thread.ofPlatform().name(name).daemon(true).unstarted(() -> run(failed));
  }

  @Override
  public void wakeup() {
    if (!woken.get() && woken.compareAndSet(false, true)) LockSupport.unpark(thread);
  }

  @Override
  public void start(Replica replica) {
    this.replica = replica;
    thread.start();
  }

  private void run(Consumer<Throwable> failed) {
    try {
      while (!closing) {
        // What was put in before this is taken by the poll; what comes later sets the flag again.
        woken.set(false);
        if (replica.poll()) continue;
        long wait = replica.nextPollNanos() - CLOCK.nanos();
        if (wait > 0 && !woken.get() && !closing) LockSupport.parkNanos(this, wait);
      }
    } catch (Throwable broken) {
      failed.accept(broken);
    } finally {
      replica.abandon();
    }
  }

  /// Stops polling and waits for the thread to end. What still waits is answered as unknown.
  @Override
  public void close() {
    closing = true;
    wakeup();
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
