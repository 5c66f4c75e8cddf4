package io.jangada.node;

import io.jangada.raft.RaftNode;

/// When a follower asks the leader how far it has committed, for the watches that it serves.
///
/// A follower learns of a commit with the next message of the protocol: under load with the next
/// entries, at once; where nothing follows with the next heartbeat, a long time for a watch. So
/// when entries are durable here and acknowledged, and the commit index has not moved for a moment,
/// the follower asks for the read index (thesis §6.4), which is what is committed now.
///
/// An answer may still be behind, as when the quorum is another and not complete: the leader is
/// then asked once more, and so it is when an answer got lost. After that the heartbeat is awaited.
final class CommitQuestions {
  /// For how long the commit index is awaited before the leader is asked.
  static final long PATIENCE_NANOS = 300_000;

  /// How often the leader is asked while the commit index does not move.
  private static final int QUESTIONS_MAX = 2;

  /// A question that is not answered after this time is taken for lost.
  private final long lostNanos;

  /// Whether something is durable and not known to be committed; the other fields are valid then.
  private boolean isBehind;

  /// The commit index when it moved last.
  private long commit;

  private int asked;
  private long dueNanos;

  /// The number of the latest question.
  private long number;

  CommitQuestions(long lostNanos) {
    this.lostNanos = lostNanos;
  }

  /// Nothing is to be learnt: there are no watches, or no leader to ask.
  void stop() {
    isBehind = false;
  }

  /// Asks the leader if that is due.
  void ask(RaftNode raft, WaitingRequests waiting, long nowNanos) {
    if (look(raft.commit(), raft.durable(), nowNanos))
      submitted(waiting.askReadIndex(raft.leader(), raft.term()), nowNanos);
  }

  /// Notes how far the log is. Returns whether the leader is to be asked now.
  boolean look(long commit, long durable, long nowNanos) {
    boolean wasBehind = isBehind;
    isBehind = commit < durable;
    if (!wasBehind || commit != this.commit) {
      this.commit = commit;
      asked = 0;
      dueNanos = nowNanos + PATIENCE_NANOS;
    }
    return isBehind && asked < QUESTIONS_MAX && nowNanos - dueNanos >= 0;
  }

  /// The leader is asked under this number.
  void submitted(long number, long nowNanos) {
    this.number = number;
    asked++;
    dueNanos = nowNanos + lostNanos;
  }

  /// The leader answered a question.
  void answered(long number, long nowNanos) {
    if (number == this.number) dueNanos = nowNanos + PATIENCE_NANOS;
  }

  /// When to look again: when the next question is due, or at `otherwiseNanos`.
  long nextNanos(long otherwiseNanos) {
    boolean asks = isBehind && asked < QUESTIONS_MAX;
    return asks && dueNanos - otherwiseNanos < 0 ? dueNanos : otherwiseNanos;
  }
}
