package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.random.RandomGenerator;

/// One member's side of the Raft protocol: inputs go into [#step], and [#advance] says what is to
/// be done about them. Between the two nothing happens: no I/O, no clock, no thread. The same
/// inputs and the same `random` give the same outputs.
///
/// The disk is asynchronous. [Ready#persist] is handed over and the node goes on; what must not be
/// said before the disk has it is held back here until [Input.Synced] comes (thesis §3.8, §10.2.1):
/// votes and requests for votes until the term and vote are durable, acknowledgements of entries
/// until the entries are. A request for a vote waits because it claims a log: a candidate that
/// crashed, lost the end of that log and stood again in the same term could otherwise win with
/// votes given to the longer one.
///
/// Where this departs from the paper is listed in `docs/DIVERGENCE.md`.
public final class RaftNode {
  private final RaftConfig config;
  private final RaftConfig.Limits limits;
  private final RaftLog log;
  private final MembershipLog memberships;
  private final Invariants invariants;
  private final MessageCheck check;
  private final int id;
  private final ElectionClock elections;
  private final RandomGenerator random;

  private Incarnation incarnation;
  private HardState hard;
  private Role role;
  private long ticks;
  private long clock;
  private final DiskQueue disk = new DiskQueue();
  private final Outbox out = new Outbox();
  private final Snapshots snapshots;

  public RaftNode(RaftConfig config, Recovered recovered, RandomGenerator random) {
    this.config = config;
    this.limits = config.limits();
    this.id = config.id();
    this.incarnation = recovered.incarnation();
    this.hard = recovered.hard();
    this.memberships = new MembershipLog(0, config.bootstrap());
    this.snapshots = new Snapshots(config, recovered, memberships, out);
    this.log = snapshots.log();
    for (long index = log.commit() + 1; index <= log.lastIndex(); index++) {
      Entry entry = log.get(index);
      if (entry.kind() == Entry.Kind.MEMBERSHIP)
        memberships.append(index, Membership.decode(entry.data()));
    }
    this.invariants = new Invariants(hard, log);
    this.check = new MessageCheck(log);
    this.role = new Follower(Membership.NONE, ticks, log.durable());
    this.elections = new ElectionClock(config, random);
    this.random = random;
    // The snapshot's disk may have been faster than the log's: then the term in which it was
    // installed is not in the log. No vote was given in it, or the log would have that.
    SnapshotMeta snapshot = recovered.snapshot();
    if (snapshot != null && snapshot.last().term() > hard.term())
      setHard(new HardState(snapshot.last().term(), Membership.NONE));
  }

  // ---- what can be asked ----

  public int id() {
    return id;
  }

  public long term() {
    return hard.term();
  }

  public HardState hardState() {
    return hard;
  }

  public boolean isLeader() {
    return role instanceof Leader;
  }

  public Incarnation incarnation() {
    return incarnation;
  }

  /// Whether a membership that is committed, applied and durable here records this member with the
  /// data that it has now: its probation is over as soon as that is durable. So is a vote in the
  /// leader's term: whatever was promised and forgotten in it cannot be promised once more.
  public boolean isReadmitted() {
    long index = Math.min(log.applied(), log.durable());
    return incarnation.rejoining()
        && memberships.at(index).incarnation(id) == incarnation.number()
        && hard.vote() != Membership.NONE
        && disk.isHardStateDurable();
  }

  /// `leader`, `follower`, `candidate` or `pre-candidate`.
  public String roleName() {
    return role.name();
  }

  /// The leader of this term as far as this member knows, or [Membership#NONE].
  public int leader() {
    return switch (role) {
      case Leader _ -> id;
      case Follower follower -> follower.leader;
      case Candidate _ -> Membership.NONE;
    };
  }

  /// Whether this member leads and is handing the lead over.
  public boolean isTransferringLeadership() {
    return role instanceof Leader leader && leader.transferTo() != Membership.NONE;
  }

  /// Whether this member leads, keeps the lead, and does not have too much to commit already.
  public boolean takesProposals() {
    return isLeader()
        && !isTransferringLeadership()
        && log.uncommittedBytes() < limits.uncommittedBytesMax();
  }

  /// Whether this member leads and has committed in its term, so that proposals and reads are not
  /// held up.
  public boolean isEstablished() {
    return role instanceof Leader leader && leader.isOwnTermCommitted();
  }

  public Membership membership() {
    return memberships.current();
  }

  /// The id of the cluster, as far as that is applied here; 0 where it has none, or is not known.
  public long clusterId() {
    return memberships.at(log.applied()).clusterId();
  }

  /// Whether this member took part, and is no member any more by all that is applied here.
  public boolean isRemoved() {
    boolean tookPart = incarnation.number() != 0 && !incarnation.rejoining();
    return tookPart && !memberships.at(log.applied()).contains(id) && log.applied() > 0;
  }

  /// The membership in force at `index`, which is applied here and not older than the last
  /// snapshot.
  public Membership membershipAt(long index) {
    return memberships.at(index);
  }

  public long commit() {
    return log.commit();
  }

  public long applied() {
    return log.applied();
  }

  public EntryId last() {
    return log.last();
  }

  public long durable() {
    return log.durable();
  }

  public EntryId compacted() {
    return log.compacted();
  }

  /// The term of the entry at `index`, or -1 where the log does not reach.
  public long termAt(long index) {
    return log.knows(index) ? log.termAt(index) : -1;
  }

  /// The entry at `index`, or null where none is held.
  public Entry entryAt(long index) {
    return index > log.compacted().index() && index <= log.lastIndex() ? log.get(index) : null;
  }

  public LogUse logUse() {
    return log.use();
  }

  /// The newest durable snapshot, or null.
  public SnapshotMeta snapshot() {
    return snapshots.newest();
  }

  /// Snapshots older than this index are read by nobody any more.
  public long snapshotsNeededFrom() {
    SnapshotMeta newest = snapshots.newest();
    long from = newest == null ? 0 : newest.last().index();
    return role instanceof Leader leader ? leader.installedFrom(from) : from;
  }

  /// What a leader knows of a peer's log: the match index; -1 for others, and of strangers.
  public long matchOf(int peer) {
    PeerProgress progress = progressOf(peer);
    return progress == null ? -1 : progress.match();
  }

  /// Null when this member does not lead or does not know the peer.
  public PeerProgress progressOf(int peer) {
    return role instanceof Leader leader ? leader.peers.progressOf(peer, ticks) : null;
  }

  // ---- inputs ----

  public void step(Input input) {
    switch (input) {
      case Input.Tick(int elapsed) -> tick(elapsed);
      case Input.Receive(Message message) -> receive(message);
      case Input.PeerGone(int peer) -> onPeerDisconnected(peer);
      case Input.Propose(long ticket, Bytes command) -> propose(ticket, command);
      case Input.Read(long ticket, int witness) -> read(ticket, witness);
      case Input.Committed(int leader, long term, long index) -> committed(leader, term, index);
      case Input.ChangeMembership(long ticket, Membership target) -> change(ticket, target);
      case Input.Transfer(long ticket, int target) -> transfer(ticket, target);
      case Input.Synced(long batch) -> synced(batch);
      case Input.Readmitted() -> endRejoining();
      case Input.DataRenewed(long number) -> incarnation = new Incarnation(number, true);
      case Input.SnapshotTaken(SnapshotMeta meta) -> snapshotTaken(meta);
      case Input.SnapshotLost(EntryId last) -> snapshotLost(last);
      case Input.ChunkLoaded(Ready.ChunkRead asked, Bytes data) ->
          role.chunkLoaded(asked, data, out);
      case Input.ChunkStored(SnapshotMeta meta, int nextChunk) -> chunkStored(meta, nextChunk);
    }
    invariants.step(hard, log, isLeader());
  }

  /// Everything that is to be done now. What it returns is not returned again.
  public Ready advance() {
    if (role instanceof Leader leader) leader.replicate(snapshots.readable(), ticks, clock, out);
    if (role instanceof Follower follower) acknowledge(follower);
    Persist persist = takePersist();
    List<Entry> committed =
        log.hasUnapplied() ? log.takeCommitted(limits.applyBytesMax()) : List.of();
    if (role instanceof Leader leader) leader.reads.drain(log.applied(), out.reads);
    Ready ready = out.drain(persist, committed);
    invariants.step(hard, log, isLeader());
    return ready;
  }

  /// Whether [#advance] would hand out more at once: committed entries are handed out in portions.
  public boolean hasMore() {
    return log.hasUnapplied();
  }

  private Persist takePersist() {
    boolean writesHard = disk.isHardStateWaiting();
    if (!writesHard && !snapshots.hasUnpersisted() && !log.hasUnpersisted()) return null;
    long batch = disk.give(ticks);
    List<Entry> entries = log.hasUnpersisted() ? log.takeUnpersisted(batch) : List.of();
    return snapshots.takeUnpersisted(batch, writesHard ? hard : null, entries);
  }

  private void synced(long batch) {
    List<Message> free = disk.synced(batch);
    log.synced(batch);
    for (Message message : free) {
      if (message.to() == id) receive(message);
      else if (message.term() >= hard.term()) out.messages.add(message);
    }
    if (role instanceof Leader leader) advanceCommit(leader);
  }

  // ---- time and elections (§5.2, §9.3, thesis §9.6) ----

  private void tick(int elapsed) {
    Invariants.check(elapsed >= 1, "time goes forward");
    ticks++;
    clock += elapsed;
    checkStorage();
    if (role instanceof Leader leader) {
      tickLeader(leader);
    } else if (elections.isOver(ticks)) {
      if (canCampaign()) campaign(true, false);
      else elections.reset(ticks);
    } else if (role instanceof Candidate candidate && candidate.isToAskAgain(config, ticks)) {
      requestVotes(candidate);
    }
  }

  /// If it was the leader, there is no need to sit the timeout out. A leader that lives after all
  /// loses nothing, for others still hear it and grant no pre-vote. Leases stand on the full wait.
  private void onPeerDisconnected(int peer) {
    if (config.leaseTicks() > 0 || !(role instanceof Follower follower) || follower.leader != peer)
      return;
    follower.heardTick = ticks - config.electionTicksMin();
    elections.shortenTimeout(ticks);
  }

  private void endRejoining() {
    incarnation = new Incarnation(incarnation.number(), false);
    if (leader() == Membership.NONE && config.leaseTicks() == 0) elections.shortenTimeout(ticks);
    else elections.reset(ticks);
    out.events.add(new RaftEvent.Readmitted());
  }

  /// The leader knows better what this member acknowledged than its disk does. From now on nothing
  /// counts that this member says; its data becomes another one as soon as that is durable
  /// ([Input.DataRenewed]), and a leader takes that in.
  private void dataLost(Message.DataLost message) {
    boolean isLed = role instanceof Follower follower && follower.leader == message.from();
    if (!isLed || incarnation.rejoining() || incarnation.number() != message.incarnation()) return;
    incarnation = new Incarnation(incarnation.number(), true);
    out.events.add(new RaftEvent.LossFound(message.from()));
  }

  private boolean canCampaign() {
    return isElectable() && config.priority() > 0 && !disk.isStalled();
  }

  /// Whether this member votes in the membership in force or, while that is not known to be
  /// committed, in one before it: it may be the only one that holds the entry that removes it, and
  /// then nobody else can be elected (thesis §4.2.2, Fig. 4.6). Its own vote counts only where it
  /// is a voter. Never in probation.
  private boolean isElectable() {
    return !incarnation.rejoining()
        && hard.term() < HardState.TERM_MAX
        && memberships.isVoterFrom(log.commit(), id);
  }

  private void campaign(boolean preVote, boolean transfer) {
    elections.reset(ticks);
    if (!preVote) setHard(new HardState(hard.term() + 1, id));
    out.events.add(new RaftEvent.ElectionStarted(hard.term(), preVote));
    long term = preVote ? hard.term() + 1 : hard.term();
    var ballot = new Message.RequestVote(id, id, term, log.last(), preVote, transfer);
    Candidate candidate = new Candidate(ballot);
    role = candidate;
    requestVotes(candidate);
    Message own = new Message.RequestVoteReply(id, id, term, true, preVote);
    if (preVote) requestVoteReply((Message.RequestVoteReply) own);
    else deferUntilDurable(own);
  }

  private void requestVotes(Candidate candidate) {
    List<Message> requests = candidate.requests(memberships.current(), ticks);
    if (candidate.preVote()) out.messages.addAll(requests);
    else requests.forEach(this::deferUntilDurable);
  }

  private void requestVote(Message.RequestVote request) {
    boolean mayGrant = request.last().atLeast(log.last()) && !incarnation.rejoining();
    if (request.preVote()) {
      if (role instanceof Leader leader) leader.informRemoved(request, out);
      boolean granted = request.term() > hard.term() && mayGrant && !isSticky();
      long term = granted ? request.term() : hard.term();
      out.messages.add(new Message.RequestVoteReply(id, request.from(), term, granted, true));
      return;
    }
    boolean free = hard.vote() == Membership.NONE || hard.vote() == request.from();
    boolean granted = request.term() == hard.term() && free && mayGrant;
    Message reply = new Message.RequestVoteReply(id, request.from(), hard.term(), granted, false);
    if (!granted) {
      out.messages.add(reply);
      return;
    }
    if (hard.vote() == Membership.NONE) {
      setHard(new HardState(hard.term(), request.from()));
      out.events.add(new RaftEvent.VoteCast(hard.term(), request.from()));
    }
    elections.reset(ticks);
    deferUntilDurable(reply);
  }

  /// Whether a leader is so certainly alive that a request for a vote is not even looked at (§6,
  /// thesis §4.2.3).
  private boolean isSticky() {
    if (elections.isPromised(ticks)) return true;
    return switch (role) {
      case Leader _ -> true;
      case Candidate _ -> false;
      case Follower follower ->
          follower.leader != Membership.NONE
              && ticks - follower.heardTick < config.electionTicksMin();
    };
  }

  private void requestVoteReply(Message.RequestVoteReply reply) {
    if (!(role instanceof Candidate candidate) || candidate.preVote() != reply.preVote()) return;
    long asked = candidate.preVote() ? hard.term() + 1 : hard.term();
    if (reply.granted() && reply.term() != asked) return;
    switch (candidate.count(memberships.current(), reply.from(), reply.granted())) {
      case WON -> {
        if (candidate.preVote()) campaign(false, false);
        else becomeLeader();
      }
      case LOST -> becomeFollower(hard.term(), Membership.NONE);
      case PENDING -> {}
    }
  }

  private void becomeLeader() {
    Leader leader = new Leader(config, log, memberships, hard.term());
    role = leader;
    out.events.add(new RaftEvent.LeaderElected(hard.term()));
    leader.peers.sync(ticks);
    boolean isFirst = log.lastIndex() == 0 && memberships.current().clusterId() == 0;
    if (isFirst && incarnation.number() != 0) nameCluster(leader);
    else append(leader, Entry.Kind.NO_OP, Bytes.EMPTY);
  }

  /// The first entry of a log gives the cluster its id. It changes no quorum, so that it may take
  /// the place of the no-op.
  private void nameCluster(Leader leader) {
    long drawn = random.nextLong();
    Membership named = memberships.current().withClusterId(drawn == 0 ? 1 : drawn);
    append(leader, Entry.Kind.MEMBERSHIP, named.encode());
  }

  private void becomeFollower(long term, int leader) {
    if (role instanceof Leader old) {
      for (long ticket : old.reads.clear()) drop(ticket, Ready.Reason.NOT_LEADER);
      elections.reset(ticks);
      if (term > hard.term()) steppedDown(RaftEvent.Cause.HIGHER_TERM);
    }
    if (term > hard.term()) setHard(new HardState(term, Membership.NONE));
    role = new Follower(leader, ticks, log.durable());
    out.events.add(new RaftEvent.FollowerOf(hard.term(), leader));
  }

  private void stepDown(RaftEvent.Cause cause) {
    steppedDown(cause);
    becomeFollower(hard.term(), Membership.NONE);
  }

  private void steppedDown(RaftEvent.Cause cause) {
    out.events.add(new RaftEvent.SteppedDown(hard.term(), cause));
  }

  private void setHard(HardState next) {
    hard = next;
    disk.hardStateChanged();
  }

  /// Sends the message once the present term and vote are durable.
  private void deferUntilDurable(Message message) {
    if (!disk.isHardStateDurable()) disk.deferUntilDurable(message);
    else if (message.to() == id) receive(message);
    else out.messages.add(message);
  }

  // ---- messages ----

  private void receive(Message message) {
    Invariants.check(message.to() == id, "messages reach the member they are for");
    String broken = check.violation(message, hard.term(), role);
    if (broken != null) {
      out.events.add(new RaftEvent.MessageRefused(message.from(), broken));
      return;
    }
    if (message.term() > hard.term() && !meetTerm(message)) return;
    if (message.term() < hard.term()) {
      refuseOldTerm(message);
      return;
    }
    switch (message) {
      case Message.RequestVote request -> requestVote(request);
      case Message.RequestVoteReply reply -> requestVoteReply(reply);
      case Message.AppendEntries append -> appendEntries(append);
      case Message.AppendEntriesReply reply ->
          answered(reply.from(), role.recordReply(reply, ticks, out));
      case Message.InstallSnapshot install -> installSnapshot(install);
      case Message.InstallSnapshotReply reply ->
          answered(reply.from(), role.recordReply(reply, ticks, out));
      case Message.DataLost lost -> dataLost(lost);
      case Message.TimeoutNow _ -> {
        if (!isLeader() && isElectable()) campaign(false, true);
      }
    }
  }

  /// A message of a later term ends this one (§5.1), except what only asks or tells of a pre-vote,
  /// and requests for votes while the leader is alive. Returns whether the message is still to be
  /// handled.
  private boolean meetTerm(Message message) {
    switch (message) {
      case Message.RequestVote request -> {
        if (request.preVote()) {
          requestVote(request);
          return false;
        }
        if (isSticky() && !request.transfer()) return false;
        becomeFollower(message.term(), Membership.NONE);
      }
      case Message.RequestVoteReply reply -> {
        if (reply.preVote() && reply.granted()) {
          requestVoteReply(reply);
          return false;
        }
        becomeFollower(message.term(), Membership.NONE);
      }
      case Message.AppendEntries _, Message.InstallSnapshot _ ->
          becomeFollower(message.term(), message.from());
      case Message.AppendEntriesReply _,
          Message.InstallSnapshotReply _,
          Message.TimeoutNow _,
          Message.DataLost _ ->
          becomeFollower(message.term(), Membership.NONE);
    }
    return true;
  }

  /// Tells a sender that its term is over (§5.1). A leader has to know, or a member that has seen a
  /// later term could never be brought back: it would ignore the leader and, under pre-vote, never
  /// depose it.
  private void refuseOldTerm(Message message) {
    switch (message) {
      // Places and rounds of the old term say nothing in this one: its leader may be the same.
      case Message.AppendEntries _, Message.InstallSnapshot _ ->
          out.messages.add(
              new Message.AppendEntriesReply(
                  id, message.from(), hard.term(), false, 0, EntryId.ZERO, 0, incarnation));
      case Message.RequestVote request -> requestVote(request);
      case Message.RequestVoteReply _,
          Message.AppendEntriesReply _,
          Message.InstallSnapshotReply _,
          Message.DataLost _,
          Message.TimeoutNow _ -> {}
    }
  }

  // ---- followers (§5.3) ----

  private Follower follow(int leader) {
    Invariants.check(!isLeader(), "Election Safety: at most one leader in a term (Fig. 3)");
    if (role instanceof Candidate) becomeFollower(hard.term(), leader);
    Follower follower = (Follower) role;
    if (follower.leader == Membership.NONE) {
      follower.leader = leader;
      out.events.add(new RaftEvent.FollowerOf(hard.term(), leader));
    }
    Invariants.check(
        follower.leader == leader, "Election Safety: at most one leader in a term (Fig. 3)");
    follower.heardTick = ticks;
    elections.leaderHeard(ticks);
    // It may have voted in this term and forgotten it. Whatever it gave, it gives nothing else.
    if (incarnation.rejoining() && hard.vote() == Membership.NONE)
      setHard(new HardState(hard.term(), leader));
    return follower;
  }

  private void appendEntries(Message.AppendEntries append) {
    Follower follower = follow(append.from());
    follower.round = Math.max(follower.round, append.round());
    EntryId prev = append.prev();
    List<Entry> entries = append.entries();
    if (prev.index() < log.compacted().index()) {
      // What is released here was committed, so the leader's log holds the same.
      entries = entries.stream().filter(entry -> entry.index() > log.compacted().index()).toList();
      prev = log.compacted();
    }
    if (!log.matches(prev)) {
      out.messages.add(refusal(append.from(), append));
      return;
    }
    long missing = log.firstMissing(entries);
    for (Entry entry : entries) {
      if (entry.index() < missing) continue;
      if (entry.index() <= log.lastIndex()) truncate(entry.index() - 1);
      log.append(entry);
      if (entry.kind() == Entry.Kind.MEMBERSHIP) enforce(entry);
    }
    long same = prev.index() + entries.size();
    follower.matched = Math.max(follower.matched, same);
    log.commitTo(Math.min(append.commit(), Math.max(same, log.commit())));
    if (!follower.ackOwed) follower.owedTick = ticks;
    follower.ackOwed = true;
  }

  /// Says no more than a heartbeat could, and comes when somebody waits for it.
  private void committed(int leader, long term, long index) {
    if (term != hard.term() || !(role instanceof Follower follower) || follower.leader != leader)
      return;
    log.commitTo(Math.max(log.commit(), Math.min(index, follower.matched)));
  }

  private void truncate(long last) {
    log.truncateAfter(last);
    out.events.add(new RaftEvent.LogTruncated(log.last()));
    if (memberships.truncateAfter(last))
      out.events.add(
          new RaftEvent.ConfigurationChanged(memberships.currentIndex(), memberships.current()));
  }

  private Message refusal(int leader, Message.AppendEntries append) {
    long index = append.prev().index();
    EntryId conflict = log.conflictAt(index);
    return new Message.AppendEntriesReply(
        id, leader, hard.term(), false, index, conflict, append.round(), incarnation);
  }

  /// Tells the leader how far the disk is. No match is told before the term is durable: a member
  /// that forgot the term could let an earlier leader cut what it acknowledged.
  private void acknowledge(Follower follower) {
    if (!disk.isHardStateDurable()) return;
    long match = Math.min(follower.matched, log.durable());
    if (!follower.takeAcknowledgement(match, ticks, config)) return;
    out.messages.add(
        new Message.AppendEntriesReply(
            id,
            follower.leader,
            hard.term(),
            true,
            match,
            EntryId.ZERO,
            follower.round,
            incarnation));
  }

  // ---- leaders: replication and commitment (§5.3, §5.4) ----

  private void propose(long ticket, Bytes command) {
    if (!(role instanceof Leader leader)) {
      drop(ticket, Ready.Reason.NOT_LEADER);
    } else if (!takesProposals()) {
      drop(ticket, Ready.Reason.BUSY);
    } else {
      EntryId entry = append(leader, Entry.Kind.COMMAND, command);
      out.proposed.add(new Ready.Proposed(ticket, entry));
    }
  }

  private void drop(long ticket, Ready.Reason reason) {
    out.dropped.add(new Ready.Dropped(ticket, reason));
  }

  private EntryId append(Leader leader, Entry.Kind kind, Bytes data) {
    leader.startWaiting(ticks);
    Entry entry = new Entry(log.lastIndex() + 1, hard.term(), kind, data);
    log.append(entry);
    if (kind == Entry.Kind.MEMBERSHIP) enforce(entry);
    return entry.id();
  }

  /// @param news whether the peer holds more than was known
  private void answered(int peer, boolean news) {
    if (!news || !(role instanceof Leader leader)) return;
    advanceCommit(leader);
    if (role != leader) return;
    if (leader.transferTo() == peer) leader.sendTimeoutNow(out);
    changeByItself(leader);
    SnapshotMeta newest = snapshots.newest();
    if (newest != null && leader.peers.get(peer).markCaughtUp(newest.last().index())) compact();
  }

  private void advanceCommit(Leader leader) {
    long reached = leader.peers.quorumMatch();
    // Count replicas only for entries of our own term: an older entry on a majority can still be
    // cut by a leader that never saw it (Fig. 8). Once one of ours commits, so do those before it.
    if (reached <= log.commit() || log.termAt(reached) != hard.term()) return;
    log.commitTo(reached);
    leader.progressed(ticks);
    if (memberships.currentIndex() > log.commit()) return;
    if (memberships.current().isJoint()) {
      append(leader, Entry.Kind.MEMBERSHIP, memberships.current().settled().encode());
    } else if (!memberships.current().isVoter(id)) {
      stepDownAsRemoved(leader);
    } else {
      changeByItself(leader);
    }
  }

  private void tickLeader(Leader leader) {
    if (ticks - leader.peers.quorumHeardTick(ticks) > config.electionTicksMax()) {
      stepDown(RaftEvent.Cause.LOST_QUORUM);
    } else if (leader.abandonTransfer(ticks, out) && disk.isStalled() && log.isAheadOfDisk()) {
      stepDown(RaftEvent.Cause.STORAGE_STALLED);
    } else {
      changeByItself(leader);
    }
  }

  // ---- linearizable reads (§8, thesis §6.4) ----

  private void read(long ticket, int witness) {
    if (!(role instanceof Leader leader)) {
      drop(ticket, Ready.Reason.NOT_LEADER);
    } else if (leader.reads.isFull()) {
      drop(ticket, Ready.Reason.BUSY);
    } else if (leader.isOwnTermCommitted() && leader.isProven(witness, clock)) {
      leader.reads.addConfirmed(ticket, log.commit());
    } else {
      leader.reads.add(ticket);
    }
  }

  // ---- membership (§6, thesis §4) ----

  /// Puts the membership of an entry that was just appended into force.
  private void enforce(Entry entry) {
    memberships.append(entry.index(), Membership.decode(entry.data()));
    out.events.add(new RaftEvent.ConfigurationChanged(entry.index(), memberships.current()));
    if (role instanceof Leader leader) leader.peers.sync(ticks);
  }

  private void change(long ticket, Membership asked) {
    Membership now = memberships.current();
    Membership target = now.completed(asked);
    if (!(role instanceof Leader leader)) {
      drop(ticket, Ready.Reason.NOT_LEADER);
    } else if (target.equals(now) || !now.mayChangeTo(target)) {
      drop(ticket, Ready.Reason.INVALID);
    } else if (!leader.mayChange()) {
      drop(ticket, Ready.Reason.MEMBERSHIP_BUSY);
    } else if (incarnation.number() != 0 && !leader.peers.isQuorumOf(target, ticks)) {
      // New members are in probation, and their new group could neither decide nor elect anybody.
      drop(ticket, Ready.Reason.UNREADY);
    } else {
      out.proposed.add(new Ready.Proposed(ticket, beginChange(leader, target)));
    }
  }

  /// Begins the change that is due without being asked for, if there is one.
  private void changeByItself(Leader leader) {
    Membership target = leader.changeDue(ticks, out);
    if (target != null) beginChange(leader, target);
  }

  private EntryId beginChange(Leader leader, Membership target) {
    boolean sameVoters = target.voters().equals(memberships.current().voters());
    Membership now = memberships.current();
    Membership next = sameVoters ? target : now.jointTo(target);
    return append(leader, Entry.Kind.MEMBERSHIP, next.encode());
  }

  /// The change that removes this leader is committed: it tells the others and goes (§6).
  private void stepDownAsRemoved(Leader leader) {
    int successor = leader.peers.successor(ticks);
    leader.sendToAll(ticks, clock, out);
    if (successor != Membership.NONE)
      out.messages.add(new Message.TimeoutNow(id, successor, hard.term()));
    stepDown(RaftEvent.Cause.REMOVED);
  }

  // ---- leadership transfer (thesis §3.10) ----

  private void transfer(long ticket, int target) {
    if (!(role instanceof Leader leader)) {
      drop(ticket, Ready.Reason.NOT_LEADER);
      return;
    }
    int chosen = target == Membership.NONE ? leader.peers.successor(ticks) : target;
    if (!leader.peers.isCounted(chosen) || !memberships.current().isVoter(chosen))
      drop(ticket, Ready.Reason.INVALID);
    else if (leader.transferTo() != Membership.NONE) drop(ticket, Ready.Reason.BUSY);
    else {
      out.proposed.add(new Ready.Proposed(ticket, log.last()));
      leader.beginTransfer(chosen, ticks, out);
    }
  }

  // ---- a disk that does not answer ----

  private void checkStorage() {
    disk.watch(ticks, config.electionTicksMax(), out);
    if (!disk.isStalled() || !(role instanceof Leader leader) || leader.isAlone()) return;
    int successor = leader.peers.successor(ticks);
    boolean isWanted = log.isAheadOfDisk() && leader.transferTo() == Membership.NONE;
    if (successor == Membership.NONE) stepDown(RaftEvent.Cause.STORAGE_STALLED);
    else if (isWanted) leader.beginTransfer(successor, ticks, out);
  }

  // ---- snapshots (§7, Fig. 13) ----

  private void snapshotTaken(SnapshotMeta meta) {
    if (snapshots.taken(meta)) compact();
  }

  private void snapshotLost(EntryId last) {
    snapshots.lost(last);
    if (role instanceof Leader leader) leader.snapshotLost(last, out);
  }

  private void compact() {
    snapshots.compact(role instanceof Leader leader ? leader : null, ticks);
  }

  private void installSnapshot(Message.InstallSnapshot install) {
    follow(install.from());
    SnapshotMeta meta = install.meta();
    long last = meta.last().index();
    if (last > log.commit())
      out.chunkWrites.add(new Ready.ChunkWrite(meta, install.chunk(), install.data()));
    else if (last <= log.durable()) replyInstall(meta, meta.chunks());
    // Otherwise the disk is still at it. The leader asks again, and must not hear before that all
    // of it is held here: after a crash it would be waited for what is gone.
  }

  private void chunkStored(SnapshotMeta meta, int nextChunk) {
    if (nextChunk == meta.chunks() && meta.last().index() > log.commit())
      snapshots.adopt(meta, role);
    replyInstall(meta, nextChunk);
  }

  private void replyInstall(SnapshotMeta meta, int nextChunk) {
    if (!(role instanceof Follower follower) || follower.leader == Membership.NONE) return;
    deferUntilDurable(
        new Message.InstallSnapshotReply(
            id, follower.leader, hard.term(), meta.last(), nextChunk, incarnation));
  }
}
