package io.jangada.protocol.port;

/// What a [ClientListener] did since it was started, and what it is doing now.
///
/// @param commands how many were received
public record PortStats(Connections connections, long commands, long bytesIn, long bytesOut) {
  /// @param max how many there may be at a time
  /// @param opened all that were ever open
  /// @param refused those beyond the maximum; not among the opened
  /// @param evicted those that were closed because their clients did not take what they asked for,
  ///   and memory was short
  public record Connections(long open, long max, long opened, long refused, long evicted) {}
}
