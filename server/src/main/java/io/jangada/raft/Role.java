package io.jangada.raft;

import io.jangada.bytes.Bytes;

/// What a member is at the moment (§5.1), with the state that only that role has. It is made when
/// the role begins and dropped when it ends.
sealed interface Role permits Follower, Candidate, Leader {
  /// `leader`, `follower`, `candidate` or `pre-candidate`.
  String name();

  /// Takes note of a reply. Returns whether the peer holds more than was known.
  default boolean recordReply(Message.AppendEntriesReply reply) {
    return false;
  }

  /// The same for a reply to a chunk.
  default boolean recordReply(Message.InstallSnapshotReply reply) {
    return false;
  }

  /// A chunk that a leader asked for is there.
  default void chunkLoaded(Ready.ChunkRead asked, Bytes data) {}
}
