package io.jangada.protocol.text;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.Set;

/// The connections beyond the maximum; for any thread. A few are served that send nothing but
/// `admin` lines, so that a cluster can be looked at and mended while its clients hold everything.
/// The others get a reply that there are too many. Until it is known which kind one is, it is a new
/// connection; beyond the most of these, the oldest is closed for the next.
final class Reserve {
  private final TextSettings.Reserved limits;
  private final SequencedSet<ClientConnection> newConnections = new LinkedHashSet<>();
  private final Set<ClientConnection> admitted = new HashSet<>();

  Reserve(TextSettings.Reserved limits) {
    this.limits = limits;
  }

  /// Adds a new connection.
  ///
  /// @return the one that has to go for it, or null
  synchronized ClientConnection enter(ClientConnection connection) {
    newConnections.add(connection);
    return newConnections.size() > limits.newConnectionsMax() ? newConnections.removeFirst() : null;
  }

  /// Serves a connection's `admin` lines from now on, unless too many are served already.
  ///
  /// @return whether it is served
  synchronized boolean admit(ClientConnection connection) {
    if (admitted.contains(connection)) return true;
    if (admitted.size() >= limits.adminsMax() || !newConnections.remove(connection)) return false;
    return admitted.add(connection);
  }

  synchronized boolean isAdmitted(ClientConnection connection) {
    return admitted.contains(connection);
  }

  synchronized void leave(ClientConnection connection) {
    newConnections.remove(connection);
    admitted.remove(connection);
  }
}
