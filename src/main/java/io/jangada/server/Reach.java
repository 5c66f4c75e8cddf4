package io.jangada.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/// Whether a server can be reached where somebody says it is.
final class Reach {
  private static final int MILLIS_MAX = 1_000;

  private Reach() {}

  /// Why it cannot; empty when it can.
  static Optional<String> objection(Address address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.peerPort()), MILLIS_MAX);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("nobody answers at " + address.peer() + ": " + e.getMessage());
    }
  }
}
