package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.List;

/// What members say to each other (Fig. 2, Fig. 13, thesis §3.10 and §9.6). A message may be lost,
/// repeated, delayed or overtaken by a later one.
public sealed interface Message {
  int from();

  int to();

  /// The sender's term; in a pre-vote the term that it would campaign in.
  long term();

  /// Asks for a vote.
  ///
  /// @param last where the candidate's log ends
  /// @param preVote asks only whether a vote would be given (thesis §9.6); no term changes
  /// @param transfer the leader itself asked for this election, so stickiness does not apply
  record RequestVote(int from, int to, long term, EntryId last, boolean preVote, boolean transfer)
      implements Message {
    RequestVote addressedTo(int voter) {
      return new RequestVote(from, voter, term, last, preVote, transfer);
    }
  }

  /// @param term of a granted pre-vote: the term asked for; otherwise the voter's own
  record RequestVoteReply(int from, int to, long term, boolean granted, boolean preVote)
      implements Message {}

  /// Brings entries, or none as a heartbeat.
  ///
  /// @param prev the place after which the entries belong
  /// @param commit the leader's commit index
  /// @param round grows whenever the leader begins to ask whether it still leads; echoed in the
  ///   reply
  record AppendEntries(
      int from, int to, long term, EntryId prev, List<Entry> entries, long commit, long round)
      implements Message {
    public AppendEntries {
      entries = List.copyOf(entries);
    }
  }

  /// @param success whether the follower's log has `prev`
  /// @param match on success: up to here the follower's disk holds what the leader's log holds.
  ///   Otherwise: the index of the `prev` that was refused
  /// @param conflict on refusal: the first index, and the term, of the run of entries that the
  ///   follower has at `prev`; its log's end plus one and term 0 where it has none
  /// @param incarnation of the follower's data: whether this counts
  record AppendEntriesReply(
      int from,
      int to,
      long term,
      boolean success,
      long match,
      EntryId conflict,
      long round,
      Incarnation incarnation)
      implements Message {}

  /// One chunk of a snapshot (Fig. 13, with chunk numbers in place of byte offsets).
  record InstallSnapshot(int from, int to, long term, SnapshotMeta meta, int chunk, Bytes data)
      implements Message {}

  /// @param last which snapshot is meant
  /// @param nextChunk the chunk wanted next; the snapshot's number of chunks once it is installed
  /// @param incarnation of the follower's data: whether this counts
  record InstallSnapshotReply(
      int from, int to, long term, EntryId last, int nextChunk, Incarnation incarnation)
      implements Message {}

  /// A leader lets a member know that its data does not hold what it acknowledged, be it by an old
  /// copy that was put back or by a disk that forgot: this data does not count any more.
  record DataLost(int from, int to, long term, long incarnation) implements Message {}

  /// Lets a caught-up voter campaign at once (thesis §3.10).
  record TimeoutNow(int from, int to, long term) implements Message {}
}
