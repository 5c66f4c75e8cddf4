package io.jangada.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/// Keeps a lease alive until it is closed: every third of its time it asks the servers to.
public final class LeaseKeeper implements AutoCloseable {
  private final CompletableFuture<String> lost = new CompletableFuture<>();
  private final long ttlNanos;

  /// What became known last: until then the lease surely lasts.
  private volatile long lastsUntilNanos;

  private volatile Future<?> repeating;

  LeaseKeeper(long ttlNanos) {
    this.ttlNanos = ttlNanos;
    lastsUntilNanos = System.nanoTime() + ttlNanos;
  }

  void startedWith(Future<?> repeating) {
    this.repeating = repeating;
    if (lost.isDone()) repeating.cancel(false);
  }

  /// @param sentNanos when what it is the reply to was sent
  void onReply(long sentNanos, Reply.ToKeepAlive reply) {
    if (reply instanceof Reply.KeptAlive kept && kept.ttlMillis().get(0) == 0)
      endFor("there is no such lease any more");
    else if (reply instanceof Reply.KeptAlive) lastsUntilNanos = sentNanos + ttlNanos;
    else if (System.nanoTime() - lastsUntilNanos >= 0)
      endFor("it was not kept alive in time: " + reply);
  }

  void endFor(String reason) {
    lost.complete(reason);
    Future<?> known = repeating;
    if (known != null) known.cancel(false);
  }

  /// Completed with a sentence when the lease has ended, may have because no server could be asked
  /// for as long as it lasts, or this was closed.
  public CompletableFuture<String> whenLost() {
    return lost;
  }

  /// Leaves the lease to end by itself when its time is over.
  @Override
  public void close() {
    endFor("closed");
  }
}
