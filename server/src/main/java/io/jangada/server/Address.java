package io.jangada.server;

import io.jangada.net.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Where a server is reached: by the others on its peer port (the log port of the configuration),
/// by clients on its client port. Written `host:peerPort:clientPort`, as in memberships, where `
/// name=NAME` and ` etcd=URL,URL` may follow.
///
/// @param clientPort 0 where it is not known
/// @param etcd what etcd's clients are told; null where that is not known
record Address(String host, int peerPort, int clientPort, ForEtcd etcd) {
  private static final int PORT_MAX = 65_535;
  private static final String NAME = "name=";
  private static final String URLS = "etcd=";

  /// What etcd's clients are told of a server.
  record ForEtcd(String name, List<String> clientUrls) {
    ForEtcd {
      clientUrls = List.copyOf(clientUrls);
    }
  }

  Address(String host, int peerPort, int clientPort) {
    this(host, peerPort, clientPort, null);
  }

  /// Reads what [#toString] writes; empty when it is something else.
  static Optional<Address> read(String text) {
    String[] words = text.split(" ", -1);
    String place = words[0];
    int second = place.lastIndexOf(':');
    int first = second < 0 ? -1 : place.lastIndexOf(':', second - 1);
    if (first < 0) return Optional.empty();
    String client = place.substring(second + 1);
    boolean isUnknown = client.equals("0");
    Optional<Address> plain =
        of(place.substring(0, first), place.substring(first + 1, second), isUnknown ? "1" : client);
    return plain.map(
        found ->
            new Address(found.host, found.peerPort, isUnknown ? 0 : found.clientPort, etcd(words)));
  }

  /// Words that are not known are for later versions.
  private static ForEtcd etcd(String[] words) {
    String name = null;
    List<String> urls = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith(NAME)) name = word.substring(NAME.length());
      if (word.startsWith(URLS)) urls.addAll(List.of(word.substring(URLS.length()).split(",")));
    }
    return name == null ? null : new ForEtcd(name, urls);
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

  boolean isSamePlace(Address other) {
    return place().equals(other.place());
  }

  /// `host:peerPort:clientPort`.
  String place() {
    return host + ":" + peerPort + ":" + clientPort;
  }

  String peer() {
    return HostPort.text(host, peerPort);
  }

  /// Empty where the port is not known.
  Optional<String> client() {
    return clientPort == 0 ? Optional.empty() : Optional.of(HostPort.text(host, clientPort));
  }

  @Override
  public String toString() {
    if (etcd == null) return place();
    String urls = etcd.clientUrls.isEmpty() ? "" : " " + URLS + String.join(",", etcd.clientUrls);
    return place() + " " + NAME + etcd.name + urls;
  }
}
