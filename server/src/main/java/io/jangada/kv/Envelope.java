package io.jangada.kv;

import io.jangada.kv.auth.Caller;
import java.util.Objects;

/// A command as it stands in the log: with the request that it is, and the leader's stamp of
/// cluster time.
///
/// @param caller who asks for it; null where that is not said
/// @param requestId null for a command that is never sent again
/// @param clusterTimeMillis 0 to [#CLUSTER_TIME_MILLIS_MAX]; a stamp that is behind an earlier one
///   counts as equal to it
public record Envelope(
    Caller caller, RequestId requestId, long clusterTimeMillis, Operation.Command command) {
  /// Some 146 million years: a bound that keeps sums of times and deadlines from overflowing.
  public static final long CLUSTER_TIME_MILLIS_MAX = Long.MAX_VALUE / 2;

  public Envelope {
    Objects.requireNonNull(command);
    if (clusterTimeMillis < 0 || clusterTimeMillis > CLUSTER_TIME_MILLIS_MAX)
      throw new IllegalArgumentException("cluster time " + clusterTimeMillis);
  }

  /// A command that does not say who asks for it.
  public Envelope(RequestId requestId, long clusterTimeMillis, Operation.Command command) {
    this(null, requestId, clusterTimeMillis, command);
  }
}
