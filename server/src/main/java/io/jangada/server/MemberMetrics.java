package io.jangada.server;

import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/// The metrics of a replica: role, log, memory, peers.
final class MemberMetrics {
  private MemberMetrics() {}

  private static MetricList trust(Status status) {
    return new MetricList("jangada_server_")
        .gauge(
            "data_differs",
            "1 if the data of this server differs from the majority's",
            status.health().dataDiffers())
        .counter(
            "messages_refused",
            "Messages of peers refused because they violate the protocol",
            status.health().messagesRefused());
  }

  private static MetricList role(Status status) {
    Status.Elections elections = status.usage().counters().elections();
    int id = status.role().id();
    boolean learner = status.membership().contains(id) && !status.membership().isVoter(id);
    return trust(status)
        .gauge(
            "has_leader",
            "1 if this server knows a leader",
            status.role().leader() != Membership.NONE)
        .gauge("is_leader", "1 if this server is the leader", status.isLeader())
        .gauge("is_learner", "1 if this server is a member without a vote", learner)
        .gauge(
            "is_in_probation",
            "1 if this server is rejoining without its data: it does not vote until readmitted",
            !status.health().rejoining().isEmpty())
        .counter(
            "leader_changes_seen",
            "Changes of leader or of its term seen by this server",
            elections.leaderChanges())
        .counter("elections", "Elections started by this server", elections.campaigns());
  }

  /// @param outOfFiles whether the log waits for a descriptor, and not for space
  static MetricList server(Status status, boolean outOfFiles) {
    Status.Counters counters = status.usage().counters();
    return role(status)
        .counter("proposals_committed", "Entries known to be committed", status.log().commit())
        .counter("proposals_applied", "Entries applied to the store", status.state().applied())
        .gauge(
            "proposals_pending",
            "Entries in the log not known to be committed",
            status.log().last().index() - status.log().commit())
        .counter(
            "proposals_failed",
            "Commands at this server that failed or whose outcome is unknown",
            counters.requests().proposalsFailed())
        .counter("read_indexes", "Reads served as the leader", counters.requests().reads())
        .counter(
            "read_indexes_failed",
            "Reads as the leader that failed",
            counters.requests().readsFailed())
        .counter("follower_reads", "Reads served as a follower", counters.followerReads().served())
        .counter(
            "follower_reads_failed",
            "Reads as a follower that failed",
            counters.followerReads().failed())
        .counter(
            "read_index_requests",
            "Requests to the leader for its read index, for reads and watches",
            counters.followerReads().questions())
        .gauge(
            "requests_pending",
            "Requests that wait for their entry to be committed or their read to be confirmed",
            status.usage().work().pending())
        .gauge(
            "requests_awaiting_leader",
            "Requests that wait for the leader's reply, for a leader, or for room in its log",
            status.usage().work().awaitingLeader())
        .gauge(
            "disk_full",
            "1 if the log's disk has no space",
            status.usage().diskFull() && !outOfFiles)
        .gauge(
            "snapshot_apply_in_progress",
            "1 while an installed snapshot is loaded",
            status.state().restoring())
        .counter("snapshots_taken", "Snapshots taken by this server", counters.snapshots().taken())
        .counter(
            "snapshots_installed",
            "Snapshots installed from a leader",
            counters.snapshots().installed())
        .counter(
            "snapshots_failed",
            "Snapshots of this server that could not be written",
            counters.snapshots().failed());
  }

  static MetricList history(Status status) {
    Status.Contents contents = status.state().contents();
    Status.Watching watching = status.usage().watching();
    return new MetricList("jangada_server_")
        .gauge("revision", "Revision of the latest change", contents.revision())
        .gauge("compacted_revision", "First revision that can be read", contents.compacted())
        .gauge("leases", "Leases", contents.leases())
        .gauge("watches", "Watches on this server", watching.watches())
        .gauge("watches_lagging", "Watches on this server that are behind", watching.lagging())
        .counter("watch_events", "Events sent to watches", watching.events())
        .counter(
            "watches_overtaken",
            "Watches that ended because what they needed was compacted",
            watching.overtaken());
  }

  static MetricList memory(Status.Memory memory) {
    return new MetricList("jangada_server_memory_")
        .gauge(
            "limit_bytes",
            "Limit on memory for data, sessions, log and requests",
            memory.bytesMax())
        .gauge("used_bytes", "Memory used by data, sessions, log and requests", memory.used())
        .gauge("data_bytes", "Memory used by keys, values and their index", memory.use().data())
        .gauge(
            "history_bytes",
            "Memory used by former values and removals, a part of the data's",
            memory.use().history())
        .gauge(
            "sessions_bytes",
            "Memory used by sessions and recorded results",
            memory.use().sessions())
        .gauge(
            "log_bytes",
            "Memory used by the log's entries, or reserved for them where that is more",
            memory.use().log())
        .gauge(
            "requests_bytes",
            "Memory used by waiting requests and messages",
            memory.use().requests())
        .gauge("full", "1 if writes that add data are refused", memory.isFull())
        .counter("refused", "Commands refused for lack of memory", memory.refused());
  }

  static MetricList raft(Status status) {
    MetricList raft =
        new MetricList("jangada_raft_")
            .gauge("term", "Current term", status.role().term())
            .gauge(
                "last_log_index", "Index of the last entry of the log", status.log().last().index())
            .gauge("durable_index", "Index up to which the log is durable", status.log().durable())
            .gauge("commit_index", "Index up to which entries are committed", status.log().commit())
            .gauge(
                "applied_index", "Index up to which entries are applied", status.state().applied())
            .gauge(
                "snapshot_index",
                "Index of the last entry in the snapshot",
                status.log().snapshot().index())
            .gauge("log_bytes", "Size of the log's entries in memory", status.log().bytes())
            .gauge(
                "members",
                "Members of the active configuration, voters and learners",
                status.membership().members().size())
            .gauge(
                "voters",
                "Voters of the active configuration",
                status.membership().voters().size());
    if (status.replication().peers().isEmpty()) return raft;
    return raft.gauges(
            "peer_match_index",
            "Index up to which a peer is known to hold the log",
            "peer",
            each(status, Status.Peer::match))
        .gauges(
            "peer_lag_entries",
            "Entries that a peer is not known to hold",
            "peer",
            each(status, Status.Peer::lag))
        .gauges(
            "peer_last_heard_seconds",
            "Seconds since the last message of a peer",
            "peer",
            each(status, peer -> peer.contactMillis() / 1e3));
  }

  private static SortedMap<Integer, Double> each(
      Status status, ToDoubleFunction<Status.Peer> figure) {
    SortedMap<Integer, Double> each = new TreeMap<>();
    status.replication().peers().forEach((id, peer) -> each.put(id, figure.applyAsDouble(peer)));
    return each;
  }
}
