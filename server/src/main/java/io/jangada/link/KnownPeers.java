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
  /// @param inbound what comes from it
  record Peer(Link link, InboundConnections inbound) {}

  private final LinkContext linkContext;
  private final Consumer<PeerMessage> receiver;
  private final Map<Integer, Peer> peers = new ConcurrentHashMap<>();

  KnownPeers(LinkContext linkContext, Consumer<PeerMessage> receiver) {
    this.linkContext = linkContext;
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
    Link link = new Link(id, linkContext);
    return new Peer(link, new InboundConnections(link, linkContext, receiver));
  }

  Collection<Peer> all() {
    return peers.values();
  }
}
