package io.jangada.wire;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;

/// Where those who connect are received: who is there, and who may come in. On the event loop.
final class Hall {
  /// How many connections there may be, those that have not said hello included.
  private static final int CONNECTIONS_MAX = 512;

  private final LinkSettings settings;
  private final Peers peers;
  private final Wiring wiring;
  private final Set<Channel> channels = new HashSet<>();
  private final Told told = new Told();

  Hall(Wiring wiring, Peers peers) {
    this.settings = wiring.settings();
    this.wiring = wiring;
    this.peers = peers;
  }

  /// Counts a connection, if there is room for it.
  boolean isEntered(Channel channel) {
    return channels.size() < CONNECTIONS_MAX && channels.add(channel);
  }

  void left(Channel channel) {
    channels.remove(channel);
  }

  /// Why somebody may not come in, or null.
  ///
  /// A member that is in no configuration here may: this member's may be the older one, and only
  /// those who know the newer can tell it so (thesis §4.1).
  String refusal(Handshake.Hello hello) {
    if (!hello.cluster().equals(settings.clusterId()))
      return "member "
          + hello.from()
          + " of cluster '"
          + hello.cluster()
          + "' reached member "
          + settings.memberId()
          + " of cluster '"
          + settings.clusterId()
          + "'";
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

  Arrivals admit(Handshake.Hello hello, Channel channel, InetSocketAddress remote) {
    Peers.Peer peer = peers.of(hello.from());
    peer.arrivals().begun(channel, Addresses.host(remote));
    peer.link().seen(new InetSocketAddress(remote.getAddress(), hello.port()));
    return peer.arrivals();
  }

  void turnedAway(InetSocketAddress remote, String reason) {
    LinkEvent event = new LinkEvent.TurnedAway(Addresses.host(remote), reason);
    if (told.isNews(event.text())) wiring.watcher().accept(event);
  }

  void close() {
    Set.copyOf(channels).forEach(Channel::close);
  }
}
