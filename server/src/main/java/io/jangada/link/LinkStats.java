package io.jangada.link;

/// What went between this member and one peer since the links were started.
public record LinkStats(int peer, Sent sent, Received received, Attempts attempts, Now now) {
  /// @param dropped messages that waited too long for a connection, or for which there was no room
  public record Sent(long messages, long bytes, long dropped) {}

  /// @param accepted whether the peer has a connection to this member
  public record Received(long messages, long bytes, boolean accepted) {
    static final Received NOTHING = new Received(0, 0, false);
  }

  /// Connections to the peer.
  ///
  /// @param connects how often one was made
  /// @param failures how often none could be made
  /// @param refusals how often one was refused, by the peer or because another server was in its
  ///   place
  /// @param losses how often one ended
  public record Attempts(long connects, long failures, long refusals, long losses) {}

  /// @param queueBytes what waits to be sent, about
  /// @param connectedMillis for how long the connection has stood; -1 for none
  /// @param roundTripMicros the system's estimate; -1 when there is none
  public record Now(long queueBytes, long connectedMillis, long roundTripMicros) {}

  LinkStats with(Received received) {
    return new LinkStats(peer, sent, received, attempts, now);
  }
}
