package io.jangada.wire;

import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Where those who connect are received: who is there, and who may come in. On the event loop.
final class Hall {
  private final LinkSettings settings;
  private final Peers peers;
  private final Wiring wiring;
  private final SequencedMap<ChannelHandlerContext, Accepted> strangers = new LinkedHashMap<>();
  private final Told told = new Told();

  Hall(Wiring wiring, Peers peers) {
    this.settings = wiring.settings();
    this.wiring = wiring;
    this.peers = peers;
  }

  /// Somebody connected. When there are too many who said nothing yet, the first of them has had
  /// the most time for it, and goes.
  void entered(ChannelHandlerContext context, Accepted stranger) {
    strangers.put(context, stranger);
    if (strangers.size() <= settings.strangersMax()) return;
    var first = strangers.pollFirstEntry();
    first.getValue().fail(first.getKey(), "too many connections");
  }

  /// Somebody is no stranger any more, or gone.
  void left(ChannelHandlerContext context) {
    strangers.remove(context);
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
      return "member " + hello.from() + " reached itself, or another server of that number";
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

  Arrivals admit(Handshake.Hello hello, Accepted connection, InetSocketAddress remote) {
    Peers.Peer peer = peers.of(hello.from());
    peer.arrivals().begun(connection, Addresses.host(remote));
    peer.link().seen(new InetSocketAddress(remote.getAddress(), hello.port()));
    return peer.arrivals();
  }

  void turnedAway(InetSocketAddress remote, String reason) {
    LinkEvent event = new LinkEvent.TurnedAway(Addresses.host(remote), reason);
    if (told.isNews(event.text())) wiring.watcher().event(event);
  }

  void close() {
    List.copyOf(strangers.keySet()).forEach(ChannelHandlerContext::close);
    for (Peers.Peer peer : peers.all()) peer.arrivals().close();
  }
}
