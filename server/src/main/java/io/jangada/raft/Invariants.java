package io.jangada.raft;

/// The laws that one member can check by itself, on its state after each step and on the change
/// between two steps. Laws that take several members' states to see are checked where those are
/// together: in the simulator.
final class Invariants {
  /// What follows is the state after the last step.
  private HardState hard;

  private long commit;
  private long applied;
  private long durable;

  /// Whether this member led.
  private boolean led;

  private long lastIndex;

  Invariants(HardState hard, RaftLog log) {
    remember(hard, log, false);
  }

  static void check(boolean holds, String law) {
    if (!holds) throw new LawBrokenException(law);
  }

  /// Checks what just changed, and remembers it for the next time.
  void step(HardState hard, RaftLog log, boolean leads) {
    check(hard.term() >= this.hard.term(), "terms never go back");
    if (hard.term() == this.hard.term() && this.hard.vote() != Membership.NONE)
      check(hard.vote() == this.hard.vote(), "a vote is cast once a term");
    check(log.commit() >= commit, "the commit index never goes back");
    check(log.applied() >= applied, "the applied index never goes back");
    check(log.applied() <= log.commit(), "applied never passes commit");
    check(log.commit() <= log.lastIndex(), "commit never passes the log's end");
    check(log.compacted().index() <= log.applied(), "only applied entries are released");
    check(log.durable() <= log.lastIndex(), "the disk holds no more than the log");
    if (leads && led && hard.term() == this.hard.term())
      check(log.lastIndex() >= lastIndex, "Leader Append-Only (Fig. 3)");
    remember(hard, log, leads);
  }

  private void remember(HardState hard, RaftLog log, boolean leads) {
    this.hard = hard;
    commit = log.commit();
    applied = log.applied();
    durable = log.durable();
    led = leads;
    lastIndex = log.lastIndex();
  }

  @Override
  public String toString() {
    return hard + " commit=" + commit + " applied=" + applied + " durable=" + durable;
  }
}
