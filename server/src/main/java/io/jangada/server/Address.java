package io.jangada.server;

import io.jangada.net.HostPort;
import java.util.Optional;
import java.util.OptionalInt;

/// Where a server is reached: by the others on its peer port (the log port of the configuration),
/// by clients on its client port. Written `host:peerPort:clientPort`, as in memberships.
record Address(String host, int peerPort, int clientPort) {
  private static final int PORT_MAX = 65_535;

  /// Reads what [#toString] writes; empty when it is something else.
  static Optional<Address> read(String text) {
    int second = text.lastIndexOf(':');
    int first = second < 0 ? -1 : text.lastIndexOf(':', second - 1);
    if (first < 0) return Optional.empty();
    return of(
        text.substring(0, first), text.substring(first + 1, second), text.substring(second + 1));
  }

  /// Empty when the host is no name and no address, or a port is none.
  static Optional<Address> of(String host, String peerPort, String clientPort) {
    OptionalInt peer = port(peerPort);
    OptionalInt client = port(clientPort);
    return host.matches(ServerConfig.HOSTNAME) && peer.isPresent() && client.isPresent()
        ? Optional.of(new Address(host, peer.getAsInt(), client.getAsInt()))
        : Optional.empty();
  }

  private static OptionalInt port(String text) {
    if (!text.matches("[0-9]{1,5}")) return OptionalInt.empty();
    int port = Integer.parseInt(text);
    return port >= 1 && port <= PORT_MAX ? OptionalInt.of(port) : OptionalInt.empty();
  }

  String peer() {
    return HostPort.text(host, peerPort);
  }

  String client() {
    return HostPort.text(host, clientPort);
  }

  @Override
  public String toString() {
    return host + ":" + peerPort + ":" + clientPort;
  }
}
