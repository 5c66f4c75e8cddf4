package io.jangada.protocol.text;

import io.jangada.net.Loops;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The text protocol's side of a member: it listens, and serves the clients that connect.
///
/// It listens from the start, and holds what comes until there is a replica to [#serve]. The loops
/// are the caller's, and are to be closed after the listener.
public final class TextListener implements AutoCloseable {
  private final TextSettings settings;
  private final ListenerState shared;
  private final Map<ReplyBatcher, TextLane> lanes = new ConcurrentHashMap<>();
  private final Reserve reserve;
  private final ClientListener listener;

  private TextListener(TextSettings settings, Loops loops) throws IOException {
    this.settings = settings;
    this.shared = new ListenerState(settings);
    this.reserve = new Reserve(settings.listening().reserved());
    var place =
        new ClientListener.Place(
            "client", settings.listening().address(), settings.listening().gate());
    listener = ClientListener.start(place, shared.port(), loops, this::accept);
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static TextListener start(TextSettings settings, Loops loops) throws IOException {
    return new TextListener(settings, loops);
  }

  private void accept(SocketChannel channel, ReplyBatcher loop, boolean isBeyondMax) {
    TextLane lane = lanes.computeIfAbsent(loop, one -> TextLane.of(one, settings));
    if (!isBeyondMax) {
      channel.pipeline().addLast(new ClientConnection(shared, lane, channel, null));
      return;
    }
    ClientConnection connection = new ClientConnection(shared, lane, channel, reserve);
    channel.closeFuture().addListener(_ -> reserve.leave(connection));
    channel.pipeline().addLast(connection);
    ClientConnection oldest = reserve.enter(connection);
    if (oldest != null) oldest.lane().execute(oldest::makeWay);
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return listener.address();
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
    return listener.drain(timeoutMillis);
  }

  /// Stops listening and closes all connections, whatever they are doing. What was begun may still
  /// take effect.
  @Override
  public void close() {
    listener.close();
  }

  /// What it did and does. Each number is right for its moment; they are not of one moment.
  public TextStats stats() {
    Map<String, Long> commands = new LinkedHashMap<>();
    for (TextCommand.Kind kind : TextCommand.Kind.values()) {
      String word = kind.name().toLowerCase(Locale.ROOT);
      commands.put(word, listener.sum(Counters.FIRST_KIND + kind.ordinal()));
    }
    commands.put("admin", listener.sum(Counters.ADMIN));
    commands.put("binary command", listener.sum(Counters.COMMANDS));
    commands.put("binary read", listener.sum(Counters.READS));
    commands.put("binary watch", listener.sum(Counters.WATCHES));
    Map<String, Long> errors = new LinkedHashMap<>();
    errors.put("ERR_CMD_ERR", listener.sum(Counters.COMMAND_ERRORS));
    errors.put("ERR_NOT_FOUND", listener.sum(Counters.NOT_FOUND));
    errors.put("ERR_VERSION", listener.sum(Counters.VERSION_ERRORS));
    errors.put("ERR_INTERNAL", listener.sum(Counters.INTERNAL_ERRORS));
    errors.put("ERR_FORGOTTEN", listener.sum(Counters.FORGOTTEN));
    errors.put("ERR_AUTH", listener.sum(Counters.AUTH_ERRORS));
    errors.put("REDIRECT", listener.sum(Counters.REDIRECTS));
    long closed = listener.sum(Counters.CLOSED);
    long opened = listener.sum(Counters.OPENED);
    return new TextStats(
        new TextStats.Connections(
            opened - closed, opened, listener.sum(Counters.REFUSED), shared.port().evicted()),
        commands,
        errors,
        new TextStats.Traffic(listener.sum(Counters.BYTES_IN), listener.sum(Counters.BYTES_OUT)),
        shared.now(listener.sum(Counters.PAUSED)));
  }
}
