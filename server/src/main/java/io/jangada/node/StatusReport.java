package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.raft.EntryId;
import io.jangada.raft.PeerProgress;
import io.jangada.raft.RaftNode;
import java.util.SortedMap;
import java.util.TreeMap;

/// Puts together what is told of a replica.
///
/// @param tickNanos how long a tick of the protocol lasts
record StatusReport(Memory.Parts parts, Memory memory, long tickNanos) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// What only the owner knows.
  record Moment(
      long roleNanos,
      long clusterTimeMillis,
      boolean diskFull,
      String rejoining,
      Status.Health health) {}

  Status status(Moment moment, ReplicaStats counts) {
    RaftNode raft = parts.raft();
    return new Status(
        raft.id(),
        raft.roleName(),
        moment.rejoining,
        moment.roleNanos / NANOS_PER_MILLI,
        raft.term(),
        raft.leader(),
        raft.membership(),
        new Status.Log(
            raft.last(),
            raft.durable(),
            raft.commit(),
            raft.snapshot() == null ? EntryId.ZERO : raft.snapshot().last(),
            raft.logUse().entryBytes(),
            moment.diskFull),
        state(moment),
        memory.status(),
        new Status.Work(
            parts.waiting().submitted(),
            parts.waiting().awaitingLeader(),
            raft.isTransferringLeadership(),
            parts.snapshots().isBusy()),
        peers(),
        moment.health,
        counts.snapshot());
  }

  private Status.State state(Moment moment) {
    KvStore kv = parts.state().kv();
    return new Status.State(
        kv.appliedIndex(),
        kv.size(),
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
      long heardMillis = known.heardTicks() * tickNanos / NANOS_PER_MILLI;
      long lag = raft.last().index() - known.match();
      peers.put(peer, new Status.Peer(known.match(), lag, heardMillis, known.installing()));
    }
    return peers;
  }
}
