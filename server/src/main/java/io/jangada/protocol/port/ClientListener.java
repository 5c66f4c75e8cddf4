package io.jangada.protocol.port;

import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
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

/// The socket of a port, and the connections that it accepts, whatever protocol they speak. It
/// listens from the start. The loops are the caller's, and are to be closed after it.
public final class ClientListener implements AutoCloseable {
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

  /// Gets each connection, on its loop.
  public interface Accepting {
    /// @param isBeyondMax whether there are more connections than there may be
    void accept(SocketChannel channel, ReplyBatcher lane, boolean isBeyondMax);
  }

  private final PortState port;
  private final Accepting accepting;
  private final Map<EventLoop, ReplyBatcher> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger admitted = new AtomicInteger();
  private final Channel channel;

  private ClientListener(Place place, PortState port, Loops loops, Accepting accepting)
      throws IOException {
    this.port = port;
    this.accepting = accepting;
    var bound =
        loops
            .listener(place.name)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT_BYTES)
            .childHandler(place.gate.handler(this::accept))
            .bind(place.address)
            .awaitUninterruptibly();
    if (!bound.isSuccess())
      throw new IOException(
          "cannot listen on " + HostPort.text(place.address) + ": " + bound.cause().getMessage(),
          bound.cause());
    channel = bound.channel();
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static ClientListener start(Place place, PortState port, Loops loops, Accepting accepting)
      throws IOException {
    return new ClientListener(place, port, loops, accepting);
  }

  private void accept(SocketChannel client) {
    ReplyBatcher lane = lanes.computeIfAbsent(client.eventLoop(), ReplyBatcher::new);
    boolean isBeyondMax = admitted.incrementAndGet() > port.limits().connectionsMax();
    if (isBeyondMax) admitted.decrementAndGet();
    else client.closeFuture().addListener(_ -> admitted.decrementAndGet());
    accepting.accept(client, lane, isBeyondMax);
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /// What was counted on all loops, of one of [Counters].
  public long sum(int counter) {
    return lanes.values().stream().mapToLong(lane -> lane.counters().get(counter)).sum();
  }

  /// What it did, as [Counters] has it.
  public PortStats stats() {
    long closed = sum(Counters.CLOSED); // the first: none is closed before it is open
    long opened = sum(Counters.OPENED);
    return new PortStats(
        new PortStats.Connections(
            opened - closed,
            port.limits().connectionsMax(),
            opened,
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
  /// @return whether all are done; it is still to be closed
  public boolean drain(long timeoutMillis) {
    return port.drain(channel, timeoutMillis);
  }

  /// Stops listening and closes all connections, whatever they are doing. What was begun may still
  /// take effect.
  @Override
  public void close() {
    port.close(channel);
  }
}
