package io.jangada.raft;

/// What decides how a member acts: its term and vote (Fig. 2), its role (Fig. 4), which data it
/// has, and what its disk has of that. Everything that ends one role and begins another is here.
final class RaftState {
  private static final String ONE_LEADER = "Election Safety: at most one leader in a term (Fig. 3)";

  private final Context context;
  private final Outbox out;

  /// When this member may campaign, and until when it promised others not to vote.
  final ElectionClock timer;

  /// The batches that the disk has not reported yet.
  final DiskQueue disk = new DiskQueue();

  /// The present term and vote, durable or not yet.
  private HardState hard;

  /// What this member is in the present term.
  private Role role;

  /// Which data this member has, and whether its word counts.
  private Incarnation incarnation;

  RaftState(Context context, Recovered recovered, ElectionClock timer) {
    this.context = context;
    this.out = context.out;
    this.timer = timer;
    this.incarnation = recovered.incarnation();
    this.hard = recovered.hard();
    this.role = new Follower(Membership.NONE, context.tick(), context.log.durable());
    // The snapshot's disk may have been faster than the log's: then the term in which it was
    // installed is not in the log. No vote was given in it, or the log would have that.
    SnapshotMeta snapshot = recovered.snapshot();
    if (snapshot != null && snapshot.last().term() > hard.term())
      setHard(new HardState(snapshot.last().term(), Membership.NONE));
  }

  HardState hard() {
    return hard;
  }

  long term() {
    return hard.term();
  }

  Role role() {
    return role;
  }

  boolean isLeader() {
    return role instanceof Leader;
  }

  /// The leader of this term as far as this member knows, or [Membership#NONE].
  int leader() {
    return switch (role) {
      case Leader _ -> context.config.id();
      case Follower follower -> follower.leader;
      case Candidate _ -> Membership.NONE;
    };
  }

  Incarnation incarnation() {
    return incarnation;
  }

  void setIncarnation(Incarnation incarnation) {
    this.incarnation = incarnation;
  }

  void setHard(HardState next) {
    hard = next;
    disk.hardStateChanged();
  }

  /// Sends the message once the present term and vote are durable.
  void sendWhenDurable(Message message) {
    if (disk.isHardStateDurable()) out.messages.add(message);
    else disk.deferUntilDurable(message);
  }

  // ---- roles ----

  void become(Candidate candidate) {
    role = candidate;
  }

  void become(Leader leader) {
    role = leader;
    out.events.add(new RaftEvent.LeaderElected(hard.term()));
  }

  void becomeFollower(long term, int leader) {
    if (role instanceof Leader old) {
      for (long ticket : old.reads.clear()) out.drop(ticket, Ready.Reason.NOT_LEADER);
      timer.reset(context.tick());
      if (term > hard.term()) steppedDown(RaftEvent.Cause.HIGHER_TERM);
    }
    if (term > hard.term()) setHard(new HardState(term, Membership.NONE));
    role = new Follower(leader, context.tick(), context.log.durable());
    out.events.add(new RaftEvent.FollowerOf(hard.term(), leader));
  }

  void stepDown(RaftEvent.Cause cause) {
    steppedDown(cause);
    becomeFollower(hard.term(), Membership.NONE);
  }

  private void steppedDown(RaftEvent.Cause cause) {
    out.events.add(new RaftEvent.SteppedDown(hard.term(), cause));
  }

  /// A message of this term's leader came, and this member follows it.
  Follower follow(int leader) {
    Invariants.check(!isLeader(), ONE_LEADER);
    if (role instanceof Candidate) becomeFollower(hard.term(), leader);
    Follower follower = (Follower) role;
    if (follower.leader == Membership.NONE) {
      follower.leader = leader;
      out.events.add(new RaftEvent.FollowerOf(hard.term(), leader));
    }
    Invariants.check(follower.leader == leader, ONE_LEADER);
    follower.contactTick = context.tick();
    timer.noteLeader(context.tick());
    // It may have voted in this term and forgotten it. Whatever it gave, it gives nothing else.
    if (incarnation.rejoining() && hard.vote() == Membership.NONE)
      setHard(new HardState(hard.term(), leader));
    return follower;
  }
}
