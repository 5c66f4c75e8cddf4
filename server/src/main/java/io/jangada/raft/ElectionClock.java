package io.jangada.raft;

import java.util.random.RandomGenerator;

/// When a member may campaign (§5.2), and until when it promised not to vote for others because a
/// leader's message came. All times are in ticks since the start.
final class ElectionClock {
  private final RaftConfig config;
  private final RandomGenerator random;

  /// When the wait for the next campaign began.
  private long resetTick;

  /// How long that wait is.
  private int timeoutTicks;

  /// Until when a leader that was heard may count on this member.
  private long promisedTo;

  /// With leases a member that just started keeps quiet at first: it cannot know what it promised
  /// before.
  ElectionClock(RaftConfig config, RandomGenerator random) {
    this.config = config;
    this.random = random;
    this.promisedTo = config.electionTicksMin();
    reset(0);
  }

  /// A time drawn anew has to go by before this member campaigns; the lower its priority, the
  /// longer.
  void reset(long tick) {
    int spread = config.electionTicksMax() - config.electionTicksMin() + 1;
    int handicap =
        (RaftConfig.PRIORITY_MAX - config.priority())
            * config.electionTicksMin()
            / RaftConfig.PRIORITY_MAX;
    resetTick = tick;
    timeoutTicks = config.electionTicksMin() + random.nextInt(spread) + handicap;
  }

  /// The leader is gone, by all appearances: what is left of the wait is only long enough that not
  /// all members campaign at once.
  void shortenTimeout(long tick) {
    int spread = Math.max(2, config.electionTicksMin() / 3);
    int handicap = (RaftConfig.PRIORITY_MAX - config.priority()) * spread / RaftConfig.PRIORITY_MAX;
    resetTick = tick;
    timeoutTicks = 1 + random.nextInt(spread) + handicap;
  }

  boolean isOver(long tick) {
    return tick - resetTick >= timeoutTicks;
  }

  /// A leader's message came: for the shortest election timeout it may count on this member.
  void noteLeader(long tick) {
    promisedTo = tick + config.electionTicksMin();
    reset(tick);
  }

  /// Whether some leader may still count on this member, be it forgotten here for a later term.
  /// Leases rest on this; without them no promise is made.
  boolean isPromised(long tick) {
    return config.leaseTicks() > 0 && tick < promisedTo;
  }
}
