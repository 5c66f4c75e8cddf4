package io.jangada.protocol.redis;

import io.jangada.net.HostPort;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/// The text that INFO tells: of Redis's fields those that are true of a member, under its names.
final class InfoText {
  /// The release of Redis whose commands on strings are served: clients go by it.
  static final String REDIS_VERSION = "7.2.4";

  private static final Set<String> ALL = Set.of("default", "all", "everything");

  /// What a listener knows.
  ///
  /// @param members where clients reach a member
  record Listening(
      Process process, Clients clients, IntFunction<Optional<InetSocketAddress>> members) {}

  /// @param runId 40 hexadecimal digits, others for each process
  record Process(String release, String runId, int port, long upSeconds) {}

  record Clients(long connected, int connectedMax, Commands commands) {}

  /// @param perSecond how many of late
  /// @param hits keys that were read and there
  /// @param misses keys that were read and not there
  record Commands(long done, long perSecond, long hits, long misses) {}

  private final Status status;
  private final Listening listening;
  private final StringBuilder text = new StringBuilder();

  private InfoText(Status status, Listening listening) {
    this.status = status;
    this.listening = listening;
  }

  /// @param sections their names in any case; none for all
  static String of(Status status, Listening listening, List<String> sections) {
    InfoText info = new InfoText(status, listening);
    List<String> wanted = sections.stream().map(one -> one.toLowerCase(Locale.ROOT)).toList();
    boolean wantsAll = wanted.isEmpty() || wanted.stream().anyMatch(ALL::contains);
    Map<String, Runnable> known = info.sections();
    known.forEach(
        (name, section) -> {
          if (wantsAll || wanted.contains(name.toLowerCase(Locale.ROOT))) info.add(name, section);
        });
    return info.text.toString();
  }

  private Map<String, Runnable> sections() {
    Map<String, Runnable> sections = new LinkedHashMap<>();
    sections.put("Server", this::server);
    sections.put("Clients", this::clients);
    sections.put("Memory", this::memory);
    sections.put("Persistence", this::persistence);
    sections.put("Stats", this::stats);
    sections.put("Replication", this::replication);
    sections.put("Cluster", () -> line("cluster_enabled", 0));
    sections.put("Keyspace", this::keyspace);
    return sections;
  }

  private void add(String name, Runnable section) {
    if (!text.isEmpty()) text.append("\r\n");
    text.append("# ").append(name).append("\r\n");
    section.run();
  }

  private void line(String field, Object value) {
    text.append(field).append(':').append(value).append("\r\n");
  }

  private void server() {
    Process process = listening.process;
    line("redis_version", REDIS_VERSION);
    line("server_name", "jangada");
    line("jangada_version", process.release);
    line("redis_mode", "standalone");
    line("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    line("arch_bits", 64);
    line("process_id", ProcessHandle.current().pid());
    line("run_id", process.runId);
    line("tcp_port", process.port);
    line("uptime_in_seconds", process.upSeconds);
    line("uptime_in_days", process.upSeconds / 86_400);
  }

  private void clients() {
    line("connected_clients", listening.clients.connected);
    line("maxclients", listening.clients.connectedMax);
    line("blocked_clients", 0);
  }

  private void memory() {
    Status.Memory memory = status.usage().memory();
    line("used_memory", memory.used());
    line("maxmemory", bytesMax(memory));
    line("maxmemory_policy", "noeviction");
  }

  /// 0 for no bound.
  static long bytesMax(Status.Memory memory) {
    return memory.bytesMax() == Long.MAX_VALUE ? 0 : memory.bytesMax();
  }

  private void persistence() {
    line("loading", status.state().restoring() ? 1 : 0);
    line("rdb_bgsave_in_progress", status.usage().work().snapshotting() ? 1 : 0);
    line("rdb_last_bgsave_status", "ok");
    line("aof_enabled", 1);
    line("aof_last_write_status", status.usage().diskFull() ? "err" : "ok");
  }

  private void stats() {
    Commands commands = listening.clients.commands;
    line("total_commands_processed", commands.done);
    line("instantaneous_ops_per_sec", commands.perSecond);
    line("keyspace_hits", commands.hits);
    line("keyspace_misses", commands.misses);
    line("evicted_keys", 0);
  }

  private void replication() {
    long index = status.state().applied();
    if (status.isLeader()) {
      line("role", "master");
      line("connected_slaves", status.replication().peers().size());
      int place = 0;
      for (var peer : status.replication().peers().entrySet())
        line("slave" + place++, peer(peer.getKey(), peer.getValue()));
    } else {
      int leader = status.role().leader();
      line("role", "slave");
      Optional<InetSocketAddress> at = listening.members.apply(leader);
      line("master_host", at.map(HostPort::host).orElse(""));
      line("master_port", at.map(InetSocketAddress::getPort).orElse(0));
      line("master_link_status", leader == Membership.NONE ? "down" : "up");
      line("slave_repl_offset", index);
      line("slave_read_only", 0);
      line("connected_slaves", 0);
    }
    line("master_repl_offset", index);
  }

  private String peer(int id, Status.Peer peer) {
    Optional<InetSocketAddress> at = listening.members.apply(id);
    return "ip=%s,port=%d,state=%s,offset=%d,lag=%d"
        .formatted(
            at.map(HostPort::host).orElse(""),
            at.map(InetSocketAddress::getPort).orElse(0),
            peer.installing() ? "wait_bgsave" : "online",
            peer.match(),
            peer.contactMillis() / 1_000);
  }

  private void keyspace() {
    if (status.state().keys() > 0) line("db0", "keys=" + status.state().keys() + ",avg_ttl=0");
  }
}
