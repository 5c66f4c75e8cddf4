package io.jangada.protocol.port;

import io.jangada.kv.auth.Caller;
import io.jangada.net.CertificateText;
import io.jangada.net.Closing;
import io.jangada.net.TlsFailure;
import io.jangada.protocol.auth.AuditEvent;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client of a [PortState], by its connection: what all protocols have in common. Its turns, and
/// what it holds because the client is slow. All of it happens on the connection's event loop.
public abstract class Client extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Client.class);

  private final PortState port;
  private final ReplyBatcher lane;
  private final DuplexChannel channel;

  /// Whether it stands in a list of those that are given a turn soon.
  private boolean due;

  /// Whether it waits for others' requests to end, in [PortState]'s list.
  private boolean queued;

  /// What is held because the client is slow, as [PortState] counts it.
  private long weightBytes;

  /// Bytes of events that are held and not sent yet; for any thread.
  private final AtomicLong eventBytes = new AtomicLong();

  protected Client(PortState port, ReplyBatcher lane, DuplexChannel channel) {
    this.port = port;
    this.lane = lane;
    this.channel = channel;
  }

  // ---- what a kind of connection says ----

  /// Does all that can be done now.
  public abstract void drive();

  /// Has what was begun finished, and begins nothing more.
  protected abstract void finish();

  /// What is held until the client takes it, about, beside what the socket was given.
  protected abstract long weightOfHeld();

  /// Whether the client takes nothing though its socket does.
  protected boolean isHeldUp() {
    return false;
  }

  // ---- for the protocol ----

  public final PortState port() {
    return port;
  }

  public final ReplyBatcher lane() {
    return lane;
  }

  protected final DuplexChannel channel() {
    return channel;
  }

  protected final Counters counters() {
    return lane.counters();
  }

  /// Where the client is.
  public final InetAddress address() {
    return ((InetSocketAddress) channel.remoteAddress()).getAddress();
  }

  /// Who asks, for the audit trail.
  public final AuditEvent.Who who(Caller asking) {
    String user = asking == null ? null : asking.user().toUtf8();
    return new AuditEvent.Who(user, channel.remoteAddress(), certificate());
  }

  /// The subject of the client's certificate; null for none.
  private String certificate() {
    return CertificateText.ofPeer(channel)
        .map(one -> one.getSubjectX500Principal().getName())
        .orElse(null);
  }

  // ---- turns ----

  /// All that came is read: what is begun later is begun in another turn of the loop.
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    drive();
    lane.endTurn();
  }

  /// Has a turn planned. Returns whether the caller is to plan it.
  public final boolean becomeDue() {
    if (due) return false;
    due = true;
    return true;
  }

  /// Plans a turn, unless one is planned.
  public final void planTurn() {
    if (becomeDue()) lane.execute(this::runTurn);
  }

  /// Called once for each time that [Slot#arrive] was true.
  final void runTurn() {
    due = false;
    drive();
  }

  /// Has something done after a while, on the connection's loop. From there.
  public final Future<?> later(Runnable task, long millis) {
    return channel.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  /// There is room again that this connection waited for.
  final void resume() {
    queued = false;
    drive();
    port.wakeWaiters();
  }

  /// Whether the requests of all connections leave room. If not, this one is resumed when it does.
  protected final boolean acquireOrEnqueue() {
    if (port.hasRoom()) return true;
    if (!queued) {
      queued = true;
      port.awaitRoom(this);
    }
    return false;
  }

  // ---- the end ----

  /// At once, from any thread.
  final void close() {
    Closing.abort(channel);
  }

  /// Closes the connection for something that no client did, unless it is that one is gone or
  /// speaks broken TLS.
  protected final void broken(Throwable cause) {
    boolean isTheClients = cause instanceof IOException || TlsFailure.isCauseOf(cause);
    if (!isTheClients) LOG.error("a connection broke and is closed", cause);
    channel.close();
  }

  // ---- what is held ----

  /// Bytes of what the client did not ask for one by one, and that is not sent yet. From any
  /// thread.
  public final long eventBytes() {
    return eventBytes.get();
  }

  /// Counts such bytes, or less than nothing when they are sent. From any thread.
  public final void holdEvents(long bytes) {
    eventBytes.addAndGet(bytes);
  }

  protected final boolean holdsBytes() {
    return weightBytes > 0;
  }

  /// Counts what is held as long as the socket does not take it.
  protected final void updateBufferedBytes() {
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    long weight = pending == null ? 0 : pending.totalPendingWriteBytes();
    if (weight > 0 || isHeldUp()) weight += weightOfHeld() + eventBytes.get();
    if (weight == weightBytes) return;
    long before = weightBytes;
    weightBytes = weight; // first: this connection may be closed for it, and weighed again
    port.updateBufferedBytes(this, before, weight);
  }
}
