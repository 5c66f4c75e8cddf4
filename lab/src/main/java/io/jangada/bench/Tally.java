package io.jangada.bench;

import org.HdrHistogram.Histogram;

/// What the connections of one event loop counted, from when it began to count. Owned by that loop
/// until it is stopped.
final class Tally {
  static final long LATENCY_NANOS_MAX = 120_000_000_000L;
  private static final int DIGITS = 3;

  final Histogram latencies = new Histogram(LATENCY_NANOS_MAX, DIGITS);

  /// `cas` that found another version: a right answer.
  long conflicts;

  /// Requests that were not done, such as `ERR_INTERNAL` and `REDIRECT`.
  long failed;

  /// Answers that cannot be.
  long wrong;

  String firstTrouble;
  boolean isCounting;

  void latency(long nanos) {
    if (isCounting) latencies.recordValue(Math.clamp(nanos, 0, LATENCY_NANOS_MAX));
  }

  /// Failures count from the very beginning.
  void failed(String what) {
    failed++;
    if (firstTrouble == null) firstTrouble = what;
  }

  void wrong(String what) {
    wrong++;
    if (wrong == 1) firstTrouble = what;
  }
}
