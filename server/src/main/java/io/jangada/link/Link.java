package io.jangada.link;

import io.jangada.codec.BinaryMessages;
import io.jangada.codec.Frames;
import io.jangada.net.HostPort;
import io.jangada.net.ReloadingTls;
import io.jangada.net.TlsContext;
import io.jangada.node.PeerMessage;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;

/// The way to one peer: what waits to be sent to it, and the connection.
///
/// Any thread may [#offer] a message; everything else happens on the event loop.
///
/// There is no timer that connects. A message that finds no connection asks for one; while the
/// pause after a failure lasts, messages are dropped: the sender soon repeats what still holds.
/// Without messages for a peer there is no connection to it.
final class Link {
  /// Messages are gathered into buffers of about this size, the first of a turn of less.
  private static final int BUFFER_BYTES = 64 << 10;

  private static final int FIRST_BUFFER_BYTES = 4 << 10;

  /// How much is handed to the socket before it has taken what it was given.
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 << 10, 1 << 20);

  private static final long NANOS_PER_MILLI = 1_000_000;

  private enum State {
    IDLE,
    DIALLING,
    OPEN
  }

  private final int peer;
  private final LinkContext linkContext;
  private final SendQueue queue;
  private volatile boolean blocked;
  private volatile boolean resting;
  private volatile long restEndNanos;

  private State state = State.IDLE;
  private Channel channel;
  private boolean turning;
  private long pauseMillis;
  private int dials;
  private long sinceNanos;
  private long progressNanos;
  private long progressSeen;
  private InetSocketAddress seenAt;
  private final LogDeduplicator reported = new LogDeduplicator();

  /// The version of the handshake that the peer is greeted in.
  private volatile int version;

  /// Whether a connection is being made that is to take the place of `channel`, and that one, once
  /// there is a socket for it.
  private boolean renewing;

  private Channel successor;
  private boolean renewalFailed;

  private boolean speaksPlainlyNext;

  // Written on the loop alone, read by any thread.
  private volatile long messagesSent;
  private volatile long bytesSent;
  private volatile long connects;
  private volatile long failures;
  private volatile long refusals;
  private volatile long losses;
  private volatile long connectedNanos = -1;
  private volatile long roundTripMicros = -1;

  Link(int peer, LinkContext linkContext) {
    this.peer = peer;
    this.linkContext = linkContext;
    this.queue = new SendQueue(linkContext.settings().limits().queueBytesMax());
    this.version = Greeting.version(linkContext.settings().secret());
  }

  int peer() {
    return peer;
  }

  // ---- from any thread ----

  /// Takes a message, or drops it. Returns whether there is something to do on the loop.
  boolean offer(PeerMessage message) {
    if (!blocked && !isResting() && queue.offer(message)) return true;
    queue.countDropped();
    return false;
  }

  private boolean isResting() {
    return resting && System.nanoTime() - restEndNanos < 0;
  }

  /// What waits now is dropped with the next [#runTurn].
  void block(boolean blocked) {
    this.blocked = blocked;
  }

  boolean isBlocked() {
    return blocked;
  }

  /// What was sent, with nothing received.
  LinkStats stats() {
    long since = connectedNanos;
    long connectedMillis = since < 0 ? -1 : (System.nanoTime() - since) / NANOS_PER_MILLI;
    return new LinkStats(
        peer,
        new LinkStats.Sent(messagesSent, bytesSent, queue.dropped()),
        LinkStats.Received.NOTHING,
        new LinkStats.Attempts(connects, failures, refusals, losses),
        new LinkStats.Now(queue.bytes(), connectedMillis, roundTripMicros));
  }

  // ---- on the loop: sending ----

  /// Does what there is to do. Handing something to the socket may call it again.
  void runTurn() {
    if (turning) return;
    turning = true;
    try {
      if (blocked || state == State.IDLE && isResting()) queue.dropAll();
      else if (state == State.OPEN) send();
      else if (state == State.IDLE && !queue.isEmpty()) dial();
    } finally {
      turning = false;
    }
  }

  private void send() {
    while (state == State.OPEN && channel.isWritable() && !queue.isEmpty()) {
      fill();
      channel.flush();
    }
  }

  /// Hands to the socket what it takes now.
  private void fill() {
    int capacity = FIRST_BUFFER_BYTES;
    while (channel.isWritable() && !queue.isEmpty()) {
      gather(capacity);
      capacity = BUFFER_BYTES;
    }
  }

  /// Hands one buffer to the socket, with as many messages as fit and at least one.
  private void gather(int capacity) {
    PeerMessage first = queue.peek();
    if (first == null) return;
    ByteBuf out = channel.alloc().directBuffer((int) Math.max(capacity, first.sizeBytes()));
    long cost = 0;
    try {
      for (PeerMessage next = first; next != null; next = queue.peek()) {
        long size = next.sizeBytes();
        if (out.isReadable() && size > out.maxFastWritableBytes()) break;
        if (!queue.removeHead(next)) continue;
        cost += size;
        write(out, next);
      }
    } catch (RuntimeException | Error e) {
      out.release();
      queue.sent(cost);
      throw e;
    }
    hand(out, cost);
  }

  private void write(ByteBuf out, PeerMessage message) {
    if (version == Handshake.PLAIN_VERSION && !BinaryMessages.isPlain(message)) return;
    try {
      Frames.write(out, message, linkContext.settings().limits().frameBytesMax());
      messagesSent++;
    } catch (IllegalArgumentException e) {
      queue.countDropped();
      report(new LinkEvent.Unsendable(peer, e.getMessage()));
    }
  }

  private void hand(ByteBuf out, long cost) {
    bytesSent += out.readableBytes();
    channel
        .write(out)
        .addListener(
            _ -> {
              queue.sent(cost);
              progressNanos = System.nanoTime();
            });
  }

  // ---- on the loop: connecting ----

  /// A name may take its time to be looked up, so that is done on a thread of its own.
  private void dial() {
    state = State.DIALLING;
    sinceNanos = System.nanoTime();
    startDialling();
  }

  private void startDialling() {
    int dial = dials++;
    InetSocketAddress seen = seenAt;
    Thread.ofPlatform().daemon(true).name("dial-" + peer).start(() -> lookUp(dial, seen));
  }

  private void lookUp(int dial, InetSocketAddress seen) {
    Runnable next;
    try {
      InetSocketAddress known = linkContext.addressOf().apply(peer);
      if (known == null) known = seen;
      if (known == null) throw new UnknownHostException("its address is not known");
      InetSocketAddress address = resolved(known, dial);
      next = () -> connect(address);
    } catch (UnknownHostException | RuntimeException e) {
      next = () -> failed(null, new LinkEvent.Unreachable(peer, AddressText.reason(e)));
    }
    Runnable latest = next;
    try {
      linkContext
          .loop()
          .execute(
              () -> {
                // A connection that was to be replaced may be lost, and dialled anew, meanwhile.
                if (dial == dials - 1) latest.run();
              });
    } catch (RejectedExecutionException closed) {
      // The loops are closed: there is nothing left to connect.
      return;
    }
  }

  /// A name may stand for several addresses: they are tried by turns.
  private static InetSocketAddress resolved(InetSocketAddress address, int dial)
      throws UnknownHostException {
    if (!address.isUnresolved()) return address;
    try {
      InetAddress[] all = InetAddress.getAllByName(address.getHostString());
      return new InetSocketAddress(all[dial % all.length], address.getPort());
    } catch (UnknownHostException e) {
      throw new UnknownHostException("the name " + address.getHostString() + " is not known");
    }
  }

  private void connect(InetSocketAddress address) {
    if (state != State.DIALLING && !renewing) return;
    LinkSettings.Times times = linkContext.settings().times();
    Bootstrap bootstrap =
        linkContext
            .settings()
            .loops()
            .dialler()
            .group(linkContext.loop())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, times.connectMillis())
            .handler(handler(address));
    // A peer whose machine is gone acknowledges nothing and refuses nothing.
    if (EpollSocketChannel.class == linkContext.settings().loops().socketClass())
      bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, times.stallMillis());
    ChannelFuture connecting = bootstrap.connect(address);
    if (renewing) successor = connecting.channel();
    else channel = connecting.channel();
    connecting.addListener(
        done -> {
          if (done.isSuccess()) return;
          String reason = AddressText.text(address) + ": " + AddressText.reason(done.cause());
          LinkEvent event = new LinkEvent.Unreachable(peer, reason);
          // A socket that could not be made, for want of a descriptor, has no loop.
          if (linkContext.loop().inEventLoop()) failed(connecting.channel(), event);
          else linkContext.loop().execute(() -> failed(connecting.channel(), event));
        });
  }

  private ChannelHandler handler(InetSocketAddress address) {
    OutboundHandler outbound = new OutboundHandler(this, linkContext);
    ReloadingTls tls = linkContext.settings().tls();
    if (tls == null) return outbound;
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel made) {
        SslHandler encrypting =
            tls.context().dialler(made.alloc(), HostPort.host(address), address.getPort());
        made.pipeline().addLast(encrypting, outbound);
      }
    };
  }

  /// The peer bade us welcome.
  void opened(Channel welcomed) {
    if (renewing && welcomed == successor) {
      replaceChannel();
      return;
    }
    if (state != State.DIALLING || welcomed != channel) return;
    long now = System.nanoTime();
    // What waited for so long is out of date.
    if (now - sinceNanos > linkContext.settings().times().connectMillis() * NANOS_PER_MILLI)
      queue.dropAll();
    state = State.OPEN;
    sinceNanos = now;
    connectedNanos = now;
    progressNanos = now;
    connects++;
    report(new LinkEvent.Connected(peer, AddressText.text(welcomed.remoteAddress())));
    runTurn();
  }

  /// The version of the handshake that the peer is greeted in next.
  int version() {
    return version;
  }

  /// The peer knows only the version without cluster ids: the next attempt is made in that.
  void speakPlainly() {
    speaksPlainlyNext = true;
  }

  /// Whether the peer is connected, and got this member's cluster id.
  boolean isIdentified() {
    return connectedNanos >= 0 && version > Handshake.PLAIN_VERSION;
  }

  /// Tells the peer what is known now of this member's cluster.
  ///
  /// @param previous the identity sent before
  void identify(ClusterIdentity previous) {
    ClusterIdentity known = linkContext.local().identity().get();
    if (state != State.OPEN || version == Handshake.PLAIN_VERSION || known.equals(previous)) return;
    ByteBuf out = channel.alloc().buffer(64);
    Handshake.write(out, known);
    channel.writeAndFlush(out);
  }

  /// No connection could be made.
  ///
  /// @param over the attempt; null for one that did not get as far as a channel
  void failed(Channel over, LinkEvent event) {
    if (renewing && over == successor) {
      renewing = false;
      renewalFailed = true;
      successor = null;
      report(event);
      return;
    }
    if (state != State.DIALLING || over != channel) return;
    version =
        speaksPlainlyNext
            ? Handshake.PLAIN_VERSION
            : Greeting.version(linkContext.settings().secret());
    speaksPlainlyNext = false;
    if (event instanceof LinkEvent.Refused) refusals++;
    else failures++;
    rest();
    report(event);
  }

  /// The connection ended.
  void ended(Channel over, String reason) {
    if (state != State.OPEN || over != channel) return;
    losses++;
    version = Greeting.version(linkContext.settings().secret());
    boolean stable = System.nanoTime() - sinceNanos > stableNanos();
    if (stable) pauseMillis = 0;
    rest();
    report(new LinkEvent.Lost(peer, reason));
    if (stable) reported.forget();
  }

  /// For how long a connection must have stood before its end is anything new.
  private long stableNanos() {
    return linkContext.settings().times().retryMillisMax() * NANOS_PER_MILLI;
  }

  private void rest() {
    LinkSettings.Times times = linkContext.settings().times();
    state = State.IDLE;
    channel = null;
    stopRenewing();
    connectedNanos = -1;
    roundTripMicros = -1;
    pauseMillis =
        Math.clamp(2 * pauseMillis, times.retryMillisMin(), (long) times.retryMillisMax());
    long drawn = pauseMillis / 2 + ThreadLocalRandom.current().nextLong(pauseMillis / 2 + 1);
    restEndNanos = System.nanoTime() + drawn * NANOS_PER_MILLI;
    resting = true;
    queue.dropAll();
  }

  /// The peer is there: it connected to this member, and says that it listens at `address`.
  void seen(InetSocketAddress address) {
    seenAt = address;
    resting = false;
  }

  /// Gives up a connection over which nothing goes out any more. To be called now and then.
  void watch() {
    if (state != State.OPEN) return;
    if (channel instanceof EpollSocketChannel epoll && channel.isActive())
      roundTripMicros = epoll.tcpInfo().rtt();
    long now = System.nanoTime();
    var buffer = channel.unsafe().outboundBuffer();
    if (buffer == null || buffer.isEmpty() || buffer.currentProgress() != progressSeen)
      progressNanos = now;
    progressSeen = buffer == null ? 0 : buffer.currentProgress();
    long stallMillis = linkContext.settings().times().stallMillis();
    if (now - progressNanos < stallMillis * NANOS_PER_MILLI) return;
    Channel stalled = channel;
    ended(stalled, "the peer read nothing for " + stallMillis + " ms");
    stalled.close();
  }

  // ---- on the loop: renewing ----

  /// Makes a new connection, which takes the place of the open one when the peer bids welcome.
  /// Until then messages go over the old one.
  void renew() {
    renewalFailed = false;
    if (state != State.OPEN || renewing) return;
    renewing = true;
    startDialling();
  }

  boolean isRenewing() {
    return renewing;
  }

  /// Whether the last attempt failed, and the connection is still the old one.
  boolean needsRenewal() {
    return renewalFailed && state == State.OPEN;
  }

  /// What the old connection was given still goes out.
  private void replaceChannel() {
    Channel old = channel;
    channel = successor;
    successor = null;
    renewing = false;
    sinceNanos = System.nanoTime();
    progressNanos = sinceNanos;
    connects++;
    linkContext
        .watcher()
        .event(new LinkEvent.Renewed(peer, AddressText.text(channel.remoteAddress())));
    old.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    runTurn();
  }

  private void stopRenewing() {
    renewing = false;
    renewalFailed = false;
    if (successor != null) successor.close();
    successor = null;
  }

  /// Ends the connection if the peer's certificate is no longer accepted.
  void recheckCertificate(TlsContext tls) {
    SslHandler handler = state == State.OPEN ? channel.pipeline().get(SslHandler.class) : null;
    if (handler == null) return;
    tls.rejectionOfServer(handler.engine().getSession())
        .ifPresent(
            failure -> {
              Channel refused = channel;
              ended(refused, failure.text());
              refused.close();
            });
  }

  private void report(LinkEvent event) {
    if (reported.recordIfNew(event.text())) linkContext.watcher().event(event);
  }

  void close() {
    state = State.IDLE;
    blocked = true;
    queue.dropAll();
    if (channel != null) channel.close();
    stopRenewing();
  }
}
