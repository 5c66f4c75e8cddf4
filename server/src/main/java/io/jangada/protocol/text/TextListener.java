package io.jangada.protocol.text;

import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.port.Counters;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The text protocol's side of a member: it listens, and serves the clients that connect.
///
/// It listens from the start, and holds what comes until there is a replica to [#serve]. The loops
/// are the caller's, and are to be closed after the listener.
public final class TextListener implements AutoCloseable {
  private static final int BACKLOG = 4_096;

  /// Beyond, a client's replies wait until it has taken some.
  private static final WriteBufferWaterMark UNSENT_BYTES =
      new WriteBufferWaterMark(64 << 10, 128 << 10);

  private final TextSettings settings;
  private final ListenerState shared;
  private final Map<EventLoop, TextLane> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger admitted = new AtomicInteger();
  private final Reserve reserve;
  private final Channel listener;

  private TextListener(TextSettings settings, Loops loops) throws IOException {
    this.settings = settings;
    this.shared = new ListenerState(settings);
    this.reserve = new Reserve(settings.listening().reserved());
    ServerBootstrap bootstrap =
        loops
            .listener("client")
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT_BYTES)
            .childHandler(settings.listening().gate().handler(this::accept));
    var bound = bootstrap.bind(settings.listening().address()).awaitUninterruptibly();
    if (!bound.isSuccess())
      throw new IOException(
          "cannot listen on "
              + HostPort.text(settings.listening().address())
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    listener = bound.channel();
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static TextListener start(TextSettings settings, Loops loops) throws IOException {
    return new TextListener(settings, loops);
  }

  private void accept(SocketChannel channel) {
    TextLane lane = lanes.computeIfAbsent(channel.eventLoop(), loop -> TextLane.of(loop, settings));
    if (admitted.incrementAndGet() <= settings.limits().connectionsMax()) {
      channel.closeFuture().addListener(_ -> admitted.decrementAndGet());
      channel.pipeline().addLast(new ClientConnection(shared, lane, channel, null));
      return;
    }
    admitted.decrementAndGet();
    ClientConnection connection = new ClientConnection(shared, lane, channel, reserve);
    channel.closeFuture().addListener(_ -> reserve.leave(connection));
    channel.pipeline().addLast(connection);
    ClientConnection oldest = reserve.enter(connection);
    if (oldest != null) oldest.lane().execute(oldest::makeWay);
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /// How many clients may be connected.
  public int connectionsMax() {
    return settings.limits().connectionsMax();
  }

  /// From now on commands are carried out, those that came before included. To be called once.
  public void serve(Replica replica, AdminHandler admin) {
    serve(replica, admin, null, Audit.NONE);
  }

  /// The same for clients that authenticate, and says what they ask for.
  public void serve(Replica replica, AdminHandler admin, Authenticator authenticator, Audit audit) {
    shared.serve(replica, admin, authenticator, audit);
  }

  /// Takes no more connections, begins no more commands, answers those that were begun, and closes
  /// each connection when it is done.
  ///
  /// @param timeoutMillis how long to wait for that
  /// @return whether all are done; the listener is still to be closed
  public boolean drain(long timeoutMillis) {
    return shared.port().drain(listener, timeoutMillis);
  }

  /// Stops listening and closes all connections, whatever they are doing. What was begun may still
  /// take effect.
  @Override
  public void close() {
    shared.port().close(listener);
  }

  /// What it did and does. Each number is right for its moment; they are not of one moment.
  public TextStats stats() {
    Map<String, Long> commands = new LinkedHashMap<>();
    for (TextCommand.Kind kind : TextCommand.Kind.values()) {
      String word = kind.name().toLowerCase(Locale.ROOT);
      commands.put(word, sum(Counters.FIRST_KIND + kind.ordinal()));
    }
    commands.put("admin", sum(Counters.ADMIN));
    commands.put("binary command", sum(Counters.COMMANDS));
    commands.put("binary read", sum(Counters.READS));
    commands.put("binary watch", sum(Counters.WATCHES));
    Map<String, Long> errors = new LinkedHashMap<>();
    errors.put("ERR_CMD_ERR", sum(Counters.COMMAND_ERRORS));
    errors.put("ERR_NOT_FOUND", sum(Counters.NOT_FOUND));
    errors.put("ERR_VERSION", sum(Counters.VERSION_ERRORS));
    errors.put("ERR_INTERNAL", sum(Counters.INTERNAL_ERRORS));
    errors.put("ERR_FORGOTTEN", sum(Counters.FORGOTTEN));
    errors.put("ERR_AUTH", sum(Counters.AUTH_ERRORS));
    errors.put("REDIRECT", sum(Counters.REDIRECTS));
    long closed = sum(Counters.CLOSED);
    long opened = sum(Counters.OPENED);
    return new TextStats(
        new TextStats.Connections(
            opened - closed, opened, sum(Counters.REFUSED), shared.port().evicted()),
        commands,
        errors,
        new TextStats.Traffic(sum(Counters.BYTES_IN), sum(Counters.BYTES_OUT)),
        shared.now(sum(Counters.PAUSED)));
  }

  private long sum(int counter) {
    long sum = 0;
    for (TextLane lane : lanes.values()) sum += lane.batcher().counters().get(counter);
    return sum;
  }
}
