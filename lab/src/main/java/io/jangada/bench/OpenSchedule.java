package io.jangada.bench;

import java.util.concurrent.TimeUnit;

/// When the requests of one connection of an open loop are due: evenly spaced, and the connections
/// of a run one after the other.
final class OpenSchedule {
  /// Timers are not set closer than this: what is due in between goes out together.
  private static final long WAIT_NANOS_MIN = 50_000;

  private final double startNanos;
  private final double stepNanos;
  private long taken;

  /// @param firstNanos when the first is due, by `System.nanoTime`
  /// @param stepNanos from one to the next
  OpenSchedule(long firstNanos, double stepNanos) {
    this.startNanos = firstNanos;
    this.stepNanos = stepNanos;
  }

  private long next() {
    return (long) (startNanos + taken * stepNanos);
  }

  boolean isDue(long nowNanos) {
    return next() - nowNanos <= 0;
  }

  /// When the next is due, which is then taken.
  long take() {
    long due = next();
    taken++;
    return due;
  }

  long untilNext(long nowNanos) {
    return Math.max(WAIT_NANOS_MIN, next() - nowNanos);
  }

  TimeUnit unit() {
    return TimeUnit.NANOSECONDS;
  }
}
