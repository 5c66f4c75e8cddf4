package io.jangada.raft;

/// What the parts of one member work on: its log and memberships, the time, and where effects
/// gather. They are the same objects as long as the node runs, and only time goes on.
final class Context {
  /// Timeouts, limits and policies.
  final RaftConfig config;

  /// The entries behind the last snapshot, durable or not yet.
  final RaftLog log;

  /// The memberships in that log.
  final MembershipLog memberships;

  /// What gathers for the next [Ready].
  final Outbox out = new Outbox();

  /// The time of timers: how many [Input.Tick]s there were since the start, however long each was.
  private long tick;

  /// The time of leases: all ticks that went by since the start.
  private long clock;

  Context(RaftConfig config, Recovered recovered) {
    this.config = config;
    this.log = recovered.log(config.limits().keptBytesMax());
    this.memberships = new MembershipLog(0, config.bootstrap());
    SnapshotMeta snapshot = recovered.snapshot();
    if (snapshot != null) memberships.reset(snapshot.last().index(), snapshot.membership());
    for (long index = log.commit() + 1; index <= log.lastIndex(); index++) {
      Entry entry = log.get(index);
      if (entry.kind() == Entry.Kind.MEMBERSHIP)
        memberships.append(index, Membership.decode(entry.data()));
    }
  }

  long tick() {
    return tick;
  }

  long clock() {
    return clock;
  }

  /// Time goes on.
  ///
  /// @param elapsed ticks since the last call, 1 or more
  void advanceTime(int elapsed) {
    Invariants.check(elapsed >= 1, "time goes forward");
    tick++;
    clock += elapsed;
  }

  /// The configuration of an entry that was just appended is the active one from now on.
  void activate(Entry entry) {
    memberships.append(entry.index(), Membership.decode(entry.data()));
    out.events.add(new RaftEvent.ConfigurationChanged(entry.index(), memberships.current()));
  }
}
