package io.jangada.raft;

import io.jangada.bytes.Bytes;

/// What a member is at the moment (§5.1), with the state that only that role has. It is made when
/// the role begins and dropped when it ends.
sealed interface Role permits Follower, Candidate, Leader {
  /// `leader`, `follower`, `candidate` or `pre-candidate`.
  String name();

  /// Takes note of an answer. Returns whether it brings news of what the peer holds.
  default boolean isNews(Message.AppendEntriesReply reply, long tick) {
    return false;
  }

  /// The same for an answer to a chunk.
  default boolean isNews(Message.InstallSnapshotReply reply, long tick, Outbox out) {
    return false;
  }

  /// A chunk that a leader asked for is there.
  default void chunkLoaded(Ready.ChunkRead asked, Bytes data, Outbox out) {}
}
