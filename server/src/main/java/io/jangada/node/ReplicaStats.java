package io.jangada.node;

import io.jangada.raft.RaftEvent;

/// What a replica counts since its start; [Status.Counters] says what each means.
final class ReplicaStats {
  long proposals;
  long proposalsFailed;
  long reads;
  long readsFailed;
  long followerReads;
  long followerReadsFailed;
  long readQuestions;
  long leaderChanges;
  long elections;
  long snapshotsTaken;
  long snapshotsInstalled;
  long snapshotsFailed;

  void event(RaftEvent event) {
    if (event instanceof RaftEvent.ElectionStarted(long _, boolean preVote) && !preVote)
      elections++;
    else if (event instanceof RaftEvent.SnapshotInstalled) snapshotsInstalled++;
  }

  /// A request of this member's log, or a read, ended.
  void ended(boolean read, Outcome outcome) {
    boolean done = outcome instanceof Outcome.Done;
    if (read && done) reads++;
    else if (read) readsFailed++;
    else if (!done) proposalsFailed++;
  }

  /// A read that this member serves without leading ended.
  void followerReadEnded(Outcome outcome) {
    if (outcome instanceof Outcome.Done) followerReads++;
    else followerReadsFailed++;
  }

  Status.Counters snapshot() {
    return new Status.Counters(
        new Status.Requests(proposals, proposalsFailed, reads, readsFailed),
        new Status.FollowerReads(followerReads, followerReadsFailed, readQuestions),
        new Status.Elections(leaderChanges, elections),
        new Status.Snapshots(snapshotsTaken, snapshotsInstalled, snapshotsFailed));
  }
}
