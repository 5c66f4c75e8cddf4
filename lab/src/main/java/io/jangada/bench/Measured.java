package io.jangada.bench;

import org.HdrHistogram.Histogram;

/// What a run came to.
///
/// @param seconds for how long was counted
/// @param latencies of right replies, in nanoseconds; in an open loop from when they were due
public record Measured(Load load, double seconds, Histogram latencies, Mishaps mishaps) {
  /// @param conflicts `cas` that found another version
  /// @param failed requests that were not done, of the whole run
  /// @param wrong answers that cannot be, of the whole run
  /// @param trouble the first of these, or null
  public record Mishaps(long conflicts, long failed, long wrong, String trouble) {
    public static final Mishaps NONE = new Mishaps(0, 0, 0, null);
  }

  public long conflicts() {
    return mishaps.conflicts;
  }

  public long failed() {
    return mishaps.failed;
  }

  public long wrong() {
    return mishaps.wrong;
  }

  public String trouble() {
    return mishaps.trouble;
  }

  public long operations() {
    return latencies.getTotalCount();
  }

  public double perSecond() {
    return operations() / seconds;
  }

  /// Whether its figures can be used.
  public boolean isGood() {
    return wrong() == 0 && failed() == 0 && operations() > 0;
  }

  public double millisAt(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e6;
  }

  public double millisMax() {
    return latencies.getMaxValue() / 1e6;
  }
}
