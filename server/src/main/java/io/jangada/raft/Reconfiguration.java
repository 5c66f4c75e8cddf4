package io.jangada.raft;

/// Changes of voters and of the leader: membership (§6, thesis §4), leadership transfer (thesis
/// §3.10), and the end of a leadership that cannot do its work.
final class Reconfiguration {
  private final Context context;
  private final RaftConfig config;
  private final RaftLog log;
  private final MembershipLog memberships;
  private final Outbox out;
  private final RaftState state;

  /// The id of this member.
  private final int id;

  Reconfiguration(Context context, RaftState state) {
    this.context = context;
    this.config = context.config;
    this.log = context.log;
    this.memberships = context.memberships;
    this.out = context.out;
    this.state = state;
    this.id = config.id();
  }

  // ---- membership ----

  void change(Leader leader, long ticket, Membership asked) {
    Membership now = memberships.current();
    Membership target = now.completed(asked);
    if (target.equals(now) || !now.mayChangeTo(target)) {
      out.drop(ticket, Ready.Reason.INVALID);
    } else if (!leader.mayChange()) {
      out.drop(ticket, Ready.Reason.MEMBERSHIP_BUSY);
    } else if (state.incarnation().number() != 0 && !leader.peers.isQuorumOf(target)) {
      // New members are rejoining, and their new group could neither decide nor elect a leader.
      out.drop(ticket, Ready.Reason.UNREADY);
    } else {
      out.proposed.add(new Ready.Proposed(ticket, begin(leader, target)));
    }
  }

  /// Begins the change that is due without being asked for, if there is one.
  void beginDue(Leader leader) {
    Membership target = leader.changeDue();
    if (target != null) begin(leader, target);
  }

  private EntryId begin(Leader leader, Membership target) {
    Membership now = memberships.current();
    boolean sameVoters = target.voters().equals(now.voters());
    Membership next = sameVoters ? target : now.jointTo(target);
    return leader.append(Entry.Kind.MEMBERSHIP, next.encode());
  }

  /// More is committed than before: a joint phase may end, and so may this leadership.
  void committed(Leader leader) {
    if (memberships.currentIndex() > log.commit()) return;
    if (memberships.current().isJoint()) {
      leader.append(Entry.Kind.MEMBERSHIP, memberships.current().settled().encode());
    } else if (!memberships.current().isVoter(id)) {
      stepDownAsRemoved(leader);
    } else {
      beginDue(leader);
    }
  }

  /// The change that removes this leader is committed: it sends that to the others and steps down
  /// (§6).
  private void stepDownAsRemoved(Leader leader) {
    int successor = leader.peers.successor();
    leader.sendToAll();
    if (successor != Membership.NONE)
      out.messages.add(new Message.TimeoutNow(id, successor, state.term()));
    state.stepDown(RaftEvent.Cause.REMOVED);
  }

  // ---- leadership ----

  /// @param target [Membership#NONE] for the most suitable voter
  void transfer(Leader leader, long ticket, int target) {
    int chosen = target == Membership.NONE ? leader.peers.successor() : target;
    if (!leader.peers.isCounted(chosen) || !memberships.current().isVoter(chosen)) {
      out.drop(ticket, Ready.Reason.INVALID);
    } else if (leader.transferTo() != Membership.NONE) {
      out.drop(ticket, Ready.Reason.BUSY);
    } else {
      out.proposed.add(new Ready.Proposed(ticket, log.last()));
      leader.beginTransfer(chosen);
    }
  }

  /// A tick of a leader.
  void tick(Leader leader) {
    if (context.tick() - leader.peers.quorumHeardTick() > config.electionTicksMax()) {
      state.stepDown(RaftEvent.Cause.LOST_QUORUM);
    } else if (leader.abandonTransfer() && state.disk.isStalled() && log.isAheadOfDisk()) {
      state.stepDown(RaftEvent.Cause.STORAGE_STALLED);
    } else {
      beginDue(leader);
    }
  }

  /// Looks whether the disk answers. A leader whose disk does not transfers leadership, if there is
  /// a member to take it.
  void watchDisk() {
    state.disk.watch(context.tick(), config.electionTicksMax(), out);
    if (!state.disk.isStalled() || !(state.role() instanceof Leader leader) || leader.isAlone())
      return;
    int successor = leader.peers.successor();
    boolean isWanted = log.isAheadOfDisk() && leader.transferTo() == Membership.NONE;
    if (successor == Membership.NONE) state.stepDown(RaftEvent.Cause.STORAGE_STALLED);
    else if (isWanted) leader.beginTransfer(successor);
  }
}
