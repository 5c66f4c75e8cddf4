package io.jangada.protocol.rpc;

import io.jangada.node.Replica;

/// Where the member stood when it answered.
///
/// @param member its own number
/// @param sinceMillis how much cluster time has passed since the last command: what the store says
///   of times left is as of that
public record Moment(long clusterId, int member, long term, long revision, long sinceMillis) {
  /// For answers that say nothing of times left.
  public Moment(long clusterId, int member, long term, long revision) {
    this(clusterId, member, term, revision, 0);
  }

  /// As it is now, for the replica's owner alone.
  static Moment of(Replica replica) {
    var raft = replica.raft();
    var kv = replica.kv();
    long sinceMillis = Math.max(0, replica.clusterTimeMillis() - kv.clusterTimeMillis());
    return new Moment(
        raft.membership().clusterId(), raft.id(), raft.term(), kv.revision(), sinceMillis);
  }
}
