package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftNode;
import java.util.SortedMap;
import java.util.TreeMap;

/// What can be told of a replica at one moment.
///
/// @param leader [Membership#NONE] while none is known
/// @param match what a leader knows of its peers' logs; empty for others
public record Status(
    int id,
    String role,
    long term,
    int leader,
    Membership membership,
    EntryId last,
    long durable,
    long commit,
    long applied,
    EntryId snapshot,
    int keys,
    long digest,
    long clusterTimeMillis,
    SortedMap<Integer, Long> match) {

  static Status of(RaftNode raft, KvStore kv, long clusterTimeMillis) {
    SortedMap<Integer, Long> match = new TreeMap<>();
    for (int peer : raft.membership().members()) {
      long matched = raft.matchOf(peer);
      if (matched >= 0) match.put(peer, matched);
    }
    return new Status(
        raft.id(),
        raft.roleName(),
        raft.term(),
        raft.leader(),
        raft.membership(),
        raft.last(),
        raft.durable(),
        raft.commit(),
        kv.appliedIndex(),
        raft.snapshot() == null ? EntryId.ZERO : raft.snapshot().last(),
        kv.size(),
        kv.digest(),
        clusterTimeMillis,
        match);
  }
}
