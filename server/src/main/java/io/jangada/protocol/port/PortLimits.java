package io.jangada.protocol.port;

/// What bounds the memory that the clients of a port take.
///
/// @param connectionsMax beyond, a connection gets a line that says so and is closed, unless it is
///   for administration
public record PortLimits(int connectionsMax, PerConnection perConnection, Together together) {
  public static final PortLimits DEFAULT =
      new PortLimits(
          10_000,
          new PerConnection(1_024, 4 << 20),
          new Together(12_288, 48L << 20, 64L << 20, 64L << 20));

  public PortLimits {
    require(connectionsMax >= 1, "connectionsMax must be 1 or more");
  }

  /// @param commandsMax commands in progress on one connection; beyond, it is not read
  /// @param bytesMax keys and values of these, and also values found that wait for their turn to be
  ///   sent; a single larger one goes alone
  public record PerConnection(int commandsMax, int bytesMax) {
    public PerConnection {
      require(commandsMax >= 1, "commandsMax must be 1 or more");
      require(bytesMax >= 1, "bytesMax must be 1 or more");
    }
  }

  /// Of all connections.
  ///
  /// @param commandsMax commands in progress
  /// @param bytesMax keys and values of these
  /// @param arrivingBytesMax what came of commands that have not come to their end; beyond, values
  ///   are read and thrown away, and the command fails
  /// @param bufferedBytesMax what is held for clients that are slow to take their replies; beyond,
  ///   the connection that has been stuck for the longest time is closed
  public record Together(
      int commandsMax, long bytesMax, long arrivingBytesMax, long bufferedBytesMax) {
    public Together {
      require(commandsMax >= 1, "commandsMax must be 1 or more");
      require(bytesMax >= 1, "bytesMax must be 1 or more");
      require(arrivingBytesMax >= 1, "arrivingBytesMax must be 1 or more");
      require(bufferedBytesMax >= 1, "bufferedBytesMax must be 1 or more");
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
