package io.jangada.protocol.redis;

import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.node.Leadership;
import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.PortSettings;
import io.jangada.protocol.port.PortState;
import io.jangada.protocol.port.PortStats;
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
///
/// It listens from the start, and holds what comes until there is a replica to [#serve]. The loops
/// are the caller's, and are to be closed after the listener.
public final class RedisListener implements AutoCloseable {
  /// Among [Counters]: keys that were read and there, and those that were not.
  static final int HITS = Counters.FIRST_KIND;

  static final int MISSES = Counters.FIRST_KIND + 1;

  private static final long LISTENING_BYTES_MAX = 32 << 20;

  private static final String RUN_ID = runId();

  private final PortSettings settings;
  private final CommandRate rate = new CommandRate();
  private final CommandTable table = new CommandTable();
  private final AtomicLong ids = new AtomicLong();
  private final Set<RedisConnection> clients = ConcurrentHashMap.newKeySet();
  private final Quota listening = new Quota(LISTENING_BYTES_MAX);
  private final PortState port;
  private final ClientListener listener;

  private RedisListener(PortSettings settings, Loops loops) throws IOException {
    this.settings = settings;
    port = new PortState(settings.limits());
    new StringCommands(settings.kv()).addTo(table);
    KeyCommands.addTo(table, settings.clients().flushes());
    ConnectionCommands.addTo(table);
    SearchCommands.addTo(table);
    ChannelCommands.addTo(table);
    ServerCommands.addTo(table);
    new ScriptCommands(new ScriptCache()).addTo(table);
    listener = ClientListener.start(settings.place(), port, loops, this::accept);
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
    return new RedisListener(settings, loops);
  }

  private void accept(SocketChannel channel, ReplyBatcher lane, boolean isBeyondMax) {
    RedisConnection connection = new RedisConnection(this, lane, channel, isBeyondMax);
    clients.add(connection);
    channel.closeFuture().addListener(_ -> clients.remove(connection));
    channel.pipeline().addLast(connection);
  }

  PortSettings settings() {
    return settings;
  }

  PortState port() {
    return port;
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
    return port.replica().leadership() == Leadership.LEADING;
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
    long done = listener.sum(Counters.COMMANDS);
    var process =
        new InfoText.Process(
            settings.clients().release(), RUN_ID, address().getPort(), rate.upSeconds());
    var commands =
        new InfoText.Commands(done, rate.perSecond(done), listener.sum(HITS), listener.sum(MISSES));
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
  Consumer<ReplyWriter> config(List<String> wanted) {
    Map<String, String> shown = new TreeMap<>();
    shown.put("save", "");
    shown.put("appendonly", "yes");
    shown.put("appendfsync", "always");
    shown.put("maxmemory-policy", "noeviction");
    shown.put("notify-keyspace-events", "g$xKE");
    shown.put("databases", "1");
    shown.put("proto-max-bulk-len", Integer.toString(settings.kv().valueBytesMax()));
    shown.put("maxclients", Integer.toString(settings.limits().connectionsMax()));
    shown.put("timeout", "0");
    shown.keySet().removeIf(name -> wanted.stream().noneMatch(one -> matches(one, name)));
    return out -> {
      out.map(shown.size());
      shown.forEach(
          (name, value) -> {
            out.bulk(name);
            out.bulk(value);
          });
    };
  }

  private static boolean matches(String pattern, String name) {
    return pattern.equals("*") || pattern.equals(name);
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return listener.address();
  }

  /// From now on commands are carried out, those that came before included. To be called once.
  public void serve(Replica replica, Authenticator authenticator, Audit audit) {
    port.serve(replica, authenticator, audit);
  }

  public PortStats figures() {
    return listener.stats();
  }

  /// How many clients are connected.
  public long connections() {
    return listener.sum(Counters.OPENED) - listener.sum(Counters.CLOSED);
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
}
