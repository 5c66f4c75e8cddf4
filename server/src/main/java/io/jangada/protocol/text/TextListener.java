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
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The text protocol's side of a member: it listens, and serves the clients that connect.
public final class TextListener extends ClientListener {
  private final TextSettings settings;
  private final ListenerState shared;
  private final Map<ReplyBatcher, TextLane> lanes = new ConcurrentHashMap<>();
  private final Reserve reserve;

  private TextListener(TextSettings settings) {
    super(
        new Place("client", settings.listening().address(), settings.listening().gate()),
        settings.limits());
    this.settings = settings;
    this.shared = new ListenerState(settings, port());
    this.reserve = new Reserve(settings.listening().reserved());
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static TextListener start(TextSettings settings, Loops loops) throws IOException {
    TextListener listener = new TextListener(settings);
    listener.listen(loops);
    return listener;
  }

  @Override
  protected void accept(SocketChannel channel, ReplyBatcher loop, boolean isBeyondMax) {
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

  /// From now on commands are carried out, those that came before included. To be called once.
  public void serve(Replica replica, AdminHandler admin) {
    serve(replica, admin, null, Audit.NONE);
  }

  /// The same for clients that authenticate, and says what they ask for.
  public void serve(Replica replica, AdminHandler admin, Authenticator authenticator, Audit audit) {
    shared.administer(admin);
    serve(replica, authenticator, audit);
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
    return new TextStats(
        portStats().connections(),
        commands,
        errors,
        new TextStats.Traffic(sum(Counters.BYTES_IN), sum(Counters.BYTES_OUT)),
        shared.now(sum(Counters.PAUSED)));
  }
}
