package io.jangada.protocol.port;

import java.util.concurrent.atomic.AtomicLong;

/// A number of bytes, or of other things, that many may take from; for any thread.
public final class Quota {
  private final long max;
  private final AtomicLong used = new AtomicLong();

  public Quota(long max) {
    this.max = max;
  }

  /// Takes `amount` if that much is left.
  public boolean tryTake(long amount) {
    if (used.addAndGet(amount) <= max) return true;
    used.addAndGet(-amount);
    return false;
  }

  /// Takes `amount` though it may be more than is left.
  public void take(long amount) {
    used.addAndGet(amount);
  }

  public void give(long amount) {
    used.addAndGet(-amount);
  }

  public long used() {
    return used.get();
  }

  public long left() {
    return max - used.get();
  }

  public boolean isSpent() {
    return used.get() >= max;
  }

  /// Whether more than half is left.
  public boolean isRoomy() {
    return used.get() < max / 2;
  }
}
