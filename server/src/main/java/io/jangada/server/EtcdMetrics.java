package io.jangada.server;

import io.jangada.node.Status;
import io.jangada.protocol.etcd.EtcdStats;
import io.jangada.protocol.etcd.Versions;
import io.jangada.raft.Membership;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The metrics of a server under the names that etcd's dashboards read. They are the figures that
/// others of our own metrics show, apart from those of calls.
final class EtcdMetrics {
  private static final List<String> METHOD = List.of("grpc_type", "grpc_service", "grpc_method");

  private EtcdMetrics() {}

  /// @param status empty when the replica does not report it
  static List<MetricList> all(EtcdStats stats, Optional<Status> status, DiskMeter meter) {
    MetricList disk =
        new MetricList("etcd_disk_")
            .durations(
                "wal_fsync_duration_seconds",
                "Duration of syncs of the log",
                meter.all(DiskMeter.Part.LOG))
            .durations(
                "backend_commit_duration_seconds",
                "Duration of syncs of snapshots",
                meter.all(DiskMeter.Part.SNAPSHOT));
    MetricList network =
        new MetricList("etcd_network_client_grpc_")
            .counter("sent_bytes", "Bytes sent to clients of etcd's protocol", stats.bytesOut())
            .counter(
                "received_bytes",
                "Bytes received from clients of etcd's protocol",
                stats.bytesIn());
    MetricList version =
        new MetricList("etcd_server_")
            .gauges(
                "version",
                "Version of etcd's protocol",
                "server_version",
                Map.of(Versions.SERVER, 1));
    List<MetricList> always = List.of(disk, network, version, calls(stats));
    if (status.isEmpty()) return always;
    return List.of(disk, network, version, calls(stats), server(status.get()), store(status.get()));
  }

  private static MetricList calls(EtcdStats stats) {
    Map<List<String>, Long> started = new LinkedHashMap<>();
    Map<List<String>, Long> handled = new LinkedHashMap<>();
    stats
        .calls()
        .forEach(
            (path, calls) -> {
              int slash = path.lastIndexOf('/');
              String service = path.substring(1, slash);
              String method = path.substring(slash + 1);
              started.put(List.of(calls.type(), service, method), calls.started());
              calls
                  .handled()
                  .forEach(
                      (code, count) ->
                          handled.put(List.of(calls.type(), service, method, code), count));
            });
    MetricList list = new MetricList("grpc_server_");
    if (!started.isEmpty()) list.counters("started", "Calls that began", METHOD, started);
    if (!handled.isEmpty())
      list.counters(
          "handled",
          "Calls that ended",
          List.of("grpc_type", "grpc_service", "grpc_method", "grpc_code"),
          handled);
    return list;
  }

  private static MetricList server(Status status) {
    Status.Counters counters = status.usage().counters();
    Status.Memory memory = status.usage().memory();
    return new MetricList("etcd_server_")
        .gauge("has_leader", "1 if a leader is known", status.role().leader() != Membership.NONE)
        .gauge("is_leader", "1 if this server is the leader", status.isLeader())
        .gauge(
            "is_learner",
            "1 if this server is a learner",
            !status.membership().voters().contains(status.role().id()))
        .counter(
            "leader_changes_seen", "Changes of leader seen", counters.elections().leaderChanges())
        .counter("proposals_committed", "Entries that are committed", status.log().commit())
        .counter("proposals_applied", "Entries that are applied", status.state().applied())
        .counter(
            "proposals_failed",
            "Commands that failed or whose end is unknown",
            counters.requests().proposalsFailed())
        .gauge(
            "proposals_pending",
            "Requests that wait for their entry or their read",
            status.usage().work().pending())
        .gauge(
            "quota_backend_bytes",
            "Limit on memory for data, sessions, log and requests; 0 for none",
            memory.bytesMax() == Long.MAX_VALUE ? 0 : memory.bytesMax());
  }

  /// A quota of etcd's is one of its file. Ours is one of memory, so that is what is shown beside
  /// it.
  private static MetricList store(Status status) {
    Status.Memory memory = status.usage().memory();
    return new MetricList("etcd_mvcc_")
        .gauge(
            "db_total_size_in_bytes",
            "Memory used by data, sessions, log and requests",
            memory.used())
        .gauge(
            "db_total_size_in_use_in_bytes",
            "Memory used by keys, values and their index",
            memory.use().data());
  }
}
