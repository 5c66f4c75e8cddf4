package io.jangada.raft;

/// Follows a leader, or nobody yet.
final class Follower implements Role {
  /// [Membership#NONE] while no leader of this term has been heard.
  int leader;

  /// When the leader was last heard.
  long heardTick;

  /// A reply to the leader is owed, since when…
  boolean ackOwed;

  long owedTick;

  /// …for this round…
  long round;

  /// …and up to here the log is known to equal the leader's.
  long matched;

  /// The last match and the last round that were told. What was durable when this began is no news.
  long toldMatch;

  long toldRound;

  Follower(int leader, long tick, long durable) {
    this.leader = leader;
    this.heardTick = tick;
    this.toldMatch = durable;
  }
}
