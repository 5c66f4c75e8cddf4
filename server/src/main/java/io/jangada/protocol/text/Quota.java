package io.jangada.protocol.text;

import java.util.concurrent.atomic.AtomicLong;

/// A number of bytes, or of other things, that many may take from; for any thread.
final class Quota {
  private final long max;
  private final AtomicLong used = new AtomicLong();

  Quota(long max) {
    this.max = max;
  }

  /// Takes `amount` if that much is left.
  boolean tryTake(long amount) {
    if (used.addAndGet(amount) <= max) return true;
    used.addAndGet(-amount);
    return false;
  }

  /// Takes `amount` though it may be more than is left.
  void take(long amount) {
    used.addAndGet(amount);
  }

  void give(long amount) {
    used.addAndGet(-amount);
  }

  long used() {
    return used.get();
  }

  long left() {
    return max - used.get();
  }

  boolean isSpent() {
    return used.get() >= max;
  }

  /// Whether more than half is left.
  boolean isRoomy() {
    return used.get() < max / 2;
  }
}
