package io.jangada.protocol.maelstrom;

import io.jangada.node.Clock;

/// The clock of a node's replica. It goes slower than time where messages take long, so that all
/// that a replica waits for (votes, heartbeats, answers) gets the time that it needs; and where
/// nothing is asked, so that an idle cluster says little. Raft's safety does not depend on timing
/// (§5.6); leases would, and are off here.
///
/// Nodes need not go alike: each goes by what it sees. A leader stays busy for longer than its
/// followers, so that none that is busy waits for the heartbeats of one that is idle.
final class Pace implements Clock {
  /// Where a message and its reply take no longer than that, time goes as it does.
  private static final long USUAL_MICROS = 180_000;

  /// Where nothing is asked time goes that much slower.
  private static final int IDLE_FACTOR = 5;

  static final long LEADER_BUSY_NANOS = 4_000_000_000L;
  static final long FOLLOWER_BUSY_NANOS = 2_000_000_000L;

  private final Clock clock;
  private final RoundTrips trips;
  private long seenNanos;
  private long paceNanos;
  private long busyEndNanos;

  Pace(Clock clock, RoundTrips trips) {
    this.clock = clock;
    this.trips = trips;
    this.seenNanos = clock.nanos();
    this.busyEndNanos = seenNanos + LEADER_BUSY_NANOS;
  }

  /// Something is asked, or there is no leader who could be: time goes as fast as messages allow.
  void busy(boolean leads) {
    nanos();
    long busy = (leads ? LEADER_BUSY_NANOS : FOLLOWER_BUSY_NANOS) * networkMicros() / USUAL_MICROS;
    busyEndNanos = Math.max(busyEndNanos, seenNanos + busy);
  }

  private long networkMicros() {
    return Math.max(USUAL_MICROS, trips.medianMicros());
  }

  /// How many microseconds of time a fixed number of microseconds of the replica's last.
  private long slowness() {
    boolean isIdle = busyEndNanos - seenNanos <= 0;
    return networkMicros() * (isIdle ? IDLE_FACTOR : 1);
  }

  @Override
  public long nanos() {
    long now = clock.nanos();
    // In steps, so that what division loses is not lost each time.
    long steps = (now - seenNanos) / slowness();
    paceNanos += steps * USUAL_MICROS;
    seenNanos += steps * slowness();
    return paceNanos;
  }

  /// How long it really is until the clock shows `nanos`.
  long realNanosUntil(long nanos) {
    return Math.ceilDiv(nanos - nanos(), USUAL_MICROS) * slowness();
  }
}
