package io.jangada.link;

import io.jangada.net.PortGate;
import io.jangada.net.TlsContext;
import io.jangada.node.PeerMessage;
import io.jangada.node.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// The way to the peers over TCP: one connection to each peer that something was to be sent to, and
/// one from each peer that had something to say. A connection carries messages one way only, so
/// neither side needs to agree with the other on which of two connections to keep.
///
/// A message is lost when its peer cannot be reached, when too much waits for that peer, or when
/// the connection breaks; that costs the other peers nothing. Messages to one peer arrive in the
/// order in which they were sent, as far as they arrive; only chunks of snapshots are overtaken by
/// everything else, and by later chunks.
///
/// What goes over the connections: [Handshake], [Frames], [BinaryMessages].
public final class TcpLinks implements Transport, AutoCloseable {
  private static final int BACKLOG = 128;
  private static final long WATCH_MILLIS = 1_000;
  private static final long CLOSE_MILLIS_MAX = 2_000;

  /// Observes how the links are doing. Called on the event loop, so it must be quick.
  public interface Watcher {
    void event(LinkEvent event);

    /// The connection over which a peer was heard ended, and there is no other; told each time.
    void gone(int peer);
  }

  private final LinkSettings settings;
  private final EventLoop loop;
  private final KnownPeers peers;
  private final Acceptor acceptor;
  private final PortGate gate;
  private final Channel listener;

  /// Links whose connections are to be made anew, and the one that is at it; on the loop alone.
  private final SequencedSet<Link> renewals = new LinkedHashSet<>();

  private Link renewing;
  private final ScheduledFuture<?> watching;
  private final AtomicBoolean due = new AtomicBoolean();
  private final Runnable runTurn = this::runTurn;
  private final AtomicReference<ClusterIdentity> identity;
  private volatile boolean closed;

  private TcpLinks(
      LinkSettings settings,
      IntFunction<InetSocketAddress> addressOf,
      Consumer<PeerMessage> receiver,
      Watcher watcher)
      throws IOException {
    this.settings = settings;
    loop = settings.loops().group().next();
    identity =
        new AtomicReference<>(
            new ClusterIdentity(settings.clusterId(), 0, 0, settings.self().hasData()));
    LinkContext linkContext =
        new LinkContext(
            settings,
            loop,
            new LinkContext.Local(() -> address().getPort(), identity),
            addressOf,
            untilClosed(watcher));
    peers = new KnownPeers(linkContext, receiver);
    acceptor = new Acceptor(linkContext, peers);
    gate =
        new PortGate(
            "log",
            settings.tls(),
            new PortGate.Limits(
                settings.listening().handshakesMax(), settings.times().connectMillis()));
    listener = listen(linkContext);
    watching =
        loop.scheduleAtFixedRate(this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Begins to listen. Peers are connected to when there is something to be sent to them.
  ///
  /// @param addressOf where a peer listens, or null when that is not known; asked anew for each
  ///   connection, on a thread that may wait for a name to be looked up
  /// @param receiver takes what peers sent, on the event loop, and must be quick
  /// @throws IOException when it cannot listen; the message says where and why
  public static TcpLinks start(
      LinkSettings settings,
      IntFunction<InetSocketAddress> addressOf,
      Consumer<PeerMessage> receiver,
      Watcher watcher)
      throws IOException {
    return new TcpLinks(settings, addressOf, receiver, watcher);
  }

  /// More is known of the cluster of this member. Peers are told, and those of other clusters are
  /// refused from now on. From any thread.
  public void identify(ClusterIdentity known) {
    ClusterIdentity previous = identity.getAndSet(known);
    if (closed || known.equals(previous)) return;
    try {
      loop.execute(
          () -> {
            for (KnownPeers.Peer peer : peers.all()) {
              peer.link().identify(previous);
              peer.inbound().recheck();
            }
          });
    } catch (RejectedExecutionException over) {
      closed = true;
    }
  }

  /// What is known of the cluster of this member.
  public ClusterIdentity identity() {
    return identity.get();
  }

  /// Whether a peer is connected and knows cluster ids.
  public boolean isIdentified(int peer) {
    KnownPeers.Peer known = peers.of(peer);
    return known != null && known.link().isIdentified();
  }

  private Channel listen(LinkContext linkContext) throws IOException {
    ServerBootstrap bootstrap =
        settings
            .loops()
            .listener(loop, "log")
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childHandler(
                gate.handler(
                    channel ->
                        channel.pipeline().addLast(new InboundHandler(acceptor, linkContext))));
    var bound = bootstrap.bind(settings.listening().address()).awaitUninterruptibly();
    if (bound.isSuccess()) return bound.channel();
    throw new IOException(
        "cannot listen for peers on "
            + AddressText.text(settings.listening().address())
            + ": "
            + AddressText.reason(bound.cause()),
        bound.cause());
  }

  /// The same, but silent once the links are closed.
  private Watcher untilClosed(Watcher watcher) {
    return new Watcher() {
      @Override
      public void event(LinkEvent event) {
        if (!closed) watcher.event(event);
      }

      @Override
      public void gone(int peer) {
        if (!closed) watcher.gone(peer);
      }
    };
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /// Takes a message for a peer, from any thread.
  @Override
  public void send(PeerMessage message) {
    if (closed) return;
    KnownPeers.Peer peer = peers.of(message.to());
    if (peer != null && peer.link().offer(message)) wake();
  }

  /// Wakes the loop, unless that was done since its last turn began.
  private void wake() {
    if (due.get() || due.getAndSet(true)) return;
    try {
      loop.execute(runTurn);
    } catch (RejectedExecutionException over) {
      closed = true;
    }
  }

  private void runTurn() {
    due.set(false);
    for (KnownPeers.Peer peer : peers.all()) peer.link().runTurn();
  }

  private void watch() {
    for (KnownPeers.Peer peer : peers.all()) peer.link().watch();
    renewNext();
  }

  /// The certificates have changed: connections whose other side is no longer accepted are ended,
  /// and all others to peers are made anew, one after the other. From any thread.
  public void renew() {
    if (closed || settings.tls() == null) return;
    try {
      loop.execute(
          () -> {
            TlsContext tls = settings.tls().context();
            for (KnownPeers.Peer peer : peers.all()) {
              peer.inbound().recheckCertificate(tls);
              peer.link().recheckCertificate(tls);
              renewals.add(peer.link());
            }
          });
    } catch (RejectedExecutionException over) {
      closed = true;
    }
  }

  /// One at a time, so that a mistake in the new certificates does not cost all links at once. One
  /// that fails is tried again after the others.
  private void renewNext() {
    if (renewing != null) {
      if (renewing.isRenewing()) return;
      if (renewing.needsRenewal()) renewals.add(renewing);
      renewing = null;
    }
    if (renewals.isEmpty()) return;
    renewing = renewals.removeFirst();
    renewing.renew();
  }

  /// What connections of peers pass first.
  public PortGate gate() {
    return gate;
  }

  /// Blocks all traffic with a peer, in both directions, or lets it flow again.
  public void block(int peer, boolean blocked) {
    KnownPeers.Peer known = peers.of(peer);
    if (known == null) return;
    known.link().block(blocked);
    wake();
  }

  /// What went between this member and each peer, by number.
  public List<LinkStats> stats() {
    return peers.all().stream()
        .map(peer -> peer.inbound().addTo(peer.link().stats()))
        .sorted(Comparator.comparingInt(LinkStats::peer))
        .toList();
  }

  /// Ends all connections; when it returns, the port is free.
  @Override
  public void close() {
    closed = true;
    watching.cancel(false);
    CountDownLatch done = new CountDownLatch(1);
    Runnable ending =
        () -> {
          listener.close();
          acceptor.close();
          for (KnownPeers.Peer peer : peers.all()) peer.link().close();
          done.countDown();
        };
    if (loop.inEventLoop()) {
      ending.run();
      return;
    }
    try {
      loop.execute(ending);
      // The bound is for a loop that is stuck; the port is then free when it goes on.
      if (!done.await(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS)) return;
    } catch (RejectedExecutionException over) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
