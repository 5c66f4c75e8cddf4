package io.jangada.server;

import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/// The figures of a member of the cluster: its role, its log, its peers.
final class MemberMetrics {
  private MemberMetrics() {}

  private static MetricList trust(Status status) {
    return new MetricList("jangada_server_")
        .gauge(
            "data_differs",
            "whether its data is not that of the other members",
            status.health().dataDiffers())
        .counter(
            "messages_refused",
            "messages of other members that were refused",
            status.health().messagesRefused());
  }

  /// @param outOfFiles whether the log waits for a descriptor, and not for space
  static MetricList server(Status status, boolean outOfFiles) {
    Status.Counters counters = status.counters();
    boolean learner =
        status.membership().contains(status.id()) && !status.membership().isVoter(status.id());
    return trust(status)
        .gauge("has_leader", "whether a leader is known", status.leader() != Membership.NONE)
        .gauge("is_leader", "whether it leads", status.leader() == status.id())
        .gauge("is_learner", "whether it is a member without a vote", learner)
        .gauge(
            "is_in_probation",
            "whether nothing that it says counts until it has caught up",
            !status.rejoining().isEmpty())
        .counter(
            "leader_changes_seen",
            "how often another leader, or one of another term, was seen",
            counters.leaderChanges())
        .counter("elections", "how often it stood for election", counters.elections())
        .counter("proposals_committed", "entries known to be committed", status.commit())
        .counter("proposals_applied", "entries applied", status.applied())
        .gauge(
            "proposals_pending",
            "entries in the log that are not committed",
            status.last().index() - status.commit())
        .counter(
            "proposals_failed",
            "commands refused or lost here, or whose end is unknown",
            counters.proposalsFailed())
        .counter("read_indexes", "linearizable reads served as the leader", counters.reads())
        .counter("read_indexes_failed", "such reads that were not", counters.readsFailed())
        .counter(
            "follower_reads", "reads served without being the leader", counters.followerReads())
        .counter(
            "follower_reads_failed", "such reads that were not", counters.followerReadsFailed())
        .gauge("requests_pending", "requests that wait to be decided", status.work().pending())
        .gauge(
            "requests_awaiting_leader",
            "requests that wait for the leader's answer, for a leader, or for room in its log",
            status.work().awaitingLeader())
        .gauge(
            "disk_full",
            "whether the log's disk has no space",
            status.log().diskFull() && !outOfFiles)
        .gauge(
            "snapshot_apply_in_progress",
            "whether an installed snapshot is being loaded",
            status.state().restoring())
        .counter("snapshots_taken", "own snapshots", counters.snapshotsTaken())
        .counter(
            "snapshots_installed", "snapshots that a leader sent", counters.snapshotsInstalled())
        .counter(
            "snapshots_failed",
            "own snapshots that could not be written",
            counters.snapshotsFailed());
  }

  static MetricList memory(Status.Memory memory) {
    return new MetricList("jangada_server_memory_")
        .gauge("limit_bytes", "what data, sessions, log and requests may take", memory.bytesMax())
        .gauge("used_bytes", "what these take together", memory.used())
        .gauge("data_bytes", "keys and values with what finds them", memory.data())
        .gauge("sessions_bytes", "sessions and remembered answers", memory.sessions())
        .gauge(
            "log_bytes",
            "the log's entries, or what they take usually where that is more",
            memory.log())
        .gauge("requests_bytes", "requests and messages that wait", memory.requests())
        .gauge("full", "whether writes that add to the data are refused", memory.isFull())
        .counter("refused", "commands refused for want of memory", memory.refused());
  }

  static MetricList raft(Status status) {
    MetricList raft =
        new MetricList("jangada_raft_")
            .gauge("term", "the present term", status.term())
            .gauge("last_log_index", "the last entry of the log", status.last().index())
            .gauge("durable_index", "up to here the disk holds the log", status.durable())
            .gauge("commit_index", "up to here entries are committed", status.commit())
            .gauge("applied_index", "up to here entries are applied", status.applied())
            .gauge("snapshot_index", "the last entry of the snapshot", status.snapshot().index())
            .gauge("log_bytes", "entries in memory", status.log().bytes())
            .gauge("members", "members of any kind", status.membership().members().size())
            .gauge("voters", "members that vote", status.membership().voters().size());
    if (status.peers().isEmpty()) return raft;
    return raft.gauges(
            "peer_match_index",
            "up to here a peer holds the log",
            "peer",
            each(status, Status.Peer::match))
        .gauges(
            "peer_lag_entries",
            "entries that a peer is not known to hold",
            "peer",
            each(status, Status.Peer::lag))
        .gauges(
            "peer_last_heard_seconds",
            "how long ago a peer was heard",
            "peer",
            each(status, peer -> peer.heardMillis() / 1e3));
  }

  private static SortedMap<Integer, Double> each(
      Status status, ToDoubleFunction<Status.Peer> figure) {
    SortedMap<Integer, Double> each = new TreeMap<>();
    status.peers().forEach((id, peer) -> each.put(id, figure.applyAsDouble(peer)));
    return each;
  }
}
