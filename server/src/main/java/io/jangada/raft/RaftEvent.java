package io.jangada.raft;

import java.util.List;

/// An event for the operators of a cluster and the readers of a trace. Nothing depends on it.
public sealed interface RaftEvent {
  record ElectionStarted(long term, boolean preVote) implements RaftEvent {}

  record VoteCast(long term, int candidate) implements RaftEvent {}

  record LeaderElected(long term) implements RaftEvent {}

  /// @param leader [Membership#NONE] while it is not known
  record FollowerOf(long term, int leader) implements RaftEvent {}

  record SteppedDown(long term, Cause cause) implements RaftEvent {}

  /// Why a leader gave up its role.
  enum Cause {
    HIGHER_TERM,
    LOST_QUORUM,
    REMOVED,
    STORAGE_STALLED
  }

  /// The log was truncated after `last`: what followed was another leader's and never committed
  /// (§5.3).
  record LogTruncated(EntryId last) implements RaftEvent {}

  record LogCompacted(EntryId compacted) implements RaftEvent {}

  record ConfigurationChanged(long index, Membership membership) implements RaftEvent {}

  record TransferStarted(int target) implements RaftEvent {}

  record TransferAbandoned(int target) implements RaftEvent {}

  /// A leader got a message of a member whose data is new, or new since it was damaged: it readmits
  /// the member as a learner that has to catch up, and as a voter after that.
  record Readmitting(int member, long incarnation) implements RaftEvent {}

  /// Some of this member's data was damaged, which was found when it started, and was set aside.
  record DataLost(String what) implements RaftEvent {}

  /// Something is wrong with a member's data or messages, or with this member's.
  sealed interface Suspicion extends RaftEvent {}

  /// A message was refused since it breaks a law of the protocol: its sender has another log, is of
  /// another cluster, or is broken.
  record MessageRefused(int from, String law) implements Suspicion {}

  /// A leader has proof that a member's data does not hold what it acknowledged: its messages do
  /// not count until it was readmitted.
  record AcknowledgementLost(int member, long match) implements Suspicion {}

  /// The leader holds acknowledgements of this member for entries that this member does not hold.
  record LossFound(int leader) implements Suspicion {}

  /// Members do not hold the same at one index, or do again.
  ///
  /// @param members those that do not hold what a majority holds, or all that are known where no
  ///   majority holds the same; empty when all hold the same
  /// @param own whether this member is one of them
  record DataDiffers(long index, List<Integer> members, boolean own) implements Suspicion {}

  /// More is known of the cluster of this member, or of its data.
  ///
  /// @param clusterId 0 while it is not known, or there is none
  /// @param originId of the cluster of which the backup was taken that this member begins with,
  ///   until its new cluster has begun; otherwise 0
  /// @param hasData whether it holds any data
  record ClusterIdentified(long clusterId, long originId, boolean hasData) implements RaftEvent {}

  /// No answer of this member counts, since it may have forgotten what it promised.
  ///
  /// @param waitsFor what it waits for, as the end of a sentence that begins with its name
  record Rejoining(String waitsFor) implements RaftEvent {}

  /// The answers of this member count from now on.
  record Readmitted() implements RaftEvent {}

  /// How much of the memory that it may take a member takes.
  enum MemoryLevel {
    ROOMY,
    /// Nearly all.
    SHORT,
    /// All: as a leader it refuses what adds to it.
    FULL
  }

  /// The level changed.
  ///
  /// @param bytes what it takes
  /// @param bytesMax what it may take
  record MemoryUsed(MemoryLevel level, long bytes, long bytesMax) implements RaftEvent {}

  record StorageStalled(boolean stalled) implements RaftEvent {}

  record InstallStarted(int peer, EntryId last) implements RaftEvent {}

  record InstallEnded(int peer, EntryId last, boolean installed) implements RaftEvent {}

  /// This member's newest snapshot cannot be read any more: it is set aside, and another is taken.
  record SnapshotLost(EntryId last) implements RaftEvent {}

  record SnapshotInstalled(EntryId last, boolean logKept) implements RaftEvent {}
}
