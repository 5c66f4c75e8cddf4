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
  long acknowledgedMatch;

  long acknowledgedRound;

  Follower(int leader, long tick, long durable) {
    this.leader = leader;
    this.heardTick = tick;
    this.acknowledgedMatch = durable;
  }

  /// Whether a reply goes to the leader now, with `match` as far as the disk is: once for all that
  /// came since the last. While the disk still writes what came, only news is told: that it got
  /// further, or that a round asks who leads; and once a heartbeat that this member is there.
  boolean takeAcknowledgement(long match, long tick, RaftConfig config) {
    if (leader == Membership.NONE || !ackOwed) return false;
    boolean done = match == matched;
    boolean asked = round > acknowledgedRound && !config.traffic().quorumOnly();
    boolean patient = tick - owedTick < config.heartbeatTicks();
    if (!done && match <= acknowledgedMatch && !asked && patient) return false;
    ackOwed = !done;
    owedTick = tick;
    acknowledgedMatch = match;
    acknowledgedRound = round;
    return true;
  }

  @Override
  public String name() {
    return "follower";
  }
}
