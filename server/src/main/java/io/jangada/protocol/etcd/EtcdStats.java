package io.jangada.protocol.etcd;

import java.util.Map;

/// What an [EtcdListener] did since it was started, and what it is doing now.
///
/// @param calls by method; those that were never called are left out
/// @param connections open now
public record EtcdStats(Map<String, Calls> calls, long connections, long bytesIn, long bytesOut) {
  /// The calls of a method.
  ///
  /// @param type `unary`, `server_stream` or `bidi_stream`
  /// @param handled how many ended, by gRPC's name of the code
  public record Calls(String type, long started, Map<String, Long> handled) {}
}
