package io.jangada.protocol.redis;

import java.util.concurrent.TimeUnit;

/// How many commands a second are carried out: since it was last asked, or, where that is less than
/// a second ago, what it said then. For any thread.
final class CommandRate {
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long beganNanos = System.nanoTime();
  private long lastNanos = beganNanos;
  private long lastDone;
  private long perSecond;

  /// How long it has counted.
  long upSeconds() {
    return (System.nanoTime() - beganNanos) / NANOS_PER_SECOND;
  }

  /// @param done how many there were in all
  synchronized long perSecond(long done) {
    long now = System.nanoTime();
    long nanos = now - lastNanos;
    if (nanos < NANOS_PER_SECOND) return perSecond;
    perSecond = (done - lastDone) * 1_000 / (nanos / 1_000_000);
    lastNanos = now;
    lastDone = done;
    return perSecond;
  }
}
