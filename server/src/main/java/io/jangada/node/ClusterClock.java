package io.jangada.node;

import io.jangada.kv.Envelope;

/// This member's reading of cluster time: milliseconds that run on while any member leads. A leader
/// counts on with its own monotonic clock. A follower goes by what the leader's messages say, and
/// counts on from the last of them, so that deadlines neither restart nor shift when it comes to
/// lead itself. Only a leader's reading has an effect, as the stamp of an envelope.
///
/// The reading goes with the log: a leader is believed from its first entry here on. One that was
/// elsewhere may be ahead of the stamps of entries that it does not have; if it is deposed before
/// it has cut them off, they and their time are what the next leader goes on with.
///
/// Nothing may expire early, so a new leader must not be ahead of the old one. A follower's clock
/// may run faster than the leader's: what it counts by itself is reduced by a sixteenth, which
/// makes up for clocks that differ by up to six percent. For the same reason it does not keep an
/// earlier, greater reading: over a long reign the faster clock would run far ahead. Cluster time
/// may lag behind real time: a cluster that is down does not count, and a change of leaders costs a
/// sixteenth of the time it takes.
final class ClusterClock {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int FOLLOWER_LOSS = 16;

  private long baseMillis;
  private long baseNanos;
  private boolean leads;

  ClusterClock(long millis, long nanos) {
    baseMillis = millis;
    baseNanos = nanos;
  }

  long millis(long nanos) {
    long elapsed = Math.max(0, nanos - baseNanos);
    if (!leads) elapsed -= elapsed / FOLLOWER_LOSS;
    return Math.min(Envelope.CLUSTER_TIME_MILLIS_MAX, baseMillis + elapsed / NANOS_PER_MILLI);
  }

  /// The leader's cluster time was `millis` a moment before `nanos` of the own clock.
  void synchronize(long millis, long nanos) {
    baseMillis = millis;
    baseNanos = nanos;
  }

  /// Cluster time has reached `millis`: that is in the log.
  void reached(long millis, long nanos) {
    if (millis > millis(nanos)) synchronize(millis, nanos);
  }

  /// Leadership begins or ends here.
  void leads(boolean leads, long nanos) {
    if (this.leads == leads) return;
    synchronize(millis(nanos), nanos);
    this.leads = leads;
  }
}
