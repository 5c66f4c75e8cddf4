package io.jangada.link;

import io.jangada.node.PeerMessage;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The peers that were ever sent to or heard of, in bounded number; for any thread.
final class KnownPeers {
  private static final int PEERS_MAX = 1_024;

  /// @param link what goes to it
  /// @param arrivals what comes from it
  record Peer(Link link, InboundConnections arrivals) {}

  private final LinkContext wiring;
  private final Consumer<PeerMessage> receiver;
  private final Map<Integer, Peer> peers = new ConcurrentHashMap<>();

  KnownPeers(LinkContext wiring, Consumer<PeerMessage> receiver) {
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
    return new Peer(link, new InboundConnections(link, wiring, receiver));
  }

  Collection<Peer> all() {
    return peers.values();
  }
}
