package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.node.watch.Watches;
import io.jangada.raft.EntryId;
import io.jangada.raft.PeerProgress;
import io.jangada.raft.RaftNode;
import java.util.SortedMap;
import java.util.TreeMap;

/// Builds the status of a replica.
///
/// @param tickNanos how long a tick of the protocol lasts
record StatusReport(Memory.Parts parts, Memory memory, Watches watches, long tickNanos) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// What only the owner knows.
  record Moment(long roleNanos, long clusterTimeMillis, boolean diskFull, Status.Health health) {}

  Status status(Moment moment, ReplicaStats counts) {
    RaftNode raft = parts.raft();
    long roleMillis = moment.roleNanos / NANOS_PER_MILLI;
    return new Status(
        new Status.Role(raft.id(), raft.roleName(), roleMillis, raft.term(), raft.leader()),
        new Status.Replication(raft.membership(), log(), peers()),
        state(moment),
        new Status.Usage(memory.status(), moment.diskFull, work(), counts.snapshot(), watching()),
        moment.health);
  }

  private Status.Log log() {
    RaftNode raft = parts.raft();
    return new Status.Log(
        raft.last(),
        raft.durable(),
        raft.commit(),
        raft.snapshot() == null ? EntryId.ZERO : raft.snapshot().last(),
        raft.logUse().entryBytes());
  }

  private Status.Work work() {
    return new Status.Work(
        parts.waiting().submitted(),
        parts.waiting().awaitingLeader(),
        parts.raft().isTransferringLeadership(),
        parts.snapshots().isBusy());
  }

  private Status.Watching watching() {
    return new Status.Watching(
        watches.count(), watches.lagging(), watches.eventsSent(), watches.overtaken());
  }

  private Status.State state(Moment moment) {
    KvStore kv = parts.state().kv();
    return new Status.State(
        kv.appliedIndex(),
        new Status.Contents(
            kv.size(), kv.leaseCount(), kv.revision(), kv.compacted(), kv.users().isEnabled()),
        kv.digest(),
        moment.clusterTimeMillis,
        parts.snapshots().isRestoring());
  }

  private SortedMap<Integer, Status.Peer> peers() {
    RaftNode raft = parts.raft();
    SortedMap<Integer, Status.Peer> peers = new TreeMap<>();
    for (int peer : raft.membership().members()) {
      PeerProgress known = raft.progressOf(peer);
      if (known == null) continue;
      long contactMillis = known.contactTicks() * tickNanos / NANOS_PER_MILLI;
      long lag = raft.last().index() - known.match();
      peers.put(peer, new Status.Peer(known.match(), lag, contactMillis, known.installing()));
    }
    return peers;
  }
}
