package io.jangada.protocol.rpc;

import io.jangada.node.Replica;

/// Where the member stood when it answered.
///
/// @param member its own number
public record Moment(long clusterId, int member, long term, long revision) {
  /// As it is now, for the replica's owner alone.
  static Moment of(Replica replica) {
    var raft = replica.raft();
    return new Moment(
        raft.membership().clusterId(), raft.id(), raft.term(), replica.kv().revision());
  }
}
