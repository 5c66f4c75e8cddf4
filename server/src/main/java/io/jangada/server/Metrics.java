package io.jangada.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.jangada.link.LinkStats;
import io.jangada.link.TcpLinks;
import io.jangada.node.Status;
import io.jangada.protocol.text.TextListener;
import io.jangada.protocol.text.TextStats;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/// The figures of a server for Prometheus, gathered when they are asked for. The names are those
/// that dashboards of such systems know, under prefixes of our own; `docs/OPERATIONS.md` lists
/// them.
final class Metrics {
  private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

  private static final String HEAP = "heap";
  private static final String PEER = "peer";

  private final DiskMeter meter;
  private final DataSize size;
  private final TextListener front;
  private final TcpLinks links;
  private final Build build = Build.read();
  private final AtomicLong healthy = new AtomicLong();
  private final AtomicLong unhealthy = new AtomicLong();

  Metrics(DiskMeter meter, DataSize size, TextListener front, TcpLinks links) {
    this.meter = meter;
    this.size = size;
    this.front = front;
    this.links = links;
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
    List<MetricList> lists = new ArrayList<>();
    status.ifPresent(
        now -> {
          lists.add(MemberMetrics.server(now, meter.isLogOutOfFiles()));
          lists.add(MemberMetrics.memory(now.memory()));
          lists.add(MemberMetrics.raft(now));
          lists.add(new MetricList("jangada_store_").gauge("keys", "keys", now.keys()));
        });
    lists.addAll(List.of(server(stats), store(stats), network(stats), peers(), disk(), jvm()));
    return MetricList.all(lists);
  }

  private MetricList server(TextStats stats) {
    return new MetricList("jangada_")
        .info("build", "what runs", "version", build.version(), "java", build.java())
        .counters("server_client_requests", "commands of clients", "command", stats.commands())
        .counters("server_client_errors", "replies but successes", "reply", stats.errors())
        .gauge(
            "server_client_commands_under_way",
            "commands that wait for an answer",
            stats.now().commandsUnderWay())
        .counter("server_health_success", "times /health was asked and fine", healthy.get())
        .counter("server_health_failures", "times /health was asked and not fine", unhealthy.get())
        .gauge(
            "server_out_of_files",
            "whether log or snapshots wait because the process has too many files open",
            meter.isOutOfFiles());
  }

  private MetricList store(TextStats stats) {
    Map<String, Long> commands = stats.commands();
    return new MetricList("jangada_store_")
        .gauge("db_total_size_in_bytes", "files of the data directory", size.bytes())
        .counter("put", "set and cas commands", sum(commands, "set", "cas"))
        .counter("delete", "delete commands", sum(commands, "delete"))
        .counter("range", "get and getm commands", sum(commands, "get", "getm"));
  }

  private static long sum(Map<String, Long> commands, String... words) {
    long sum = 0;
    for (String word : words) sum += commands.getOrDefault(word, 0L);
    return sum;
  }

  private MetricList network(TextStats stats) {
    TextStats.Connections connections = stats.connections();
    return new MetricList("jangada_network_")
        .gauge("client_connections", "clients that are connected", connections.open())
        .gauge("client_connections_max", "how many may be connected", front.connectionsMax())
        .counter("client_connections_opened", "clients that connected", connections.opened())
        .counter(
            "client_connections_refused",
            "clients turned away because as many as may be were connected",
            connections.refused())
        .counter(
            "client_connections_evicted",
            "clients closed because they did not take their replies",
            connections.evicted())
        .counter("client_received_bytes", "bytes of clients", stats.bytesIn())
        .counter("client_sent_bytes", "bytes to clients", stats.bytesOut());
  }

  private MetricList peers() {
    MetricList peers = new MetricList("jangada_network_peer_");
    List<LinkStats> stats = links.stats();
    if (stats.isEmpty()) return peers;
    peers
        .counters("sent_bytes", "bytes to a peer", PEER, each(stats, LinkStats::bytesSent))
        .counters("received_bytes", "bytes of a peer", PEER, each(stats, LinkStats::bytesReceived))
        .counters("sent_messages", "messages to a peer", PEER, each(stats, LinkStats::messagesSent))
        .counters(
            "dropped_messages",
            "messages to a peer that were lost before they were sent",
            PEER,
            each(stats, LinkStats::messagesDropped))
        .counters(
            "connection_failures",
            "connections to a peer that could not be made, or ended",
            PEER,
            each(stats, link -> link.failures() + link.refusals() + link.losses()))
        .gauges(
            "connected",
            "whether a peer can be sent to",
            PEER,
            each(stats, link -> link.connectedMillis() < 0 ? 0 : 1))
        .gauges("queue_bytes", "what waits for a peer", PEER, each(stats, LinkStats::queueBytes));
    List<LinkStats> timed = stats.stream().filter(link -> link.roundTripMicros() >= 0).toList();
    if (!timed.isEmpty())
      peers.gauges(
          "round_trip_time_seconds",
          "the system's estimate for the connection to a peer",
          PEER,
          each(timed, link -> link.roundTripMicros() / 1e6));
    return peers;
  }

  private static SortedMap<Integer, Double> each(
      List<LinkStats> links, ToDoubleFunction<LinkStats> figure) {
    SortedMap<Integer, Double> each = new TreeMap<>();
    for (LinkStats link : links) each.put(link.peer(), figure.applyAsDouble(link));
    return each;
  }

  private MetricList disk() {
    return new MetricList("jangada_disk_")
        .gauge("usable_bytes", "free space where the data is", size.usableBytes())
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
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      Descriptors descriptors = Descriptors.ofThisProcess();
      jvm.counter("process_cpu_seconds", "processor time", unix.getProcessCpuTime() / 1e9)
          .gauge("process_open_fds", "open files", descriptors.open())
          .gauge("process_max_fds", "open files at most", descriptors.max());
    }
    return jvm;
  }
}
