package io.jangada.protocol.port;

import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The port of a member for the clients of a protocol: its socket, and the connections that it
/// accepts.
///
/// It listens from the start, and holds what comes until there is a replica to [#serve]. The loops
/// are the caller's, and are to be closed after the listener.
public abstract class ClientListener implements AutoCloseable {
  private static final int BACKLOG = 4_096;

  /// Beyond, a client's replies wait until it has taken some.
  private static final WriteBufferWaterMark UNSENT_BYTES =
      new WriteBufferWaterMark(64 << 10, 128 << 10);

  /// Where a port listens.
  ///
  /// @param name what clients it is for, for people
  /// @param address port 0 for any that is free
  /// @param gate what connections pass first: TLS, where there is any
  public record Place(String name, InetSocketAddress address, PortGate gate) {}

  private final Place place;
  private final PortState port;
  private final Map<EventLoop, ReplyBatcher> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger admitted = new AtomicInteger();
  private Channel channel;

  protected ClientListener(Place place, PortLimits limits) {
    this.place = place;
    this.port = new PortState(limits);
  }

  /// Begins to listen. To be called once, when all else is there.
  ///
  /// @throws IOException when it cannot; the message says where and why
  protected final void listen(Loops loops) throws IOException {
    var bound =
        loops
            .listener(place.name)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT_BYTES)
            .childHandler(place.gate.handler(this::admit))
            .bind(place.address)
            .awaitUninterruptibly();
    if (!bound.isSuccess())
      throw new IOException(
          "cannot listen on " + HostPort.text(place.address) + ": " + bound.cause().getMessage(),
          bound.cause());
    channel = bound.channel();
  }

  private void admit(SocketChannel client) {
    ReplyBatcher lane = lanes.computeIfAbsent(client.eventLoop(), ReplyBatcher::new);
    boolean isBeyondMax = admitted.incrementAndGet() > port.limits().connectionsMax();
    if (isBeyondMax) admitted.decrementAndGet();
    else client.closeFuture().addListener(_ -> admitted.decrementAndGet());
    accept(client, lane, isBeyondMax);
  }

  /// Gets each connection, on its loop.
  ///
  /// @param isBeyondMax whether there are more connections than there may be
  protected abstract void accept(SocketChannel channel, ReplyBatcher lane, boolean isBeyondMax);

  /// What connections pass first.
  public final PortGate gate() {
    return place.gate;
  }

  /// Where it listens.
  public final InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /// What its connections share.
  public final PortState port() {
    return port;
  }

  /// From now on requests are carried out, those that came before included. To be called once.
  public final void serve(Replica replica, Authenticator authenticator, Audit audit) {
    port.serve(replica, authenticator, audit);
  }

  /// What was counted on all loops, of one of [Counters].
  protected final long sum(int counter) {
    return lanes.values().stream().mapToLong(lane -> lane.counters().get(counter)).sum();
  }

  /// How long commands of a kind took: how many of them in each bucket of [CommandTimes#bounds],
  /// how many longer, and last the sum in nanoseconds.
  public final long[] times(CommandTimes.Kind kind) {
    long[] sums = CommandTimes.none();
    for (ReplyBatcher lane : lanes.values()) lane.times().addTo(sums, kind);
    return sums;
  }

  /// How many clients are connected.
  public final long connections() {
    long closed = sum(Counters.CLOSED); // the first: none is closed before it is open
    return sum(Counters.OPENED) - closed;
  }

  /// What it did, as [Counters] has it.
  public final PortStats portStats() {
    return new PortStats(
        new PortStats.Connections(
            connections(),
            port.limits().connectionsMax(),
            sum(Counters.OPENED),
            sum(Counters.REFUSED),
            port.evicted()),
        sum(Counters.COMMANDS),
        sum(Counters.BYTES_IN),
        sum(Counters.BYTES_OUT));
  }

  /// Takes no more connections, begins nothing more, answers what was begun, and closes each
  /// connection when it is done.
  ///
  /// @param timeoutMillis how long to wait for that
  /// @return whether all are done; the listener is still to be closed
  public final boolean drain(long timeoutMillis) {
    return port.drain(channel, timeoutMillis);
  }

  /// Stops listening and closes all connections, whatever they are doing. What was begun may still
  /// take effect.
  @Override
  public final void close() {
    port.close(channel);
  }
}
