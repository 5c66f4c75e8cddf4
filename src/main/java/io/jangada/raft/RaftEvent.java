package io.jangada.raft;

/// Something that people who run a cluster, or read a trace, want to know. Nothing depends on it.
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

  /// The log was cut after `last`: what followed was another leader's and never committed (§5.3).
  record LogCut(EntryId last) implements RaftEvent {}

  record LogReleased(EntryId base) implements RaftEvent {}

  record MembershipInForce(long index, Membership membership) implements RaftEvent {}

  record TransferStarted(int target) implements RaftEvent {}

  record TransferAbandoned(int target) implements RaftEvent {}

  record StorageStalled(boolean stalled) implements RaftEvent {}

  record InstallStarted(int peer, EntryId last) implements RaftEvent {}

  record InstallEnded(int peer, EntryId last, boolean installed) implements RaftEvent {}

  record SnapshotInstalled(EntryId last, boolean logKept) implements RaftEvent {}
}
