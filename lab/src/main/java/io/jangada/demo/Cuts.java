package io.jangada.demo;

import io.jangada.server.Server;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The split of a network of servers: what goes from one side to the other is lost, at both ends.
final class Cuts {
  private final SortedSet<Integer> ids;
  private final Map<Integer, Server> servers = new TreeMap<>();
  private Set<Integer> side = Set.of();

  Cuts(SortedSet<Integer> ids) {
    this.ids = ids;
  }

  /// Another server takes part in the network as it is.
  synchronized void join(int id, Server server) {
    servers.put(id, server);
    cut(id, server);
  }

  synchronized void leave(int id) {
    servers.remove(id);
  }

  /// Splits the network: these members on one side, all others on the other. An earlier split is
  /// healed.
  synchronized void split(Set<Integer> members) {
    side = Set.copyOf(members);
    servers.forEach(this::cut);
  }

  private void cut(int id, Server server) {
    for (int peer : ids) if (peer != id) server.block(peer, !connects(id, peer));
  }

  private boolean connects(int one, int other) {
    return side.contains(one) == side.contains(other);
  }

  /// Those that can talk with this one, itself included.
  synchronized SortedSet<Integer> around(int member) {
    SortedSet<Integer> around = new TreeSet<>(ids);
    around.removeIf(other -> !connects(member, other));
    return around;
  }
}
