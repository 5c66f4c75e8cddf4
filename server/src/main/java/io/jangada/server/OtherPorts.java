package io.jangada.server;

import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.etcd.EtcdListener;
import io.jangada.protocol.etcd.EtcdSettings;
import io.jangada.protocol.memcached.MemcachedListener;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.port.PortSettings;
import io.jangada.protocol.port.PortStats;
import io.jangada.protocol.redis.RedisListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/// The ports of a server for clients of other stores: those that are configured.
final class OtherPorts implements AutoCloseable {
  /// What a server starts them with.
  record Parts(
      ServerConfig config,
      ServerConfig.Entry entry,
      ServerTls tls,
      MemoryPlan memory,
      MemberSettings settings) {}

  private final Parts parts;
  private final Loops loops;
  private final EventLog eventLog;

  /// Where a server listens on one of its ports.
  private final IntFunction<InetSocketAddress> place;

  private final Map<OptionalPort, ClientListener> listeners = new EnumMap<>(OptionalPort.class);
  private EtcdSide etcd = EtcdSide.withoutPort();

  private OtherPorts(
      Parts parts, IntFunction<InetSocketAddress> place, Loops loops, EventLog eventLog) {
    this.parts = parts;
    this.place = place;
    this.loops = loops;
    this.eventLog = eventLog;
  }

  static OtherPorts of(
      Parts parts, IntFunction<InetSocketAddress> place, Loops loops, EventLog eventLog) {
    return new OtherPorts(parts, place, loops, eventLog);
  }

  /// Begins to listen.
  ///
  /// @param shares how many clients may be connected
  void start(Descriptors.Shares shares) throws IOException {
    if (port(OptionalPort.ETCD) > 0) {
      EtcdListener listener = EtcdListener.start(etcdSettings(shares), loops);
      add(OptionalPort.ETCD, "etcd's", listener);
      etcd = EtcdSide.withPort(listener);
    }
    if (port(OptionalPort.MEMCACHED) > 0)
      add(
          OptionalPort.MEMCACHED,
          "memcached",
          MemcachedListener.start(settings(OptionalPort.MEMCACHED, shares), loops));
    if (port(OptionalPort.REDIS) > 0)
      add(
          OptionalPort.REDIS,
          "Redis",
          RedisListener.start(settings(OptionalPort.REDIS, shares), loops));
  }

  private void add(OptionalPort which, String clients, ClientListener listener) {
    listeners.put(which, listener);
    eventLog.info("listens for " + clients + " clients on " + HostPort.text(listener.address()));
  }

  private int port(OptionalPort which) {
    return parts.config.port(which, parts.entry);
  }

  private PortLimits limits(Descriptors.Shares shares) {
    int ports = 0;
    for (OptionalPort one : OptionalPort.values())
      if (one != OptionalPort.HTTP && port(one) > 0) ports++;
    return parts.memory.otherPort(shares.clients(), ports);
  }

  private EtcdSettings etcdSettings(Descriptors.Shares shares) {
    return new EtcdSettings(
        place.apply(port(OptionalPort.ETCD)),
        parts.tls.etcdGate(shares.newConnections()),
        limits(shares),
        parts.settings.kv(),
        parts.settings.etcdRequests());
  }

  private PortSettings settings(OptionalPort which, Descriptors.Shares shares) {
    PortGate gate = parts.tls.otherGate(which.clients(), shares.newConnections());
    return new PortSettings(
        new ClientListener.Place(which.clients(), place.apply(port(which)), gate),
        limits(shares),
        parts.settings.kv(),
        new PortSettings.Clients(
            reading(),
            parts.config.settings().flag(Setting.FLUSH_ALLOWED),
            Build.read().version(),
            member -> address(which, member)));
  }

  /// Where a member's clients of a kind reach it, as far as the configuration says. Its host is not
  /// resolved.
  private Optional<InetSocketAddress> address(OptionalPort which, int member) {
    return parts.config.servers().stream()
        .filter(one -> one.id() == member && parts.config.port(which, one) > 0)
        .findFirst()
        .map(
            one ->
                InetSocketAddress.createUnresolved(one.hostname(), parts.config.port(which, one)));
  }

  /// These clients go to no other member: each serves them.
  private ReadConsistency reading() {
    ReadConsistency wanted = parts.settings.reading();
    return wanted instanceof ReadConsistency.Linearizable ? new ReadConsistency.Follower() : wanted;
  }

  EtcdSide etcd() {
    return etcd;
  }

  boolean areThereAny() {
    return !listeners.isEmpty();
  }

  /// What connections to the ports pass first.
  List<PortGate> gates() {
    return listeners.values().stream().map(ClientListener::gate).toList();
  }

  void serve(Replica replica, EtcdMember member, Authenticator authenticator, Audit audit) {
    etcd.serve(member);
    listeners.values().forEach(one -> one.serve(replica, authenticator, audit));
  }

  /// What the ports for memcached and Redis clients did. What etcd's did has names of its own
  /// ([EtcdMetrics]).
  Map<OptionalPort, PortStats> stats() {
    Map<OptionalPort, PortStats> all = new EnumMap<>(OptionalPort.class);
    listeners.forEach((which, listener) -> all.put(which, listener.portStats()));
    all.remove(OptionalPort.ETCD);
    return all;
  }

  /// All that are there.
  Map<OptionalPort, ClientListener> listeners() {
    return Collections.unmodifiableMap(listeners);
  }

  /// @param millisMax for all of them
  void drain(long millisMax) {
    long each = millisMax / Math.max(1, listeners.size());
    listeners.values().forEach(one -> one.drain(each));
  }

  @Override
  public void close() {
    etcd.close();
    listeners.values().forEach(ClientListener::close);
  }
}
