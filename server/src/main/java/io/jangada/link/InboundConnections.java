package io.jangada.link;

import io.jangada.net.TlsContext;
import io.jangada.node.PeerMessage;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// What one peer sends. Everything happens on the event loop, but for the figures.
final class InboundConnections {
  private static final long DRAIN_MILLIS = 1_000;

  private final Link link;
  private final Consumer<PeerMessage> receiver;
  private final TcpLinks.Watcher watcher;
  private final long stableNanos;
  private final LogDeduplicator reported = new LogDeduplicator();
  private long sinceNanos;

  // Written on the loop alone, read by any thread.
  private volatile Channel channel;

  /// The connection of `channel`; on the loop alone.
  private InboundHandler connection;

  private volatile long messages;
  private volatile long bytes;

  /// @param link the way back
  InboundConnections(Link link, LinkContext linkContext, Consumer<PeerMessage> receiver) {
    this.link = link;
    this.receiver = receiver;
    this.watcher = linkContext.watcher();
    this.stableNanos = linkContext.settings().times().retryMillisMax() * 1_000_000L;
  }

  int peer() {
    return link.peer();
  }

  /// The peer made this connection. An older one is over, whether its end was noticed or not; what
  /// is still in it is read for a moment, as a peer that renews its connection lost nothing.
  void begun(InboundHandler next, String address) {
    Channel old = channel;
    connection = next;
    channel = next.channel();
    sinceNanos = System.nanoTime();
    if (old != null) {
      old.eventLoop().schedule(() -> old.close(), DRAIN_MILLIS, TimeUnit.MILLISECONDS);
      report(new LinkEvent.Left(peer(), "a newer connection of this member replaced it"));
    }
    report(new LinkEvent.Accepted(peer(), address));
  }

  void ended(Channel over, String reason) {
    if (channel != over) return;
    channel = null;
    report(new LinkEvent.Left(peer(), reason));
    watcher.gone(peer());
    if (System.nanoTime() - sinceNanos > stableNanos) reported.forget();
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

  /// The certificates that are accepted have changed.
  void recheckCertificate(TlsContext tls) {
    if (channel != null) connection.recheckCertificate(tls);
  }

  void close() {
    if (channel != null) channel.close();
  }

  LinkStats addTo(LinkStats sent) {
    return sent.with(new LinkStats.Received(messages, bytes, channel != null));
  }

  private void report(LinkEvent event) {
    if (reported.recordIfNew(event.text())) watcher.event(event);
  }
}
