package io.jangada.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.jangada.front.text.TextFront;
import io.jangada.front.text.TextStats;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// The figures of a server for Prometheus, gathered when they are asked for. The names are those
/// that dashboards of such systems know, under prefixes of our own; `docs/OPERATIONS.md` lists
/// them.
final class Metrics {
  private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

  private static final String HEAP = "heap";
  private static final int NOBODY = Membership.NONE;

  private final Journal journal;
  private final DiskMeter meter;
  private final TextFront front;
  private final Build build = Build.read();
  private final AtomicLong healthy = new AtomicLong();
  private final AtomicLong unhealthy = new AtomicLong();

  Metrics(Journal journal, DiskMeter meter, TextFront front) {
    this.journal = journal;
    this.meter = meter;
    this.front = front;
  }

  static String contentType() {
    return PrometheusTextFormatWriter.CONTENT_TYPE;
  }

  /// Somebody asked for the health.
  void asked(boolean wasHealthy) {
    (wasHealthy ? healthy : unhealthy).incrementAndGet();
  }

  /// @param status empty when the replica does not say how it stands
  byte[] text(Optional<Status> status) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 << 10);
    try {
      WRITER.write(out, gather(status));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private MetricSnapshots gather(Optional<Status> status) {
    TextStats stats = front.stats();
    MetricList member = status.map(this::member).orElseGet(() -> new MetricList(""));
    MetricList raft = status.map(Metrics::raft).orElseGet(() -> new MetricList(""));
    return MetricList.all(member, raft, server(stats), store(stats), network(stats), disk(), jvm());
  }

  private MetricList member(Status status) {
    boolean learner =
        status.membership().contains(status.id()) && !status.membership().isVoter(status.id());
    return new MetricList("jangada_")
        .gauge("server_has_leader", "whether a leader is known", status.leader() != NOBODY)
        .gauge("server_is_leader", "whether it leads", status.leader() == status.id())
        .gauge("server_is_learner", "whether it is a member without a vote", learner)
        .counter("server_proposals_committed", "entries known to be committed", status.commit())
        .counter("server_proposals_applied", "entries applied", status.applied())
        .gauge(
            "server_proposals_pending",
            "entries in the log that are not committed",
            status.last().index() - status.commit())
        .gauge("store_keys", "keys", status.keys());
  }

  private static MetricList raft(Status status) {
    MetricList raft =
        new MetricList("jangada_raft_")
            .gauge("term", "the present term", status.term())
            .gauge("last_log_index", "the last entry of the log", status.last().index())
            .gauge("durable_index", "up to here the disk holds the log", status.durable())
            .gauge("commit_index", "up to here entries are committed", status.commit())
            .gauge("applied_index", "up to here entries are applied", status.applied())
            .gauge("snapshot_index", "the last entry of the snapshot", status.snapshot().index())
            .gauge("members", "members of any kind", status.membership().members().size())
            .gauge("voters", "members that vote", status.membership().voters().size());
    SortedMap<Integer, Long> match = new TreeMap<>(status.match());
    match.remove(status.id());
    if (match.isEmpty()) return raft;
    SortedMap<Integer, Long> lag = new TreeMap<>();
    match.forEach((peer, at) -> lag.put(peer, Math.max(0, status.last().index() - at)));
    return raft.gauges("peer_match_index", "up to here a peer holds the log", "peer", match)
        .gauges("peer_lag_entries", "entries that a peer does not hold yet", "peer", lag);
  }

  private MetricList server(TextStats stats) {
    return new MetricList("jangada_")
        .info("build", "what runs", "version", build.version(), "java", build.java())
        .counter(
            "server_leader_changes_seen",
            "how often somebody else was seen to lead",
            journal.leaderChanges())
        .gauge("server_disk_full", "whether the disk has no space", journal.isDiskFull())
        .counters("server_client_requests", "commands of clients", "command", stats.commands())
        .counters("server_client_errors", "replies but successes", "reply", stats.errors())
        .counter(
            "server_proposals_failed",
            "commands that were turned away or not decided in time",
            stats.errors().getOrDefault("ERR_INTERNAL", 0L))
        .gauge(
            "server_client_commands_under_way",
            "commands that wait for an answer",
            stats.now().commandsUnderWay());
  }

  private static MetricList store(TextStats stats) {
    Map<String, Long> commands = stats.commands();
    return new MetricList("jangada_store_")
        .counter("put", "set and cas commands", sum(commands, "set", "cas"))
        .counter("delete", "delete commands", sum(commands, "delete"))
        .counter("range", "get and getm commands", sum(commands, "get", "getm"));
  }

  private static long sum(Map<String, Long> commands, String... words) {
    long sum = 0;
    for (String word : words) sum += commands.getOrDefault(word, 0L);
    return sum;
  }

  private static MetricList network(TextStats stats) {
    TextStats.Connections connections = stats.connections();
    return new MetricList("jangada_network_")
        .gauge("client_connections", "clients that are connected", connections.open())
        .counter("client_connections_opened", "clients that connected", connections.opened())
        .counter(
            "client_connections_refused",
            "clients turned away at ConnectionsMax",
            connections.refused())
        .counter(
            "client_connections_evicted",
            "clients closed because they did not take their replies",
            connections.evicted())
        .counter("client_received_bytes", "bytes of clients", stats.bytesIn())
        .counter("client_sent_bytes", "bytes to clients", stats.bytesOut());
  }

  private MetricList disk() {
    return new MetricList("jangada_disk_")
        .durations("wal_fsync_duration_seconds", "syncs of the log", meter.all(DiskMeter.Part.LOG))
        .counter(
            "wal_write_bytes",
            "bytes written to the log's files",
            meter.bytesWritten(DiskMeter.Part.LOG))
        .durations(
            "snapshot_fsync_duration_seconds",
            "syncs of snapshots",
            meter.all(DiskMeter.Part.SNAPSHOT))
        .counter(
            "snapshot_write_bytes",
            "bytes written to snapshots",
            meter.bytesWritten(DiskMeter.Part.SNAPSHOT));
  }

  private static MetricList jvm() {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    MetricList jvm =
        new MetricList("")
            .gauges("jvm_memory_used_bytes", "memory in use", "area", Map.of(HEAP, heap.getUsed()))
            .gauges("jvm_memory_max_bytes", "memory at most", "area", Map.of(HEAP, heap.getMax()))
            .gauge(
                "jvm_threads_current",
                "live threads",
                ManagementFactory.getThreadMXBean().getThreadCount())
            .gauge(
                "process_start_time_seconds",
                "when the process was started",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3)
            .collections(
                "jvm_gc_collection_seconds",
                "collections of garbage",
                ManagementFactory.getGarbageCollectorMXBeans());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)
      jvm.counter("process_cpu_seconds", "processor time", unix.getProcessCpuTime() / 1e9)
          .gauge("process_open_fds", "open files", unix.getOpenFileDescriptorCount())
          .gauge("process_max_fds", "open files at most", unix.getMaxFileDescriptorCount());
    return jvm;
  }
}
