package io.jangada.sim;

import io.jangada.node.Clock;

/// A member's monotonic clock: it begins anywhere, and runs a little fast or slow, or for a while
/// at any rate.
final class SimClock implements Clock {
  private final Scheduler world;
  private long offsetNanos;
  private long startedNanos;
  private long driftPpm;

  SimClock(Scheduler world, long offsetNanos, long driftPpm) {
    this.world = world;
    this.offsetNanos = offsetNanos;
    this.startedNanos = world.now();
    this.driftPpm = driftPpm;
  }

  /// From now on it runs at another rate.
  void setDrift(long driftPpm) {
    offsetNanos = nanos();
    startedNanos = world.now();
    this.driftPpm = driftPpm;
  }

  /// It goes on from another time, as after a sleep of the machine.
  void leap(long nanos) {
    offsetNanos += nanos;
  }

  @Override
  public long nanos() {
    long elapsed = world.now() - startedNanos;
    return offsetNanos + elapsed + elapsed / 1_000_000 * driftPpm;
  }

  /// About how long, in the world's time, this clock takes to go on by `nanos`.
  long worldNanos(long nanos) {
    return Math.max(1_000, nanos - nanos / 1_000_000 * driftPpm);
  }
}
