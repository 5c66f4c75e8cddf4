package io.jangada.raft;

import io.jangada.bytes.Bytes;

/// Everything that can happen to a [RaftNode]. A run is the list of its inputs.
public sealed interface Input {
  /// Campaign now, without waiting and without a pre-vote. Does nothing once a term has begun: a
  /// cluster that was just made has no leader, and one member, and only one, need not wait to find
  /// that out. To campaign is lawful at any time (§5.2).
  record Campaign() implements Input {}

  /// Time went by.
  ///
  /// @param elapsed how many ticks since the last one, 1 or more. Leases count all of them;
  ///   election timers count one, so that a process that was paused reads its mail before it
  ///   campaigns
  record Tick(int elapsed) implements Input {}

  record Receive(Message message) implements Input {}

  /// The connection from `peer` broke, as it does when a process dies. A hint, which may be missing
  /// or wrong: this member campaigns sooner where that was the leader, and nothing more follows.
  record PeerGone(int peer) implements Input {}

  /// A command for the state machine. Answered in [Ready#proposed] or [Ready#dropped].
  record Propose(long ticket, Bytes command) implements Input {}

  /// A linearizable read. Answered in [Ready#reads] or [Ready#dropped].
  ///
  /// @param witness a member that stated, after the read was asked for, that it still follows this
  ///   leader in its present term: it counts as one acknowledgement. [Membership#NONE] for none
  record Read(long ticket, int witness) implements Input {}

  /// The leader of this term, asked in some other way, named what is committed.
  record Committed(int leader, long term, long index) implements Input {}

  /// Change the membership to `target`, by joint consensus where voters change (§6).
  record ChangeMembership(long ticket, Membership target) implements Input {}

  /// Hand leadership to `target`, or to the most suitable voter for [Membership#NONE].
  record Transfer(long ticket, int target) implements Input {}

  /// The disk holds everything up to this [Persist#batch].
  record Synced(long batch) implements Input {}

  /// It is durable that this member may take part again: it was admitted ([RaftNode#isReadmitted]),
  /// or found that it is one of the members that bootstrap the cluster.
  record Readmitted() implements Input {}

  /// It is durable that this member's data has another incarnation, and is rejoining: it had lost
  /// something.
  record DataRenewed(long incarnation) implements Input {}

  /// A snapshot made here is durable.
  record SnapshotTaken(SnapshotMeta meta) implements Input {}

  /// A durable snapshot of this member cannot be read any more. Another one is to be made.
  record SnapshotLost(EntryId last) implements Input {}

  /// A chunk that a [Ready.ChunkRead] asked for.
  record ChunkLoaded(Ready.ChunkRead asked, Bytes data) implements Input {}

  /// Chunks of a snapshot that a leader sends are stored.
  ///
  /// @param nextChunk the first chunk not stored yet; `meta.chunks()` when the whole is durable
  record ChunkStored(SnapshotMeta meta, int nextChunk) implements Input {}
}
