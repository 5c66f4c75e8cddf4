package io.jangada.store;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/// A thread that runs one [Job] of a disk for as long as there is something to do, and sleeps until
/// it is woken otherwise. Only real processes have it: a simulator calls the same jobs by itself.
///
/// It is never interrupted, since an interrupt would close the files it uses.
public final class StoreThread implements AutoCloseable {
  /// How long it waits after a full disk before it tries again.
  private static final long FULL_PAUSE_MILLIS = 500;

  private enum Phase {
    RUNNING,
    CLOSING,
    ENDED
  }

  /// What such a thread does. All methods are called on it.
  public interface Job {
    /// Does what there is to do.
    ///
    /// @return whether there may be more, so that it is called again at once
    /// @throws DiskFullException when it should be called again after a pause
    /// @throws IOException when it must not be called again
    boolean run() throws IOException;

    /// There was no space; called once for each attempt.
    void onFull(DiskFullException full);

    /// It failed for good: the replica must stop. Nothing is called after this.
    void onFailure(Throwable failure);
  }

  private final Thread thread;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.RUNNING);
  private final AtomicBoolean woken = new AtomicBoolean();
  private final CountDownLatch closing = new CountDownLatch(1);
  private Job job;

  /// A thread that does not run yet, but can be woken.
  public StoreThread(String name) {
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this::loop);
  }

  /// Starts it, once.
  public void start(Job job) {
    this.job = job;
    thread.start();
  }

  /// There may be something to do. For any thread.
  public void wake() {
    if (woken.compareAndSet(false, true)) LockSupport.unpark(thread);
  }

  /// Whether it has ended, by [#close] or by a failure.
  public boolean hasEnded() {
    return phase.get() == Phase.ENDED;
  }

  private void loop() {
    try {
      while (phase.get() == Phase.RUNNING) runTurn();
    } catch (Throwable failure) {
      job.onFailure(failure);
    } finally {
      phase.set(Phase.ENDED);
    }
  }

  private void runTurn() throws IOException, InterruptedException {
    woken.set(false);
    try {
      if (job.run()) return;
      // The flag counts, not the permit of park: whatever the job waits for inside may use that up.
      while (!woken.get() && phase.get() == Phase.RUNNING) LockSupport.park(this);
    } catch (DiskFullException full) {
      job.onFull(full);
      closing.await(FULL_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /// Lets the present turn end and waits for that, but no longer than a bound: a stalled disk must
  /// not keep a process from ending.
  @Override
  public void close() {
    close(2_000);
  }

  /// @param timeoutMillis how long to wait at most
  /// @return whether the thread has ended
  public boolean close(long timeoutMillis) {
    phase.compareAndSet(Phase.RUNNING, Phase.CLOSING);
    closing.countDown();
    if (thread.getState() == Thread.State.NEW) return true;
    wake();
    try {
      return thread.join(Duration.ofMillis(timeoutMillis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return hasEnded();
    }
  }
}
