package io.jangada.link;

import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Where those who connect are received: who is there, and who may come in. On the event loop.
final class Acceptor {
  private final LinkSettings settings;
  private final KnownPeers peers;
  private final LinkContext wiring;
  private final SequencedMap<ChannelHandlerContext, InboundHandler> handshaking =
      new LinkedHashMap<>();
  private final LogDeduplicator reported = new LogDeduplicator();

  Acceptor(LinkContext wiring, KnownPeers peers) {
    this.settings = wiring.settings();
    this.wiring = wiring;
    this.peers = peers;
  }

  /// Somebody connected. When there are too many who said nothing yet, the first of them has had
  /// the most time for it, and goes.
  void entered(ChannelHandlerContext context, InboundHandler stranger) {
    handshaking.put(context, stranger);
    if (handshaking.size() <= settings.listening().handshakesMax()) return;
    var first = handshaking.pollFirstEntry();
    first.getValue().fail(first.getKey(), "too many connections");
  }

  /// Somebody is no stranger any more, or gone.
  void left(ChannelHandlerContext context) {
    handshaking.remove(context);
  }

  /// Why somebody may not come in, or null.
  ///
  /// A member that is in no configuration here may: this member's may be the older one, and only
  /// those who know the newer can tell it so (thesis §4.1).
  String refusal(Handshake.Hello hello) {
    String stranger = strangeness(hello.from(), hello.cluster());
    if (stranger != null) return stranger;
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

  /// Why a member of a cluster is none of this one, or null.
  String strangeness(int from, ClusterIdentity cluster) {
    ClusterIdentity own = wiring.identity().get();
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
    peer.arrivals().begun(connection, AddressText.host(remote));
    peer.link().seen(new InetSocketAddress(remote.getAddress(), hello.port()));
    return peer.arrivals();
  }

  void turnedAway(InetSocketAddress remote, String reason) {
    LinkEvent event = new LinkEvent.TurnedAway(AddressText.host(remote), reason);
    if (reported.recordIfNew(event.text())) wiring.watcher().event(event);
  }

  void close() {
    List.copyOf(handshaking.keySet()).forEach(ChannelHandlerContext::close);
    for (KnownPeers.Peer peer : peers.all()) peer.arrivals().close();
  }
}
