package io.jangada.cli.demo;

import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// The network between members of one process: it puts a message straight into the receiver's
/// inbox, and can be split in two. A message for a member that is down, or on the other side of a
/// split, is lost.
final class LocalNetwork {
  private final Map<Integer, Replica> replicas = new ConcurrentHashMap<>();
  private volatile Set<Integer> side = Set.of();

  void join(int member, Replica replica) {
    replicas.put(member, replica);
  }

  void leave(int member) {
    replicas.remove(member);
  }

  /// Splits the network: these members on one side, all others on the other. An earlier split is
  /// healed.
  void split(Set<Integer> members) {
    side = Set.copyOf(members);
  }

  void heal() {
    side = Set.of();
  }

  boolean connects(int one, int other) {
    Set<Integer> now = side;
    return now.contains(one) == now.contains(other);
  }

  /// Those of `members` that can talk with this one, itself included.
  Set<Integer> around(int member, Set<Integer> members) {
    Set<Integer> around = new TreeSet<>(members);
    around.removeIf(other -> !connects(member, other));
    return around;
  }

  void send(PeerMessage message) {
    if (!connects(message.from(), message.to())) return;
    Replica receiver = replicas.get(message.to());
    if (receiver != null) receiver.receive(message);
  }
}
