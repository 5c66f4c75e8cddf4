package io.jangada.wire;

import io.jangada.node.PeerMessage;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The peers that were ever sent to or heard of, in bounded number; for any thread.
final class Peers {
  private static final int PEERS_MAX = 1_024;

  /// @param link what goes to it
  /// @param arrivals what comes from it
  record Peer(Link link, Arrivals arrivals) {}

  private final Wiring wiring;
  private final Consumer<PeerMessage> receiver;
  private final Map<Integer, Peer> peers = new ConcurrentHashMap<>();

  Peers(Wiring wiring, Consumer<PeerMessage> receiver) {
    this.wiring = wiring;
    this.receiver = receiver;
  }

  /// Null when there are too many.
  Peer of(int id) {
    Peer known = peers.get(id);
    if (known != null) return known;
    if (peers.size() >= PEERS_MAX) return null;
    return peers.computeIfAbsent(id, this::make);
  }

  private Peer make(int id) {
    Link link = new Link(id, wiring);
    return new Peer(link, new Arrivals(link, wiring, receiver));
  }

  Collection<Peer> all() {
    return peers.values();
  }
}
