package io.jangada.wire;

import io.jangada.node.PeerMessage;
import io.jangada.raft.Message;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/// The way to one peer: what waits to be sent to it, and the connection.
///
/// Anybody may [#offer] a message; everything else happens on the event loop. Messages wait as they
/// are, and become bytes only when the connection takes more: what waits for a slow peer are mostly
/// entries that the log holds anyway. What was offered counts against the queue's limit until the
/// system has taken the last byte of it.
///
/// There is no timer that connects. A message that finds no connection asks for one; while the
/// pause after a failure lasts, messages are dropped, for what a peer could not be told when it was
/// so is soon said anew.
final class Link {
  /// Messages are gathered into buffers of about this size.
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
  private final Wiring wiring;

  private final ConcurrentLinkedQueue<PeerMessage> queue = new ConcurrentLinkedQueue<>();

  /// The chunk of a snapshot that waits. Only the last one asked for is of use, and it waits behind
  /// everything else, so that it holds up no heartbeat.
  private final AtomicReference<PeerMessage> chunk = new AtomicReference<>();

  private final AtomicLong queueBytes = new AtomicLong();
  private final LongAdder dropped = new LongAdder();
  private volatile boolean blocked;
  private volatile boolean resting;
  private volatile long restEndNanos;

  private State state = State.IDLE;
  private Channel channel;
  private boolean turning;
  private long pauseMillis;
  private int dials;
  private long openedNanos;
  private long progressNanos;
  private long progressSeen;
  private InetSocketAddress seenAt;
  private final Told told = new Told();

  // Written on the loop alone, read by whoever wants figures.
  private volatile long messagesSent;
  private volatile long bytesSent;
  private volatile long connects;
  private volatile long failures;
  private volatile long losses;
  private volatile long connectedNanos = -1;
  private volatile long roundTripMicros = -1;

  Link(int peer, Wiring wiring) {
    this.peer = peer;
    this.wiring = wiring;
  }

  int peer() {
    return peer;
  }

  // ---- from any thread ----

  /// Takes a message, or drops it. Returns whether there is something to do on the loop.
  boolean offer(PeerMessage message) {
    long size = message.sizeBytes();
    if (blocked || isResting() || !isTaken(size)) {
      dropped.increment();
      return false;
    }
    if (message instanceof PeerMessage.Raft(Message.InstallSnapshot _, long _)) {
      PeerMessage overtaken = chunk.getAndSet(message);
      if (overtaken != null) drop(overtaken);
    } else {
      queue.add(message);
    }
    return true;
  }

  private boolean isTaken(long size) {
    if (queueBytes.getAndAdd(size) < wiring.settings().limits().queueBytesMax()) return true;
    queueBytes.addAndGet(-size);
    return false;
  }

  private boolean isResting() {
    return resting && System.nanoTime() - restEndNanos < 0;
  }

  void block(boolean blocked) {
    this.blocked = blocked;
  }

  boolean isBlocked() {
    return blocked;
  }

  /// What was sent, with nothing received.
  LinkStats stats() {
    long since = connectedNanos;
    return new LinkStats(
        peer,
        messagesSent,
        bytesSent,
        0,
        0,
        dropped.sum(),
        connects,
        failures,
        losses,
        queueBytes.get(),
        since < 0 ? -1 : (System.nanoTime() - since) / NANOS_PER_MILLI,
        false,
        roundTripMicros);
  }

  // ---- on the loop ----

  /// Does what there is to do.
  void turn() {
    if (turning) return;
    turning = true;
    switch (state) {
      case IDLE -> {
        if (blocked || isResting()) dropAll();
        else if (!queue.isEmpty() || chunk.get() != null) dial();
      }
      case DIALLING -> {}
      case OPEN -> send();
    }
    turning = false;
  }

  private void send() {
    while (state == State.OPEN && channel.isWritable() && isFilled()) channel.flush();
  }

  /// Hands to the socket what it takes now. Returns whether that was anything.
  private boolean isFilled() {
    ByteBuf out = null;
    long cost = 0;
    long messages = 0;
    boolean filled = false;
    while (channel.isWritable()) {
      PeerMessage message = queue.poll();
      if (message == null) message = chunk.getAndSet(null);
      if (message == null) break;
      long size = message.sizeBytes();
      if (out != null && out.maxFastWritableBytes() < size) {
        hand(out, cost);
        out = null;
        cost = 0;
      }
      if (out == null) {
        long capacity = Math.max(filled ? BUFFER_BYTES : FIRST_BUFFER_BYTES, size);
        out = channel.alloc().directBuffer((int) Math.min(capacity, Integer.MAX_VALUE / 2));
        filled = true;
      }
      if (isWritten(out, message)) messages++;
      cost += size;
    }
    if (out != null) hand(out, cost);
    messagesSent += messages;
    return filled;
  }

  private boolean isWritten(ByteBuf out, PeerMessage message) {
    try {
      Frames.write(out, message, wiring.settings().limits().frameBytesMax());
      return true;
    } catch (IllegalArgumentException e) {
      dropped.increment();
      tell(new LinkEvent.Unsendable(peer, e.getMessage()));
      return false;
    }
  }

  private void hand(ByteBuf out, long cost) {
    bytesSent += out.readableBytes();
    channel
        .write(out)
        .addListener(
            _ -> {
              queueBytes.addAndGet(-cost);
              progressNanos = System.nanoTime();
            });
  }

  private void drop(PeerMessage message) {
    queueBytes.addAndGet(-message.sizeBytes());
    dropped.increment();
  }

  private void dropAll() {
    for (PeerMessage message; (message = queue.poll()) != null; ) drop(message);
    PeerMessage last = chunk.getAndSet(null);
    if (last != null) drop(last);
  }

  // ---- connecting ----

  /// A name may take its time to be looked up, so that is done on a thread of its own.
  private void dial() {
    state = State.DIALLING;
    int dial = dials++;
    InetSocketAddress seen = seenAt;
    Thread.ofPlatform().daemon(true).name("dial-" + peer).start(() -> lookUp(dial, seen));
  }

  private void lookUp(int dial, InetSocketAddress seen) {
    Runnable next;
    try {
      InetSocketAddress known = wiring.addressOf().apply(peer);
      if (known == null) known = seen;
      if (known == null) throw new UnknownHostException("its address is not known");
      InetSocketAddress address = resolved(known, dial);
      next = () -> connect(address);
    } catch (UnknownHostException | RuntimeException e) {
      next = () -> failed(new LinkEvent.Unreachable(peer, e.getMessage()));
    }
    try {
      wiring.loop().execute(next);
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
      throw new UnknownHostException("nobody knows the name " + address.getHostString());
    }
  }

  private void connect(InetSocketAddress address) {
    if (state != State.DIALLING) return;
    LinkSettings settings = wiring.settings();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(wiring.loop())
            .channel(settings.loops().socketClass())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.times().connectMillis())
            .handler(new Dialled(this, wiring));
    if (EpollSocketChannel.class == settings.loops().socketClass())
      bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, settings.times().stallMillis());
    ChannelFuture connecting = bootstrap.connect(address);
    channel = connecting.channel();
    connecting.addListener(
        done -> {
          if (!done.isSuccess())
            failed(new LinkEvent.Unreachable(peer, address + ": " + reason(done.cause())));
        });
  }

  static String reason(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /// The peer bade us welcome.
  void opened(Channel channel) {
    if (state != State.DIALLING) return;
    state = State.OPEN;
    connects++;
    openedNanos = System.nanoTime();
    connectedNanos = openedNanos;
    progressNanos = openedNanos;
    tell(new LinkEvent.Connected(peer, "" + channel.remoteAddress()));
    turn();
  }

  /// No connection could be made.
  void failed(LinkEvent event) {
    if (state != State.DIALLING) return;
    failures++;
    tell(event);
    rest();
  }

  /// The connection ended.
  void ended(String reason) {
    if (state != State.OPEN) return;
    losses++;
    tell(new LinkEvent.Lost(peer, reason));
    if (System.nanoTime() - openedNanos > maxPauseNanos()) {
      pauseMillis = 0;
      told.forget();
    }
    rest();
  }

  private long maxPauseNanos() {
    return wiring.settings().times().retryMillisMax() * NANOS_PER_MILLI;
  }

  private void rest() {
    LinkSettings.Times times = wiring.settings().times();
    state = State.IDLE;
    channel = null;
    connectedNanos = -1;
    roundTripMicros = -1;
    pauseMillis =
        Math.clamp(2 * pauseMillis, times.retryMillisMin(), (long) times.retryMillisMax());
    long drawn = pauseMillis / 2 + ThreadLocalRandom.current().nextLong(pauseMillis / 2 + 1);
    restEndNanos = System.nanoTime() + drawn * NANOS_PER_MILLI;
    resting = true;
    dropAll();
  }

  /// The peer is there: it connected to us, from `address` if it is to be believed.
  void seen(InetSocketAddress address) {
    seenAt = address;
    resting = false;
  }

  /// Gives up a connection over which nothing goes out any more.
  void watch() {
    if (state != State.OPEN) return;
    if (channel instanceof EpollSocketChannel epoll && channel.isActive())
      roundTripMicros = epoll.tcpInfo().rtt();
    var buffer = channel.unsafe().outboundBuffer();
    long now = System.nanoTime();
    if (buffer == null || buffer.isEmpty()) {
      progressNanos = now;
      return;
    }
    if (buffer.currentProgress() != progressSeen) progressNanos = now;
    progressSeen = buffer.currentProgress();
    long stallMillis = wiring.settings().times().stallMillis();
    if (now - progressNanos < stallMillis * NANOS_PER_MILLI) return;
    Channel stalled = channel;
    ended("it took nothing for " + stallMillis + " ms");
    stalled.close();
  }

  private void tell(LinkEvent event) {
    if (told.isNews(event.text())) wiring.watcher().accept(event);
  }

  void close() {
    state = State.IDLE;
    blocked = true;
    dropAll();
    if (channel != null) channel.close();
  }
}
