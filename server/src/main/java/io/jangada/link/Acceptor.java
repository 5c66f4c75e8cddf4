package io.jangada.link;

import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Receives the connections of peers, and decides which are accepted. On the event loop.
final class Acceptor {
  private final LinkSettings settings;
  private final KnownPeers peers;
  private final LinkContext linkContext;
  private final SequencedMap<ChannelHandlerContext, InboundHandler> handshaking =
      new LinkedHashMap<>();
  private final LogDeduplicator reported = new LogDeduplicator();

  Acceptor(LinkContext linkContext, KnownPeers peers) {
    this.settings = linkContext.settings();
    this.linkContext = linkContext;
    this.peers = peers;
  }

  /// A connection was opened. When too many are without a hello, the oldest of them is closed: it
  /// had the most time.
  void connected(ChannelHandlerContext context, InboundHandler connection) {
    handshaking.put(context, connection);
    if (handshaking.size() <= settings.listening().handshakesMax()) return;
    var first = handshaking.pollFirstEntry();
    first.getValue().fail(first.getKey(), "too many connections");
  }

  /// The handshake finished or the connection closed.
  void left(ChannelHandlerContext context) {
    handshaking.remove(context);
  }

  /// Why a connection is rejected, or null.
  ///
  /// A member that is in no configuration here is accepted: this member's may be the older one, and
  /// only members that know the newer can let it know (thesis §4.1).
  String refusal(Handshake.Hello hello) {
    String mismatch = mismatch(hello.from(), hello.cluster());
    if (mismatch != null) return mismatch;
    if (hello.to() != settings.memberId())
      return "member "
          + hello.from()
          + " looked for member "
          + hello.to()
          + " and reached member "
          + settings.memberId();
    if (hello.from() == settings.memberId())
      return "member " + hello.from() + " reached itself, or another server with its id";
    if (peers.of(hello.from()) == null) return "too many members";
    return null;
  }

  /// Why a member of another cluster is none of this one, or null.
  String mismatch(int from, ClusterIdentity cluster) {
    ClusterIdentity own = linkContext.local().identity().get();
    if (cluster.isCompatible(own)) return null;
    return "member "
        + from
        + " of "
        + cluster
        + " reached member "
        + settings.memberId()
        + " of "
        + own;
  }

  InboundConnections admit(
      Handshake.Hello hello, InboundHandler connection, InetSocketAddress remote) {
    KnownPeers.Peer peer = peers.of(hello.from());
    peer.inbound().begun(connection, AddressText.host(remote));
    peer.link().seen(new InetSocketAddress(remote.getAddress(), hello.port()));
    return peer.inbound();
  }

  void turnedAway(InetSocketAddress remote, String reason) {
    LinkEvent event = new LinkEvent.TurnedAway(AddressText.host(remote), reason);
    if (reported.recordIfNew(event.text())) linkContext.watcher().event(event);
  }

  void close() {
    List.copyOf(handshaking.keySet()).forEach(ChannelHandlerContext::close);
    for (KnownPeers.Peer peer : peers.all()) peer.inbound().close();
  }
}
