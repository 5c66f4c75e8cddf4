package io.jangada.protocol.text;

import io.jangada.protocol.port.PortStats;
import java.util.Map;

/// What a [TextListener] did since it was started, and what it is doing now.
///
/// @param commands how many were begun, by word: `set`, `get`, `getm`, `cas`, `delete`, `admin`
/// @param errors how many replies were no success, by their word: `ERR_CMD_ERR`, `ERR_NOT_FOUND`,
///   `ERR_VERSION`, `ERR_INTERNAL`, `ERR_FORGOTTEN`, `REDIRECT`
/// @param now what there is at this moment
public record TextStats(
    PortStats.Connections connections,
    Map<String, Long> commands,
    Map<String, Long> errors,
    Traffic traffic,
    Now now) {
  public record Traffic(long bytesIn, long bytesOut) {}

  /// @param connectionsPaused connections that are not read because too much is in progress, or
  ///   because their clients do not take the replies
  /// @param commandsUnderWay commands that wait for the replica
  /// @param bytesUnderWay keys and values of these
  /// @param bytesArriving lines and values that have not come to their end
  /// @param bytesStuck what is held for clients that do not take their replies
  public record Now(
      long connectionsPaused,
      long commandsUnderWay,
      long bytesUnderWay,
      long bytesArriving,
      long bytesStuck) {}
}
