package io.jangada.raft;

import java.util.ArrayDeque;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a member is at the moment (§5.1), with the state that only that role has. It is made when
/// the role begins and dropped when it ends.
sealed interface Role {
  /// Follows `leader`, or nobody yet.
  final class Follower implements Role {
    /// [Membership#NONE] while no leader of this term has been heard.
    int leader;

    /// When the leader was last heard.
    long heardTick;

    /// A reply to the leader is owed…
    boolean ackOwed;

    /// …for this round…
    long round;

    /// …and up to here the log is known to equal the leader's.
    long matched;

    /// The last match and the last round that were told.
    long toldMatch;

    long toldRound;

    Follower(int leader, long tick) {
      this.leader = leader;
      this.heardTick = tick;
    }
  }

  /// Asks for votes, or (pre-vote, thesis §9.6) whether it would get them.
  final class Candidate implements Role {
    final boolean preVote;
    final SortedMap<Integer, Boolean> votes = new TreeMap<>();

    Candidate(boolean preVote) {
      this.preVote = preVote;
    }
  }

  /// Leads its term.
  final class Leader implements Role {
    /// The index of the no-op that began the term.
    final long first;

    final SortedMap<Integer, Progress> peers = new TreeMap<>();
    final ReadIndex reads;

    /// The number of the latest round, and when each that no quorum has answered yet was started.
    long round;

    final ArrayDeque<RoundStart> rounds = new ArrayDeque<>();

    /// A quorum answered a round that was started at this clock reading.
    long quorumClock = Long.MIN_VALUE / 2;

    /// When commit or a round last went forward, or there was nothing to wait for.
    long progressTick;

    /// When the latest round for reads was started.
    long roundTick;

    /// When entries or rounds were last sent out, for pacing.
    long paceTick = Long.MIN_VALUE / 2;

    /// The member that is to lead next, or [Membership#NONE].
    int transferTo = Membership.NONE;

    long transferTick;
    boolean transferTold;

    Leader(long first, int readsMax, long tick) {
      this.first = first;
      this.reads = new ReadIndex(readsMax);
      this.progressTick = tick;
    }
  }

  record RoundStart(long round, long clock) {}
}
