package io.jangada.protocol.port;

import java.util.concurrent.atomic.AtomicLongArray;

/// How long the replica took for the clients' commands of one event loop, from their start to their
/// reply. Only that loop counts; any thread may look.
public final class CommandTimes {
  private static final long[] BOUNDS = {
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    100_000_000,
    200_000_000,
    500_000_000,
    1_000_000_000,
    2_000_000_000,
    5_000_000_000L,
    10_000_000_000L
  };

  /// What a command does.
  public enum Kind {
    READ,
    WRITE
  }

  /// For each kind the buckets, the one without a bound, and the sum.
  private static final int EACH = BOUNDS.length + 2;

  private final AtomicLongArray counts = new AtomicLongArray(Kind.values().length * EACH);

  /// The upper bounds of the buckets in nanoseconds, from 50 µs to 10 s.
  public static long[] bounds() {
    return BOUNDS.clone();
  }

  void add(Kind kind, long nanos) {
    int which = 0;
    while (which < BOUNDS.length && nanos > BOUNDS[which]) which++;
    add(kind.ordinal() * EACH + which, 1);
    add(kind.ordinal() * EACH + EACH - 1, nanos);
  }

  private void add(int which, long more) {
    counts.setRelease(which, counts.getPlain(which) + more);
  }

  /// Adds the buckets of a kind, the one without a bound after the others, and the sum of the times
  /// in nanoseconds to those of other loops.
  ///
  /// @param sums as [#none] made them
  void addTo(long[] sums, Kind kind) {
    for (int i = 0; i < EACH; i++) sums[i] += counts.getAcquire(kind.ordinal() * EACH + i);
  }

  static long[] none() {
    return new long[EACH];
  }
}
