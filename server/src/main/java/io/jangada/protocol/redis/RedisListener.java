package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.node.Leadership;
import io.jangada.node.Status;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.PortSettings;
import io.jangada.protocol.port.Quota;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The side of a member that Redis's clients see: it listens, and serves those that connect.
public final class RedisListener extends ClientListener {
  /// Among [Counters]: keys that were read and there, and those that were not.
  static final int HITS = Counters.FIRST_KIND;

  static final int MISSES = Counters.FIRST_KIND + 1;

  private static final long LISTENING_BYTES_MAX = 32 << 20;

  /// Between two questions where too many are asked.
  private static final long PAUSE_MILLIS = 10;

  private static final String RUN_ID = runId();

  private final PortSettings settings;
  private final CommandRate rate = new CommandRate();
  private final CommandTable table = new CommandTable();
  private final AtomicLong ids = new AtomicLong();
  private final Set<RedisConnection> clients = ConcurrentHashMap.newKeySet();
  private final Quota listening = new Quota(LISTENING_BYTES_MAX);

  /// Whether users were checked when a connection last asked.
  private volatile boolean checksUsers;

  /// How much data may take, as it was then; 0 for no bound.
  private volatile long memoryMax;

  private RedisListener(PortSettings settings) {
    super(settings.place(), settings.limits());
    this.settings = settings;
    new StringCommands(settings.kv()).addTo(table);
    KeyCommands.addTo(table, settings.clients().flushes());
    ConnectionCommands.addTo(table);
    SearchCommands.addTo(table);
    ChannelCommands.addTo(table);
    ServerCommands.addTo(table);
    new ScriptCommands(new ScriptCache()).addTo(table);
  }

  private static String runId() {
    byte[] bytes = new byte[20];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static RedisListener start(PortSettings settings, Loops loops) throws IOException {
    RedisListener listener = new RedisListener(settings);
    listener.listen(loops);
    return listener;
  }

  @Override
  protected void accept(SocketChannel channel, ReplyBatcher lane, boolean isBeyondMax) {
    RedisConnection connection = new RedisConnection(this, lane, channel, isBeyondMax);
    clients.add(connection);
    channel.closeFuture().addListener(_ -> clients.remove(connection));
    channel.pipeline().addLast(connection);
  }

  PortSettings settings() {
    return settings;
  }

  /// What topics take that clients listen to.
  Quota listening() {
    return listening;
  }

  CommandTable table() {
    return table;
  }

  long nextId() {
    return ids.incrementAndGet();
  }

  boolean isLeading() {
    return port().replica().leadership() == Leadership.LEADING;
  }

  /// Whether users are checked, as far as the connections asked: each does before its first
  /// request, and with each AUTH.
  boolean checksUsers() {
    return checksUsers;
  }

  /// Finds out whether users are checked. On the connection's loop.
  ///
  /// @param end called from any thread, unless the connection is closed
  void findUsers(RedisConnection connection, Runnable end) {
    boolean isAsked =
        port()
            .replica()
            .status(
                status -> {
                  note(status);
                  end.run();
                });
    if (!isAsked && !connection.isOver())
      connection.later(() -> findUsers(connection, end), PAUSE_MILLIS);
  }

  void note(Status status) {
    checksUsers = status.state().contents().checksUsers();
    memoryMax = InfoText.bytesMax(status.usage().memory());
  }

  /// A line for each client.
  String describeClients() {
    StringBuilder all = new StringBuilder();
    for (RedisConnection one : clients) all.append(one.describe()).append('\n');
    return all.toString();
  }

  /// What INFO tells.
  ///
  /// @param sections those that are wanted; none for all
  String info(Status status, List<String> sections) {
    long done = sum(Counters.COMMANDS);
    var process =
        new InfoText.Process(
            settings.clients().release(), RUN_ID, address().getPort(), rate.upSeconds());
    var commands = new InfoText.Commands(done, rate.perSecond(done), sum(HITS), sum(MISSES));
    var clientsNow =
        new InfoText.Clients(connections(), settings.limits().connectionsMax(), commands);
    return InfoText.of(
        status,
        new InfoText.Listening(process, clientsNow, settings.clients().members()),
        sections);
  }

  /// What ROLE says.
  Consumer<ReplyWriter> role(Status status) {
    long index = status.state().applied();
    if (status.isLeader()) {
      return out -> {
        out.array(3);
        out.bulk("master");
        out.integer(index);
        out.array(status.replication().peers().size());
        status
            .replication()
            .peers()
            .forEach(
                (id, peer) -> {
                  Optional<InetSocketAddress> at = settings.clients().members().apply(id);
                  out.array(3);
                  out.bulk(at.map(HostPort::host).orElse(""));
                  out.bulk(Integer.toString(at.map(InetSocketAddress::getPort).orElse(0)));
                  out.bulk(Long.toString(peer.match()));
                });
      };
    }
    Optional<InetSocketAddress> leader = settings.clients().members().apply(status.role().leader());
    return out -> {
      out.array(5);
      out.bulk("slave");
      out.bulk(leader.map(HostPort::host).orElse(""));
      out.integer(leader.map(InetSocketAddress::getPort).orElse(0));
      out.bulk(leader.isEmpty() ? "connect" : "connected");
      out.integer(index);
    };
  }

  /// What CONFIG GET shows, as far as it was asked for.
  Consumer<ReplyWriter> config(List<Glob> wanted) {
    Map<String, String> shown = new TreeMap<>();
    shown.put("save", "");
    shown.put("appendonly", "yes");
    shown.put("appendfsync", "always");
    shown.put("maxmemory", Long.toString(memoryMax));
    shown.put("maxmemory-policy", "noeviction");
    shown.put("notify-keyspace-events", "g$xKE");
    shown.put("databases", "1");
    shown.put("proto-max-bulk-len", Integer.toString(settings.kv().valueBytesMax()));
    shown.put("maxclients", Integer.toString(settings.limits().connectionsMax()));
    shown.put("timeout", "0");
    shown
        .keySet()
        .removeIf(name -> wanted.stream().noneMatch(one -> one.matches(Bytes.utf8(name))));
    return out -> {
      out.map(shown.size());
      shown.forEach(
          (name, value) -> {
            out.bulk(name);
            out.bulk(value);
          });
    };
  }
}
