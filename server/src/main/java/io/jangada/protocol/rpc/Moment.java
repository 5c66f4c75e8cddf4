package io.jangada.protocol.rpc;

import io.jangada.node.Replica;

/// Where the member stood when it answered.
///
/// @param compacted the first revision that could be read
/// @param sinceMillis how much cluster time has passed since the last command: what the store says
///   of times left is as of that
public record Moment(Place place, long revision, long compacted, long sinceMillis) {
  /// Which member it is, and in what term.
  ///
  /// @param member its own number
  public record Place(long clusterId, int member, long term) {}

  /// As it is now, for the replica's owner alone.
  static Moment of(Replica replica) {
    var raft = replica.raft();
    var kv = replica.kv();
    long sinceMillis = Math.max(0, replica.clusterTimeMillis() - kv.clusterTimeMillis());
    Place place = new Place(raft.membership().clusterId(), raft.id(), raft.term());
    return new Moment(place, kv.revision(), kv.compacted(), sinceMillis);
  }
}
