package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.random.RandomGenerator;

/// How a member votes, campaigns and comes to lead (§5.2, §5.4.1, §9.3; thesis §4.2.3, §9.6).
final class Elections {
  private final Context context;
  private final RaftConfig config;
  private final RaftLog log;
  private final MembershipLog memberships;
  private final Outbox out;
  private final RaftState state;

  /// Where the cluster's id is drawn from.
  private final RandomGenerator random;

  /// The id of this member.
  private final int id;

  Elections(Context context, RaftState state, RandomGenerator random) {
    this.context = context;
    this.config = context.config;
    this.log = context.log;
    this.memberships = context.memberships;
    this.out = context.out;
    this.state = state;
    this.random = random;
    this.id = config.id();
  }

  // ---- campaigns ----

  /// A tick of a member that does not lead.
  void tick() {
    long tick = context.tick();
    if (state.timer.isOver(tick)) {
      if (canCampaign()) campaign(CampaignType.PRE_VOTE);
      else state.timer.reset(tick);
    } else if (state.role() instanceof Candidate candidate && candidate.isRetryDue(config, tick)) {
      requestVotes(candidate);
    }
  }

  /// If it was the leader, there is no need to sit the timeout out. A leader that still runs loses
  /// nothing: others still receive its messages and grant no pre-vote. Leases rest on the full
  /// wait.
  void peerDisconnected(int peer) {
    if (config.leaseTicks() > 0
        || !(state.role() instanceof Follower follower)
        || follower.leader != peer) return;
    follower.contactTick = context.tick() - config.electionTicksMin();
    state.timer.shortenTimeout(context.tick());
  }

  /// Campaigns without waiting and without a pre-vote.
  void campaignAtOnce() {
    if (!state.isLeader() && isElectable()) campaign(CampaignType.TRANSFER);
  }

  private boolean canCampaign() {
    return isElectable() && config.priority() > 0 && !state.disk.isStalled();
  }

  /// Whether this member votes in the active configuration or, while that is not known to be
  /// committed, in one before it: it may be the only one that holds the entry that removes it, and
  /// then no other can be elected (thesis §4.2.2, Fig. 4.6). Its own vote counts only where it is a
  /// voter. Never while it is rejoining.
  private boolean isElectable() {
    return !state.incarnation().rejoining()
        && state.term() < HardState.TERM_MAX
        && memberships.isVoterFrom(log.commit(), id);
  }

  private void campaign(CampaignType type) {
    boolean preVote = type == CampaignType.PRE_VOTE;
    state.timer.reset(context.tick());
    if (!preVote) state.setHard(new HardState(state.term() + 1, id));
    out.events.add(new RaftEvent.ElectionStarted(state.term(), preVote));
    long term = preVote ? state.term() + 1 : state.term();
    boolean transfer = type == CampaignType.TRANSFER;
    var ballot = new Message.RequestVote(id, id, term, log.last(), preVote, transfer);
    Candidate candidate = new Candidate(ballot);
    state.become(candidate);
    requestVotes(candidate);
    var own = new Message.RequestVoteReply(id, id, term, true, preVote);
    if (preVote) countVote(own);
    else state.disk.deferUntilDurable(own);
  }

  private void requestVotes(Candidate candidate) {
    List<Message> requests = candidate.requests(memberships.current(), context.tick());
    if (candidate.preVote()) out.messages.addAll(requests);
    else requests.forEach(state::sendWhenDurable);
  }

  /// Counts a vote for this member, or one against it.
  void countVote(Message.RequestVoteReply reply) {
    if (!(state.role() instanceof Candidate candidate) || candidate.preVote() != reply.preVote())
      return;
    long requestedTerm = candidate.preVote() ? state.term() + 1 : state.term();
    if (reply.granted() && reply.term() != requestedTerm) return;
    switch (candidate.count(memberships.current(), reply.from(), reply.granted())) {
      case WON -> {
        if (candidate.preVote()) campaign(CampaignType.ELECTION);
        else becomeLeader();
      }
      case LOST -> state.becomeFollower(state.term(), Membership.NONE);
      case PENDING -> {}
    }
  }

  private void becomeLeader() {
    Leader leader = new Leader(context, state.term());
    state.become(leader);
    boolean isFirst = log.lastIndex() == 0 && memberships.current().clusterId() == 0;
    if (isFirst && state.incarnation().number() != 0) nameCluster(leader);
    else leader.append(Entry.Kind.NO_OP, Bytes.EMPTY);
  }

  /// The first entry of a log gives the cluster its id. It changes no quorum, so that it may take
  /// the place of the no-op.
  private void nameCluster(Leader leader) {
    long drawn = random.nextLong();
    Membership named = memberships.current().withClusterId(drawn == 0 ? 1 : drawn);
    leader.append(Entry.Kind.MEMBERSHIP, named.encode());
  }

  // ---- votes ----

  /// Answers a request for a vote or a pre-vote.
  void requestVote(Message.RequestVote request) {
    boolean mayGrant = request.last().atLeast(log.last()) && !state.incarnation().rejoining();
    if (request.preVote()) {
      if (state.role() instanceof Leader leader) leader.informRemoved(request);
      boolean granted = request.term() > state.term() && mayGrant && !isSticky();
      long term = granted ? request.term() : state.term();
      out.messages.add(new Message.RequestVoteReply(id, request.from(), term, granted, true));
      return;
    }
    HardState hard = state.hard();
    boolean free = hard.vote() == Membership.NONE || hard.vote() == request.from();
    boolean granted = request.term() == hard.term() && free && mayGrant;
    Message reply = new Message.RequestVoteReply(id, request.from(), hard.term(), granted, false);
    if (!granted) {
      out.messages.add(reply);
      return;
    }
    if (hard.vote() == Membership.NONE) {
      state.setHard(new HardState(hard.term(), request.from()));
      out.events.add(new RaftEvent.VoteCast(hard.term(), request.from()));
    }
    state.timer.reset(context.tick());
    state.sendWhenDurable(reply);
  }

  /// Whether a leader is so certainly alive that a request for a vote is not even looked at (§6,
  /// thesis §4.2.3).
  boolean isSticky() {
    if (state.timer.isPromised(context.tick())) return true;
    return switch (state.role()) {
      case Leader _ -> true;
      case Candidate _ -> false;
      case Follower follower ->
          follower.leader != Membership.NONE
              && context.tick() - follower.contactTick < config.electionTicksMin();
    };
  }
}
