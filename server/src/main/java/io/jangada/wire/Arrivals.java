package io.jangada.wire;

import io.jangada.node.PeerMessage;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/// What one peer sends. Everything happens on the event loop, but for the figures.
final class Arrivals {
  private final Link link;
  private final Consumer<PeerMessage> receiver;
  private final TcpLinks.Watcher watcher;
  private final long stableNanos;
  private final Told told = new Told();
  private long sinceNanos;

  // Written on the loop alone, read by whoever wants figures.
  private volatile Channel channel;

  /// The connection of `channel`; on the loop alone.
  private Accepted connection;

  private volatile long messages;
  private volatile long bytes;

  /// @param link the way back
  Arrivals(Link link, Wiring wiring, Consumer<PeerMessage> receiver) {
    this.link = link;
    this.receiver = receiver;
    this.watcher = wiring.watcher();
    this.stableNanos = wiring.settings().times().retryMillisMax() * 1_000_000L;
  }

  int peer() {
    return link.peer();
  }

  /// The peer made this connection. An older one is over, whether its end was noticed or not.
  void begun(Accepted next, String address) {
    Channel old = channel;
    connection = next;
    channel = next.channel();
    sinceNanos = System.nanoTime();
    if (old != null) {
      old.close();
      tell(new LinkEvent.Left(peer(), "another of the same number took its place"));
    }
    tell(new LinkEvent.Accepted(peer(), address));
  }

  void ended(Channel over, String reason) {
    if (channel != over) return;
    channel = null;
    tell(new LinkEvent.Left(peer(), reason));
    watcher.gone(peer());
    if (System.nanoTime() - sinceNanos > stableNanos) told.forget();
  }

  void take(PeerMessage message, int frameBytes) {
    messages++;
    bytes += frameBytes;
    if (!link.isBlocked()) receiver.accept(message);
  }

  /// More is known of this member's cluster.
  void recheck() {
    if (channel != null) connection.recheck();
  }

  void close() {
    if (channel != null) channel.close();
  }

  LinkStats addTo(LinkStats sent) {
    return sent.withReceived(messages, bytes, channel != null);
  }

  private void tell(LinkEvent event) {
    if (told.isNews(event.text())) watcher.event(event);
  }
}
