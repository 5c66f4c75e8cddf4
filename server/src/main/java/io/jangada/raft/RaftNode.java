package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.random.RandomGenerator;

/// One member's side of the Raft protocol: inputs go into [#step], and [#advance] says what is to
/// be done about them. Between the two nothing happens: no I/O, no clock, no thread. The same
/// inputs and the same `random` give the same outputs.
///
/// The disk is asynchronous. [Ready#persist] is given to it and the node goes on; what must not be
/// said before the disk has it is held back here until [Input.Synced] comes (thesis §3.8, §10.2.1):
/// votes and requests for votes until the term and vote are durable, acknowledgements of entries
/// until the entries are. A request for a vote waits because it claims a log: a candidate that
/// crashed, lost the end of that log and stood again in the same term could otherwise win with
/// votes given to the longer one.
///
/// Where this departs from the paper is listed in `docs/DIVERGENCE.md`.
public final class RaftNode {
  /// The configuration, the time now, and what follows.
  private final Context context;

  /// The entries behind the last snapshot, durable or not yet.
  private final RaftLog log;

  /// The memberships in that log.
  private final MembershipLog memberships;

  /// What gathers for the next [Ready].
  private final Outbox out;

  /// Term, vote and role, and the batches under way to the disk.
  private final RaftState state;

  /// Votes and campaigns.
  private final Elections elections;

  /// Changes of membership and of the leader.
  private final Reconfiguration changes;

  /// The newest snapshot, and the one being installed.
  private final Snapshots snapshots;

  /// What followers take and leaders commit.
  private final Replication replication;

  /// What must hold after each step and between two.
  private final Invariants invariants;

  /// What a message of another member must not say.
  private final MessageCheck check;

  /// What tests and the simulator look at.
  private final Inspection inspection;

  /// The id of this member.
  private final int id;

  public RaftNode(RaftConfig config, Recovered recovered, RandomGenerator random) {
    this.id = config.id();
    this.context = new Context(config, recovered);
    this.log = context.log;
    this.memberships = context.memberships;
    this.out = context.out;
    this.state = new RaftState(context, recovered, new ElectionClock(config, random));
    this.elections = new Elections(context, state, random);
    this.changes = new Reconfiguration(context, state);
    this.snapshots = new Snapshots(context, state, recovered);
    this.replication = new Replication(context, state, changes, snapshots);
    this.invariants = new Invariants(state.hard(), log);
    this.check = new MessageCheck(log);
    this.inspection = new Inspection(log, state);
  }

  // ---- what can be asked ----

  public int id() {
    return id;
  }

  public long term() {
    return state.term();
  }

  public HardState hardState() {
    return state.hard();
  }

  public boolean isLeader() {
    return state.isLeader();
  }

  public Incarnation incarnation() {
    return state.incarnation();
  }

  /// Whether a membership that is committed, applied and durable here records this member with the
  /// data that it has now: it ceases to be rejoining as soon as that is durable. So is a vote in
  /// the leader's term: whatever was promised and forgotten in it cannot be promised once more.
  public boolean isReadmitted() {
    long index = Math.min(log.applied(), log.durable());
    return incarnation().rejoining()
        && memberships.at(index).incarnation(id) == incarnation().number()
        && state.hard().vote() != Membership.NONE
        && state.disk.isHardStateDurable();
  }

  /// `leader`, `follower`, `candidate` or `pre-candidate`.
  public String roleName() {
    return state.role().name();
  }

  /// The leader of this term as far as this member knows, or [Membership#NONE].
  public int leader() {
    return state.leader();
  }

  /// Whether this member leads and is transferring leadership.
  public boolean isTransferringLeadership() {
    return state.role() instanceof Leader leader && leader.transferTo() != Membership.NONE;
  }

  /// Whether this member leads, keeps leadership, and does not have too much to commit already.
  public boolean takesProposals() {
    return state.role() instanceof Leader leader && leader.takesProposals();
  }

  /// Whether this member leads and has committed in its term, so that proposals and reads are not
  /// held up.
  public boolean isEstablished() {
    return state.role() instanceof Leader leader && leader.isOwnTermCommitted();
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
    boolean tookPart = incarnation().number() != 0 && !incarnation().rejoining();
    return tookPart && !memberships.at(log.applied()).contains(id) && log.applied() > 0;
  }

  /// The active membership at `index`, which is applied here and not older than the last snapshot.
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

  /// The term of the entry at `index`, or -1 where the log does not reach.
  public long termAt(long index) {
    return log.knows(index) ? log.termAt(index) : -1;
  }

  public LogUse logUse() {
    return log.use();
  }

  /// The newest durable snapshot, or null.
  public SnapshotMeta snapshot() {
    return snapshots.newest();
  }

  /// Snapshots older than this index are not read any more.
  public long snapshotsNeededFrom() {
    return snapshots.neededFrom();
  }

  /// Null when this member does not lead or does not know the peer.
  public PeerProgress progressOf(int peer) {
    return state.role() instanceof Leader leader ? leader.peers.progressOf(peer) : null;
  }

  /// What only tests and the simulator ask.
  public Inspection inspect() {
    return inspection;
  }

  // ---- inputs ----

  public void step(Input input) {
    switch (input) {
      case Input.Tick(int elapsed) -> tick(elapsed);
      case Input.Receive(Message message) -> receive(message);
      case Input.Campaign() -> {
        if (state.term() == 0) elections.campaignAtOnce();
      }
      case Input.PeerGone(int peer) -> elections.peerDisconnected(peer);
      case Input.Committed told -> replication.committed(told);
      case Input.Propose(long ticket, Bytes command) -> {
        if (state.role() instanceof Leader leader) leader.propose(ticket, command);
        else out.drop(ticket, Ready.Reason.NOT_LEADER);
      }
      case Input.Read(long ticket, int witness) -> {
        if (state.role() instanceof Leader leader) leader.read(ticket, witness);
        else out.drop(ticket, Ready.Reason.NOT_LEADER);
      }
      case Input.ChangeMembership(long ticket, Membership target) -> {
        if (state.role() instanceof Leader leader) changes.change(leader, ticket, target);
        else out.drop(ticket, Ready.Reason.NOT_LEADER);
      }
      case Input.Transfer(long ticket, int target) -> {
        if (state.role() instanceof Leader leader) changes.transfer(leader, ticket, target);
        else out.drop(ticket, Ready.Reason.NOT_LEADER);
      }
      case Input.Synced(long batch) -> synced(batch);
      case Input.Readmitted() -> endRejoining();
      case Input.DataRenewed(long number) -> state.setIncarnation(new Incarnation(number, true));
      case Input.SnapshotTaken(SnapshotMeta meta) -> snapshots.taken(meta);
      case Input.SnapshotLost(EntryId last) -> snapshots.lost(last);
      case Input.ChunkLoaded(Ready.ChunkRead asked, Bytes data) ->
          state.role().chunkLoaded(asked, data);
      case Input.ChunkStored(SnapshotMeta meta, int nextChunk) ->
          snapshots.chunkStored(meta, nextChunk);
    }
    invariants.step(state.hard(), log, isLeader());
  }

  private void tick(int elapsed) {
    context.advanceTime(elapsed);
    changes.watchDisk();
    if (state.role() instanceof Leader leader) changes.tick(leader);
    else elections.tick();
  }

  private void synced(long batch) {
    List<Message> free = state.disk.synced(batch);
    log.synced(batch);
    for (Message message : free) {
      if (message.to() == id) receive(message);
      else if (message.term() >= state.term()) out.messages.add(message);
    }
    if (state.role() instanceof Leader leader) replication.advanceCommit(leader);
  }

  private void endRejoining() {
    state.setIncarnation(new Incarnation(incarnation().number(), false));
    if (leader() == Membership.NONE && context.config.leaseTicks() == 0)
      state.timer.shortenTimeout(context.tick());
    else state.timer.reset(context.tick());
    out.events.add(new RaftEvent.Readmitted());
  }

  // ---- effects ----

  /// Everything that is to be done now. What it returns is not returned again.
  public Ready advance() {
    decide();
    Ready ready = take();
    invariants.step(state.hard(), log, isLeader());
    return ready;
  }

  /// Says what became due with the inputs since the last time, once for all of them.
  private void decide() {
    switch (state.role()) {
      case Leader leader -> leader.replicate(snapshots.readable());
      case Follower follower -> replication.acknowledge(follower);
      case Candidate _ -> {}
    }
  }

  /// Takes all that gathered: for the disk, for the state machine, for clients and peers.
  private Ready take() {
    Persist persist = takePersist();
    List<Entry> committed =
        log.hasUnapplied() ? log.takeCommitted(context.config.limits().applyBytesMax()) : List.of();
    if (state.role() instanceof Leader leader) leader.reads.drain(log.applied(), out.reads);
    return out.drain(persist, committed);
  }

  private Persist takePersist() {
    boolean writesHard = state.disk.isHardStateWaiting();
    if (!writesHard && !snapshots.hasUnpersisted() && !log.hasUnpersisted()) return null;
    long batch = state.disk.give(context.tick());
    List<Entry> entries = log.hasUnpersisted() ? log.takeUnpersisted(batch) : List.of();
    return snapshots.takeUnpersisted(batch, writesHard ? state.hard() : null, entries);
  }

  /// Whether [#advance] would hand out more at once: committed entries are handed out in portions.
  public boolean hasMore() {
    return log.hasUnapplied();
  }

  // ---- messages ----

  private void receive(Message message) {
    Invariants.check(message.to() == id, "messages reach the member they are for");
    String broken = check.violation(message, state.term(), state.role());
    if (broken != null) {
      out.events.add(new RaftEvent.MessageRefused(message.from(), broken));
      return;
    }
    if (message.term() > state.term() && !meetTerm(message)) return;
    if (message.term() < state.term()) {
      refuseOldTerm(message);
      return;
    }
    switch (message) {
      case Message.RequestVote request -> elections.requestVote(request);
      case Message.RequestVoteReply reply -> elections.countVote(reply);
      case Message.AppendEntries append -> replication.appendEntries(append);
      case Message.AppendEntriesReply reply -> {
        if (state.role().recordReply(reply) && state.role() instanceof Leader leader)
          replication.acknowledged(leader, reply.from());
      }
      case Message.InstallSnapshot install -> snapshots.install(install);
      case Message.InstallSnapshotReply reply -> {
        if (state.role().recordReply(reply) && state.role() instanceof Leader leader)
          replication.acknowledged(leader, reply.from());
      }
      case Message.DataLost lost -> dataLost(lost);
      case Message.TimeoutNow _ -> elections.campaignAtOnce();
    }
  }

  /// A message of a later term ends this one (§5.1), except messages of a pre-vote, and requests
  /// for votes while the leader is alive. Returns whether the message is still to be handled.
  private boolean meetTerm(Message message) {
    switch (message) {
      case Message.RequestVote request -> {
        if (request.preVote()) {
          elections.requestVote(request);
          return false;
        }
        if (elections.isSticky() && !request.transfer()) return false;
        state.becomeFollower(message.term(), Membership.NONE);
      }
      case Message.RequestVoteReply reply -> {
        if (reply.preVote() && reply.granted()) {
          elections.countVote(reply);
          return false;
        }
        state.becomeFollower(message.term(), Membership.NONE);
      }
      case Message.AppendEntries _, Message.InstallSnapshot _ ->
          state.becomeFollower(message.term(), message.from());
      case Message.AppendEntriesReply _,
          Message.InstallSnapshotReply _,
          Message.TimeoutNow _,
          Message.DataLost _ ->
          state.becomeFollower(message.term(), Membership.NONE);
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
                  id, message.from(), state.term(), false, 0, EntryId.ZERO, 0, incarnation()));
      case Message.RequestVote request -> elections.requestVote(request);
      case Message.RequestVoteReply _,
          Message.AppendEntriesReply _,
          Message.InstallSnapshotReply _,
          Message.DataLost _,
          Message.TimeoutNow _ -> {}
    }
  }

  /// The leader knows better what this member acknowledged than its disk does. From now on no
  /// answer of this member counts; its data becomes another incarnation as soon as that is durable
  /// ([Input.DataRenewed]), and a leader readmits that.
  private void dataLost(Message.DataLost message) {
    boolean isLed = state.role() instanceof Follower follower && follower.leader == message.from();
    if (!isLed || incarnation().rejoining() || incarnation().number() != message.incarnation())
      return;
    state.setIncarnation(new Incarnation(message.incarnation(), true));
    out.events.add(new RaftEvent.LossFound(message.from()));
  }
}
