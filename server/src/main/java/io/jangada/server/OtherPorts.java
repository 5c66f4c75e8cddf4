package io.jangada.server;

import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.etcd.EtcdSettings;
import io.jangada.protocol.memcached.MemcachedListener;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.port.PortSettings;
import io.jangada.protocol.port.PortStats;
import io.jangada.protocol.redis.RedisListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;

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

  private final Map<OptionalPort, PortGate> gates = new EnumMap<>(OptionalPort.class);
  private EtcdSide etcd = EtcdSide.withoutPort();

  /// Null for none.
  private MemcachedListener memcached;

  private RedisListener redis;

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
    int port = port(OptionalPort.ETCD);
    if (port > 0)
      etcd =
          EtcdSide.start(
              new EtcdSettings(
                  place.apply(port),
                  parts.tls.etcdGate(shares.newConnections()),
                  limits(shares),
                  parts.settings.kv(),
                  parts.settings.etcdRequests()),
              loops,
              eventLog);
    if (port(OptionalPort.MEMCACHED) > 0) {
      memcached = MemcachedListener.start(settings(OptionalPort.MEMCACHED, shares), loops);
      tell("memcached", memcached.address());
    }
    if (port(OptionalPort.REDIS) > 0) {
      redis = RedisListener.start(settings(OptionalPort.REDIS, shares), loops);
      tell("Redis", redis.address());
    }
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

  private void tell(String clients, InetSocketAddress address) {
    eventLog.info("listens for " + clients + " clients on " + HostPort.text(address));
  }

  private PortSettings settings(OptionalPort which, Descriptors.Shares shares) {
    PortGate gate = parts.tls.otherGate(which.clients(), shares.newConnections());
    gates.put(which, gate);
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
    return etcd.hasPort() || memcached != null || redis != null;
  }

  /// What connections to the ports pass first.
  List<PortGate> gates() {
    List<PortGate> all = new ArrayList<>(gates.values());
    etcd.gate().ifPresent(all::add);
    return all;
  }

  void serve(Replica replica, EtcdMember member, Authenticator authenticator, Audit audit) {
    etcd.serve(replica, member, authenticator, audit);
    if (memcached != null) memcached.serve(replica, authenticator, audit);
    if (redis != null) redis.serve(replica, authenticator, audit);
  }

  /// What the ports for memcached and Redis clients did. What etcd's did has names of its own
  /// ([EtcdMetrics]).
  Map<OptionalPort, PortStats> stats() {
    Map<OptionalPort, PortStats> all = new EnumMap<>(OptionalPort.class);
    if (memcached != null) all.put(OptionalPort.MEMCACHED, memcached.portStats());
    if (redis != null) all.put(OptionalPort.REDIS, redis.portStats());
    return all;
  }

  /// @param millisMax for all of them
  void drain(long millisMax) {
    long ports =
        Stream.of(etcd.hasPort(), memcached != null, redis != null).filter(is -> is).count();
    long each = millisMax / Math.max(1, ports);
    etcd.drain(each);
    if (memcached != null) memcached.drain(each);
    if (redis != null) redis.drain(each);
  }

  @Override
  public void close() {
    etcd.close();
    if (memcached != null) memcached.close();
    if (redis != null) redis.close();
  }
}
