package io.jangada.raft;

/// Follows a leader, or waits for one.
final class Follower implements Role {
  /// The leader of this term; [Membership#NONE] before its first message.
  int leader;

  /// The tick of the leader's last message; before that, the one at which the role began.
  long contactTick;

  /// Whether a reply to the leader is owed.
  boolean ackOwed;

  /// The tick since which a reply is owed, or at which one was last sent; valid while one is owed.
  long owedTick;

  /// The latest round of the leader that was received; 0 for none.
  long round;

  /// Up to this index the log is known to equal the leader's; 0 for nothing known.
  long matched;

  /// The last index that was acknowledged, or what was durable when the role began: no news.
  long acknowledgedMatch;

  /// The latest round that was answered; 0 for none.
  long acknowledgedRound;

  Follower(int leader, long tick, long durable) {
    this.leader = leader;
    this.contactTick = tick;
    this.acknowledgedMatch = durable;
  }

  /// Whether a reply goes to the leader now, with `match` as far as the disk is: once for all that
  /// came since the last. While the disk still writes what came, a reply goes only when the disk
  /// got further, or a new round is to be confirmed; and once in a heartbeat's time.
  boolean takeAcknowledgement(long match, long tick, RaftConfig config) {
    if (leader == Membership.NONE || !ackOwed) return false;
    boolean done = match == matched;
    boolean newRound = round > acknowledgedRound && !config.traffic().quorumOnly();
    boolean patient = tick - owedTick < config.heartbeatTicks();
    if (!done && match <= acknowledgedMatch && !newRound && patient) return false;
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
