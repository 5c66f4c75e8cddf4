package io.jangada.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.jangada.link.LinkStats;
import io.jangada.link.TcpLinks;
import io.jangada.net.PortGate;
import io.jangada.node.Status;
import io.jangada.protocol.etcd.EtcdListener;
import io.jangada.protocol.port.PortStats;
import io.jangada.protocol.text.TextListener;
import io.jangada.protocol.text.TextStats;
import io.jangada.server.audit.AuditTrail;
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

/// The metrics of a server for Prometheus, gathered at each scrape. The names follow etcd's, with
/// prefixes of our own; `docs/OPERATIONS.md` lists them.
final class Metrics {
  private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

  private static final String HEAP = "heap";
  private static final String PEER = "peer";

  private final DiskMeter meter;
  private final DataSize size;
  private final TextListener listener;
  private final TcpLinks links;
  private final OtherPorts others;
  private final List<PortGate> gates;

  /// The ports that are looked at.
  ///
  /// @param gates of these and of the HTTP port
  record Ports(TextListener listener, TcpLinks links, OtherPorts others, List<PortGate> gates) {}

  private final Build build = Build.read();
  private final AtomicLong healthy = new AtomicLong();
  private final AtomicLong unhealthy = new AtomicLong();
  private volatile Optional<AuditTrail> audit = Optional.empty();
  private volatile Optional<EtcdListener> etcd = Optional.empty();

  Metrics(DiskMeter meter, DataSize size, Ports ports) {
    this.gates = ports.gates;
    this.meter = meter;
    this.size = size;
    this.listener = ports.listener;
    this.links = ports.links;
    this.others = ports.others;
  }

  /// Shows also what became of the lines of the audit trail.
  void show(AuditTrail trail) {
    audit = Optional.of(trail);
  }

  /// Shows also what etcd's dashboards look for.
  void show(EtcdListener port) {
    etcd = Optional.of(port);
  }

  static String contentType() {
    return PrometheusTextFormatWriter.CONTENT_TYPE;
  }

  /// Counts a request for /health.
  void countHealthRequest(boolean wasHealthy) {
    (wasHealthy ? healthy : unhealthy).incrementAndGet();
  }

  /// @param status empty when the replica does not report it
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
    TextStats stats = listener.stats();
    List<MetricList> lists = new ArrayList<>();
    status.ifPresent(
        now -> {
          lists.add(MemberMetrics.server(now, meter.isLogOutOfFiles()));
          lists.add(MemberMetrics.history(now));
          lists.add(MemberMetrics.memory(now.usage().memory()));
          lists.add(MemberMetrics.raft(now));
          lists.add(
              new MetricList("jangada_store_")
                  .gauge("keys", "Keys in the store", now.state().keys()));
        });
    lists.add(audit());
    lists.addAll(List.of(server(stats), store(stats), network(stats), peers(), disk(), jvm()));
    lists.add(PortMetrics.of(others.stats()));
    lists.add(PortMetrics.times(listener, others.listeners()));
    lists.add(TlsMetrics.of(gates));
    etcd.ifPresent(port -> lists.addAll(EtcdMetrics.all(port.stats(), status, meter)));
    return MetricList.all(lists);
  }

  private MetricList server(TextStats stats) {
    return new MetricList("jangada_")
        .info(
            "build",
            "Version of the server and of Java",
            "version",
            build.version(),
            "java",
            build.java())
        .counters(
            "server_client_requests",
            "Commands received from clients, by command",
            "command",
            stats.commands())
        .counters("server_client_errors", "Error replies, by reply", "reply", stats.errors())
        .gauge(
            "server_client_commands_under_way",
            "Commands without a reply yet",
            stats.now().commandsUnderWay())
        .counter(
            "server_health_success", "Requests for /health with the reply healthy", healthy.get())
        .counter(
            "server_health_failures",
            "Requests for /health with the reply not healthy",
            unhealthy.get())
        .gauge(
            "server_out_of_files",
            "1 if log or snapshots wait for a file descriptor",
            meter.isOutOfFiles());
  }

  private MetricList store(TextStats stats) {
    Map<String, Long> commands = stats.commands();
    return new MetricList("jangada_store_")
        .gauge("db_total_size_in_bytes", "Size of the files in the data directory", size.bytes())
        .counter("put", "Commands set and cas", sum(commands, "set", "cas"))
        .counter("delete", "Commands delete", sum(commands, "delete"))
        .counter("range", "Commands get and getm", sum(commands, "get", "getm"));
  }

  private MetricList audit() {
    return new MetricList("jangada_audit_")
        .counter(
            "lines", "Lines written to the audit trail", audit.map(AuditTrail::lines).orElse(0L))
        .counter(
            "dropped",
            "Lines of the audit trail that were not written",
            audit.map(AuditTrail::dropped).orElse(0L));
  }

  private static long sum(Map<String, Long> commands, String... words) {
    long sum = 0;
    for (String word : words) sum += commands.getOrDefault(word, 0L);
    return sum;
  }

  private MetricList network(TextStats stats) {
    PortStats.Connections connections = stats.connections();
    return new MetricList("jangada_network_")
        .gauge("client_connections", "Open connections of clients", connections.open())
        .gauge("client_connections_max", "Limit on open connections of clients", connections.max())
        .counter("client_connections_opened", "Connections opened by clients", connections.opened())
        .counter(
            "client_connections_refused", "Connections refused at the limit", connections.refused())
        .counter(
            "client_connections_evicted",
            "Connections closed because the client did not read its replies",
            connections.evicted())
        .counter("client_received_bytes", "Bytes received from clients", stats.traffic().bytesIn())
        .counter("client_sent_bytes", "Bytes sent to clients", stats.traffic().bytesOut());
  }

  private MetricList peers() {
    MetricList peers = new MetricList("jangada_network_peer_");
    List<LinkStats> stats = links.stats();
    if (stats.isEmpty()) return peers;
    peers
        .counters(
            "sent_bytes", "Bytes sent to a peer", PEER, each(stats, link -> link.sent().bytes()))
        .counters(
            "received_bytes",
            "Bytes received from a peer",
            PEER,
            each(stats, link -> link.received().bytes()))
        .counters(
            "sent_messages",
            "Messages sent to a peer",
            PEER,
            each(stats, link -> link.sent().messages()))
        .counters(
            "dropped_messages",
            "Messages to a peer dropped before they were sent",
            PEER,
            each(stats, link -> link.sent().dropped()))
        .counters(
            "connection_failures",
            "Connections to a peer that failed or ended",
            PEER,
            each(stats, Metrics::failures))
        .gauges(
            "connected",
            "1 if the connection to a peer is open",
            PEER,
            each(stats, link -> link.now().connectedMillis() < 0 ? 0 : 1))
        .gauges(
            "queue_bytes",
            "Bytes queued for a peer",
            PEER,
            each(stats, link -> link.now().queueBytes()));
    List<LinkStats> timed =
        stats.stream().filter(link -> link.now().roundTripMicros() >= 0).toList();
    if (!timed.isEmpty())
      peers.gauges(
          "round_trip_time_seconds",
          "Round trip to a peer, as the kernel estimates it",
          PEER,
          each(timed, link -> link.now().roundTripMicros() / 1e6));
    return peers;
  }

  private static double failures(LinkStats link) {
    LinkStats.Attempts attempts = link.attempts();
    return attempts.failures() + attempts.refusals() + attempts.losses();
  }

  private static SortedMap<Integer, Double> each(
      List<LinkStats> links, ToDoubleFunction<LinkStats> figure) {
    SortedMap<Integer, Double> each = new TreeMap<>();
    for (LinkStats link : links) each.put(link.peer(), figure.applyAsDouble(link));
    return each;
  }

  private MetricList disk() {
    return new MetricList("jangada_disk_")
        .gauge(
            "usable_bytes",
            "Free space in the file system of the data directory",
            size.usableBytes())
        .durations(
            "wal_fsync_duration_seconds",
            "Duration of syncs of the log",
            meter.all(DiskMeter.Part.LOG))
        .counter(
            "wal_write_bytes", "Bytes written to the log", meter.bytesWritten(DiskMeter.Part.LOG))
        .durations(
            "snapshot_fsync_duration_seconds",
            "Duration of syncs of snapshots",
            meter.all(DiskMeter.Part.SNAPSHOT))
        .counter(
            "snapshot_write_bytes",
            "Bytes written to snapshots",
            meter.bytesWritten(DiskMeter.Part.SNAPSHOT));
  }

  private static MetricList jvm() {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    MetricList jvm =
        new MetricList("")
            .gauges("jvm_memory_used_bytes", "Memory in use", "area", Map.of(HEAP, heap.getUsed()))
            .gauges("jvm_memory_max_bytes", "Limit on memory", "area", Map.of(HEAP, heap.getMax()))
            .gauge(
                "jvm_threads_current",
                "Live threads",
                ManagementFactory.getThreadMXBean().getThreadCount())
            .gauge(
                "process_start_time_seconds",
                "Start time of the process since the Unix epoch",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3)
            .collections(
                "jvm_gc_collection_seconds",
                "Garbage collections and the time they took",
                ManagementFactory.getGarbageCollectorMXBeans());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      Descriptors descriptors = Descriptors.ofThisProcess();
      jvm.counter("process_cpu_seconds", "Processor time used", unix.getProcessCpuTime() / 1e9)
          .gauge("process_open_fds", "Open file descriptors", descriptors.open())
          .gauge("process_max_fds", "Limit on open file descriptors", descriptors.max());
    }
    return jvm;
  }
}
