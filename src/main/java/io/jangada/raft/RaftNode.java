package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// One member's side of the Raft protocol: inputs go into [#step], and [#ready] says what is to be
/// done about them. Between the two nothing happens: no I/O, no clock, no thread. The same inputs
/// and the same `random` give the same outputs.
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
  private record Held(long batch, Message message) {}

  private record Handed(long batch, long tick) {}

  private final RaftConfig config;
  private final RaftConfig.Limits limits;
  private final RandomGenerator random;
  private final RaftLog log;
  private final MembershipLog memberships;
  private final Invariants invariants;
  private final int id;

  private HardState hard;
  private Role role;
  private SnapshotMeta snapshot;

  private long ticks;
  private long clock;
  private long electionTick;
  private int electionTimeout;

  private long nextBatch = 1;
  private long syncedBatch;
  private long hardBatch;
  private EntryId resetTo;
  private long releasedTo;
  private long releasedToTold;
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private final ArrayDeque<Handed> handed = new ArrayDeque<>();
  private boolean stalled;

  private List<Message> messages = new ArrayList<>();
  private List<Long> reads = new ArrayList<>();
  private List<Ready.Proposed> proposed = new ArrayList<>();
  private List<Ready.Dropped> dropped = new ArrayList<>();
  private List<Ready.ChunkRead> chunkReads = new ArrayList<>();
  private List<Ready.ChunkWrite> chunkWrites = new ArrayList<>();
  private List<RaftEvent> events = new ArrayList<>();
  private SnapshotMeta restore;

  /// What the disk held when the member started.
  ///
  /// @param base the place before the first of `entries`
  /// @param snapshot the newest durable snapshot, from which the state machine was restored; or
  ///   null
  public record Recovered(
      HardState hard, EntryId base, List<Entry> entries, SnapshotMeta snapshot) {
    /// A member that starts for the first time.
    public static final Recovered EMPTY =
        new Recovered(HardState.INITIAL, EntryId.ZERO, List.of(), null);
  }

  public RaftNode(RaftConfig config, Recovered recovered, RandomGenerator random) {
    this.config = config;
    this.limits = config.limits();
    this.random = random;
    this.id = config.id();
    this.hard = recovered.hard();
    this.snapshot = recovered.snapshot();
    this.log = recoverLog(recovered);
    this.memberships = new MembershipLog(0, config.bootstrap());
    if (snapshot != null) memberships.reset(snapshot.last().index(), snapshot.membership());
    for (long index = log.commit() + 1; index <= log.lastIndex(); index++) {
      Entry entry = log.get(index);
      if (entry.kind() == Entry.Kind.MEMBERSHIP)
        memberships.append(index, Membership.decode(entry.data()));
    }
    this.invariants = new Invariants(hard, log);
    this.role = new Role.Follower(Membership.NONE, ticks);
    resetElectionTimer();
  }

  /// A snapshot that the log on disk does not know was installed just before a crash: the log is
  /// thrown away now, as it would have been then (Fig. 13, rule 7).
  private RaftLog recoverLog(Recovered recovered) {
    if (snapshot == null) return new RaftLog(recovered.base(), recovered.entries(), 0);
    EntryId last = snapshot.last();
    RaftLog whole = new RaftLog(recovered.base(), recovered.entries(), recovered.base().index());
    if (whole.matches(last))
      return new RaftLog(recovered.base(), recovered.entries(), last.index());
    Invariants.check(
        recovered.base().index() <= last.index(), "the log begins at or before the snapshot's end");
    resetTo = last;
    return new RaftLog(last, List.of(), last.index());
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
    return role instanceof Role.Leader;
  }

  /// `leader`, `follower`, `candidate` or `pre-candidate`.
  public String roleName() {
    return switch (role) {
      case Role.Leader _ -> "leader";
      case Role.Follower _ -> "follower";
      case Role.Candidate candidate -> candidate.preVote ? "pre-candidate" : "candidate";
    };
  }

  /// The leader of this term as far as this member knows, or [Membership#NONE].
  public int leader() {
    return switch (role) {
      case Role.Leader _ -> id;
      case Role.Follower follower -> follower.leader;
      case Role.Candidate _ -> Membership.NONE;
    };
  }

  /// Whether this member leads and has committed in its term, so that proposals and reads are not
  /// held up.
  public boolean isEstablished() {
    return role instanceof Role.Leader leader && log.commit() >= leader.first;
  }

  public Membership membership() {
    return memberships.current();
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

  public EntryId base() {
    return log.base();
  }

  /// The term of the entry at `index`, or -1 where the log does not reach.
  public long termAt(long index) {
    return log.knows(index) ? log.termAt(index) : -1;
  }

  /// The entry at `index`, or null where none is held.
  public Entry entryAt(long index) {
    return index > log.base().index() && index <= log.lastIndex() ? log.get(index) : null;
  }

  public long logBytes() {
    return log.sizeBytes();
  }

  /// The newest durable snapshot, or null.
  public SnapshotMeta snapshot() {
    return snapshot;
  }

  /// Snapshots older than this index are read by nobody any more.
  public long snapshotsNeededFrom() {
    long from = snapshot == null ? 0 : snapshot.last().index();
    if (role instanceof Role.Leader leader)
      for (Progress peer : leader.peers.values())
        if (peer.state() instanceof Progress.State.Install install)
          from = Math.min(from, install.meta().last().index());
    return from;
  }

  /// What a leader knows of a peer's log: the match index; -1 when this member does not lead or
  /// does not know the peer.
  public long matchOf(int peer) {
    if (!(role instanceof Role.Leader leader)) return -1;
    Progress progress = leader.peers.get(peer);
    return progress == null ? -1 : progress.match();
  }

  // ---- inputs ----

  public void step(Input input) {
    switch (input) {
      case Input.Tick(int elapsed) -> tick(elapsed);
      case Input.Receive(Message message) -> receive(message);
      case Input.Propose(long ticket, Bytes command) -> propose(ticket, command);
      case Input.Read(long ticket, int witness) -> read(ticket, witness);
      case Input.ChangeMembership(long ticket, Membership target) -> change(ticket, target);
      case Input.Transfer(long ticket, int target) -> transfer(ticket, target);
      case Input.Synced(long batch) -> synced(batch);
      case Input.SnapshotTaken(SnapshotMeta meta) -> snapshotTaken(meta);
      case Input.ChunkLoaded(Ready.ChunkRead asked, Bytes data) -> chunkLoaded(asked, data);
      case Input.ChunkStored(SnapshotMeta meta, int nextChunk) -> chunkStored(meta, nextChunk);
    }
    invariants.step(hard, log, isLeader());
  }

  /// Everything that is to be done now. What it returns is not returned again.
  public Ready ready() {
    if (role instanceof Role.Leader leader) replicate(leader);
    if (role instanceof Role.Follower follower) acknowledge(follower);
    Persist persist = takePersist();
    List<Entry> committed =
        log.hasUnapplied() ? log.takeCommitted(limits.applyBytesMax()) : List.of();
    if (role instanceof Role.Leader leader) leader.reads.drain(log.applied(), reads);
    Ready ready =
        new Ready(
            messages,
            persist,
            restore,
            committed,
            reads,
            proposed,
            dropped,
            chunkReads,
            chunkWrites,
            events);
    messages = new ArrayList<>();
    reads = new ArrayList<>();
    proposed = new ArrayList<>();
    dropped = new ArrayList<>();
    chunkReads = new ArrayList<>();
    chunkWrites = new ArrayList<>();
    events = new ArrayList<>();
    restore = null;
    invariants.step(hard, log, isLeader());
    return ready;
  }

  /// Whether [#ready] would hand out more at once: committed entries are handed out in portions.
  public boolean hasMore() {
    return log.hasUnapplied();
  }

  private Persist takePersist() {
    boolean writesHard = hardBatch == nextBatch;
    boolean releases = releasedTo > releasedToTold;
    if (!writesHard && resetTo == null && !releases && !log.hasUnpersisted()) return null;
    long batch = nextBatch++;
    List<Entry> entries = log.hasUnpersisted() ? log.takeUnpersisted(batch) : List.of();
    Persist persist =
        new Persist(batch, resetTo, writesHard ? hard : null, entries, releases ? releasedTo : 0);
    resetTo = null;
    releasedToTold = releasedTo;
    handed.add(new Handed(batch, ticks));
    return persist;
  }

  private void synced(long batch) {
    Invariants.check(batch < nextBatch, "the disk reports only batches it was given");
    syncedBatch = Math.max(syncedBatch, batch);
    while (!handed.isEmpty() && handed.peek().batch <= syncedBatch) handed.poll();
    log.synced(batch);
    while (!held.isEmpty() && held.peek().batch <= syncedBatch) {
      Message message = held.poll().message;
      if (message.to() == id) receive(message);
      else if (message.term() >= hard.term()) messages.add(message);
    }
    if (role instanceof Role.Leader leader) advanceCommit(leader);
  }

  // ---- time and elections (§5.2, §9.3, thesis §9.6) ----

  private void tick(int elapsed) {
    Invariants.check(elapsed >= 1, "time goes forward");
    ticks++;
    clock += elapsed;
    checkStorage();
    if (role instanceof Role.Leader leader) {
      tickLeader(leader);
    } else if (ticks - electionTick >= electionTimeout) {
      if (mayStand()) campaign(true, false);
      else resetElectionTimer();
    }
  }

  private boolean mayStand() {
    return memberships.current().isVoter(id) && config.priority() > 0 && !stalled;
  }

  private void resetElectionTimer() {
    int spread = config.electionTicksMax() - config.electionTicksMin() + 1;
    int handicap =
        (RaftConfig.PRIORITY_MAX - config.priority())
            * config.electionTicksMin()
            / RaftConfig.PRIORITY_MAX;
    electionTick = ticks;
    electionTimeout = config.electionTicksMin() + random.nextInt(spread) + handicap;
  }

  private void campaign(boolean preVote, boolean transfer) {
    Role.Candidate candidate = new Role.Candidate(preVote);
    role = candidate;
    resetElectionTimer();
    if (!preVote) setHard(new HardState(hard.term() + 1, id));
    events.add(new RaftEvent.ElectionStarted(hard.term(), preVote));
    long term = preVote ? hard.term() + 1 : hard.term();
    for (int voter : memberships.current().members()) {
      if (voter == id || !memberships.current().isVoter(voter)) continue;
      Message request = new Message.RequestVote(id, voter, term, log.last(), preVote, transfer);
      if (preVote) messages.add(request);
      else hold(request);
    }
    Message own = new Message.RequestVoteReply(id, id, term, true, preVote);
    if (preVote) requestVoteReply((Message.RequestVoteReply) own);
    else hold(own);
  }

  private void requestVote(Message.RequestVote request) {
    boolean upToDate = request.last().atLeast(log.last());
    if (request.preVote()) {
      boolean granted = request.term() > hard.term() && upToDate && !isSticky();
      long term = granted ? request.term() : hard.term();
      messages.add(new Message.RequestVoteReply(id, request.from(), term, granted, true));
      return;
    }
    boolean free = hard.vote() == Membership.NONE || hard.vote() == request.from();
    boolean granted = request.term() == hard.term() && free && upToDate;
    Message reply = new Message.RequestVoteReply(id, request.from(), hard.term(), granted, false);
    if (!granted) {
      messages.add(reply);
      return;
    }
    if (hard.vote() == Membership.NONE) {
      setHard(new HardState(hard.term(), request.from()));
      events.add(new RaftEvent.VoteCast(hard.term(), request.from()));
    }
    resetElectionTimer();
    hold(reply);
  }

  /// Whether a leader is so certainly alive that a request for a vote is not even looked at (§6,
  /// thesis §4.2.3). A member that just started cannot know what it promised before, so with leases
  /// it waits.
  private boolean isSticky() {
    if (config.leaseTicks() > 0 && ticks < config.electionTicksMin()) return true;
    return switch (role) {
      case Role.Leader _ -> true;
      case Role.Candidate _ -> false;
      case Role.Follower follower ->
          follower.leader != Membership.NONE
              && ticks - follower.heardTick < config.electionTicksMin();
    };
  }

  private void requestVoteReply(Message.RequestVoteReply reply) {
    if (!(role instanceof Role.Candidate candidate) || candidate.preVote != reply.preVote()) return;
    long asked = candidate.preVote ? hard.term() + 1 : hard.term();
    if (reply.granted() && reply.term() != asked) return;
    candidate.votes.putIfAbsent(reply.from(), reply.granted());
    Quorum.Outcome outcome =
        Quorum.vote(
            memberships.current(),
            member -> Boolean.TRUE.equals(candidate.votes.get(member)),
            member -> Boolean.FALSE.equals(candidate.votes.get(member)));
    switch (outcome) {
      case WON -> {
        if (candidate.preVote) campaign(false, false);
        else becomeLeader();
      }
      case LOST -> becomeFollower(hard.term(), Membership.NONE);
      case PENDING -> {}
    }
  }

  private void becomeLeader() {
    Role.Leader leader = new Role.Leader(log.lastIndex() + 1, limits.readsMax(), ticks);
    role = leader;
    events.add(new RaftEvent.LeaderElected(hard.term()));
    syncPeers(leader);
    append(leader, Entry.Kind.NO_OP, Bytes.EMPTY);
  }

  private void becomeFollower(long term, int leader) {
    if (role instanceof Role.Leader old) {
      for (long ticket : old.reads.clear()) drop(ticket, Ready.Reason.NOT_LEADER);
      resetElectionTimer();
      if (term > hard.term()) steppedDown(RaftEvent.Cause.HIGHER_TERM);
    }
    if (term > hard.term()) setHard(new HardState(term, Membership.NONE));
    role = new Role.Follower(leader, ticks);
    events.add(new RaftEvent.FollowerOf(hard.term(), leader));
  }

  private void stepDown(RaftEvent.Cause cause) {
    steppedDown(cause);
    becomeFollower(hard.term(), Membership.NONE);
  }

  private void steppedDown(RaftEvent.Cause cause) {
    events.add(new RaftEvent.SteppedDown(hard.term(), cause));
  }

  private void setHard(HardState next) {
    hard = next;
    hardBatch = nextBatch;
  }

  /// Sends the message once the present term and vote are durable.
  private void hold(Message message) {
    if (hardBatch > syncedBatch) held.add(new Held(hardBatch, message));
    else if (message.to() == id) receive(message);
    else messages.add(message);
  }

  // ---- messages ----

  private void receive(Message message) {
    Invariants.check(message.to() == id, "messages reach the member they are for");
    if (message.term() > hard.term() && !isNewTermMet(message)) return;
    if (message.term() < hard.term()) {
      refuseOldTerm(message);
      return;
    }
    switch (message) {
      case Message.RequestVote request -> requestVote(request);
      case Message.RequestVoteReply reply -> requestVoteReply(reply);
      case Message.AppendEntries append -> appendEntries(append);
      case Message.AppendEntriesReply reply -> appendEntriesReply(reply);
      case Message.InstallSnapshot install -> installSnapshot(install);
      case Message.InstallSnapshotReply reply -> installSnapshotReply(reply);
      case Message.TimeoutNow _ -> {
        if (!isLeader() && memberships.current().isVoter(id)) campaign(false, true);
      }
    }
  }

  /// A message of a later term ends this one (§5.1), except what only asks or tells of a pre-vote,
  /// and requests for votes while the leader is alive. Returns whether the message is still to be
  /// handled.
  private boolean isNewTermMet(Message message) {
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
      case Message.AppendEntriesReply _, Message.InstallSnapshotReply _, Message.TimeoutNow _ ->
          becomeFollower(message.term(), Membership.NONE);
    }
    return true;
  }

  /// Tells a sender that its term is over (§5.1). A leader has to know, or a member that has seen a
  /// later term could never be brought back: it would ignore the leader and, under pre-vote, never
  /// depose it.
  private void refuseOldTerm(Message message) {
    switch (message) {
      case Message.AppendEntries append -> messages.add(refusal(append.from(), append));
      case Message.InstallSnapshot install ->
          messages.add(
              new Message.AppendEntriesReply(
                  id, install.from(), hard.term(), false, 0, EntryId.ZERO, 0));
      case Message.RequestVote request -> requestVote(request);
      case Message.RequestVoteReply _,
          Message.AppendEntriesReply _,
          Message.InstallSnapshotReply _,
          Message.TimeoutNow _ -> {}
    }
  }

  // ---- followers (§5.3) ----

  private Role.Follower follow(int leader) {
    Invariants.check(!isLeader(), "Election Safety: at most one leader in a term (Fig. 3)");
    if (role instanceof Role.Candidate) becomeFollower(hard.term(), leader);
    Role.Follower follower = (Role.Follower) role;
    if (follower.leader == Membership.NONE) {
      follower.leader = leader;
      events.add(new RaftEvent.FollowerOf(hard.term(), leader));
    }
    Invariants.check(
        follower.leader == leader, "Election Safety: at most one leader in a term (Fig. 3)");
    follower.heardTick = ticks;
    resetElectionTimer();
    return follower;
  }

  private void appendEntries(Message.AppendEntries append) {
    Role.Follower follower = follow(append.from());
    follower.round = Math.max(follower.round, append.round());
    EntryId prev = append.prev();
    List<Entry> entries = append.entries();
    if (prev.index() < log.base().index()) {
      // What is released here was committed, so the leader's log holds the same.
      entries = entries.stream().filter(entry -> entry.index() > log.base().index()).toList();
      prev = log.base();
    }
    if (!log.matches(prev)) {
      messages.add(refusal(append.from(), append));
      return;
    }
    long missing = log.firstMissing(entries);
    for (Entry entry : entries) {
      if (entry.index() < missing) continue;
      if (entry.index() <= log.lastIndex()) cut(entry.index() - 1);
      log.append(entry);
      if (entry.kind() == Entry.Kind.MEMBERSHIP) enforce(entry);
    }
    long same = prev.index() + entries.size();
    follower.matched = Math.max(follower.matched, same);
    log.commitTo(Math.min(append.commit(), Math.max(same, log.commit())));
    follower.ackOwed = true;
  }

  private void cut(long last) {
    log.cutAfter(last);
    events.add(new RaftEvent.LogCut(log.last()));
    if (memberships.cutAfter(last))
      events.add(
          new RaftEvent.MembershipInForce(memberships.currentIndex(), memberships.current()));
  }

  private Message refusal(int leader, Message.AppendEntries append) {
    long index = append.prev().index();
    EntryId conflict;
    if (!log.knows(index)) conflict = new EntryId(log.lastIndex() + 1, 0);
    else conflict = new EntryId(log.firstOfTermAt(index), log.termAt(index));
    return new Message.AppendEntriesReply(
        id, leader, hard.term(), false, index, conflict, append.round());
  }

  /// Tells the leader how far the disk is, once for all that came since. Nothing is said before the
  /// term is durable. While the disk still writes what came, only news is told: that it got
  /// further, or that a round asks who leads.
  private void acknowledge(Role.Follower follower) {
    if (follower.leader == Membership.NONE || hardBatch > syncedBatch || !follower.ackOwed) return;
    long match = Math.min(follower.matched, log.durable());
    boolean done = match == follower.matched;
    boolean asked = follower.round > follower.toldRound && !config.thrift().quorumOnly();
    if (!done && match <= follower.toldMatch && !asked) return;
    follower.ackOwed = !done;
    follower.toldMatch = match;
    follower.toldRound = follower.round;
    messages.add(
        new Message.AppendEntriesReply(
            id, follower.leader, hard.term(), true, match, EntryId.ZERO, follower.round));
  }

  // ---- leaders: replication and commitment (§5.3, §5.4) ----

  private void propose(long ticket, Bytes command) {
    if (!(role instanceof Role.Leader leader)) {
      drop(ticket, Ready.Reason.NOT_LEADER);
    } else if (leader.transferTo != Membership.NONE
        || log.uncommittedBytes() >= limits.uncommittedBytesMax()) {
      drop(ticket, Ready.Reason.BUSY);
    } else {
      EntryId entry = append(leader, Entry.Kind.COMMAND, command);
      proposed.add(new Ready.Proposed(ticket, entry));
    }
  }

  private void drop(long ticket, Ready.Reason reason) {
    dropped.add(new Ready.Dropped(ticket, reason));
  }

  private EntryId append(Role.Leader leader, Entry.Kind kind, Bytes data) {
    if (!isWaiting(leader)) leader.progressTick = ticks;
    Entry entry = new Entry(log.lastIndex() + 1, hard.term(), kind, data);
    log.append(entry);
    if (kind == Entry.Kind.MEMBERSHIP) enforce(entry);
    return entry.id();
  }

  private boolean isWaiting(Role.Leader leader) {
    return log.commit() < log.lastIndex() || leader.reads.isRoundOpen();
  }

  private void replicate(Role.Leader leader) {
    boolean paced = ticks - leader.paceTick >= config.thrift().paceTicks();
    boolean round = paced && startRound(leader);
    SortedSet<Integer> first = paced ? firstServed(leader) : new TreeSet<>();
    for (int peer : leader.peers.keySet()) {
      Progress progress = leader.peers.get(peer);
      boolean due = ticks - progress.sentTick() >= config.heartbeatTicks();
      if (due) progress.probeAgain();
      if (progress.state() instanceof Progress.State.Install install)
        continueInstall(peer, progress, install);
      boolean asked = round && first.contains(peer) && memberships.current().isVoter(peer);
      boolean news = first.contains(peer) && progress.next() <= log.lastIndex();
      if (!due && !asked && !news) continue;
      if (sendAppends(peer, progress, due || asked)) leader.paceTick = ticks;
    }
  }

  /// Begins to ask the peers whether this member still leads, when reads wait for it.
  private boolean startRound(Role.Leader leader) {
    boolean late = ticks - leader.roundTick >= config.heartbeatTicks();
    if (log.commit() < leader.first || !leader.reads.isGathering()) return false;
    if (leader.reads.isRoundOpen() && !late) return false;
    if (!isWaiting(leader)) leader.progressTick = ticks;
    nextRound(leader);
    leader.reads.start(leader.round, log.commit());
    leader.roundTick = ticks;
    return true;
  }

  private void nextRound(Role.Leader leader) {
    leader.round++;
    leader.rounds.add(new Role.RoundStart(leader.round, clock));
  }

  /// The peers that get entries and rounds at once. Under thrift these are just enough for a
  /// quorum, the furthest first, as long as they answer in good time.
  private SortedSet<Integer> firstServed(Role.Leader leader) {
    int patience = Math.max(2, config.heartbeatTicks() / 4);
    boolean slow = isWaiting(leader) && ticks - leader.progressTick > patience;
    SortedSet<Integer> all = new TreeSet<>(leader.peers.keySet());
    if (!config.thrift().quorumOnly() || slow) return all;
    Comparator<Integer> furthest =
        Comparator.<Integer>comparingLong(peer -> -leader.peers.get(peer).match())
            .thenComparingLong(peer -> -leader.peers.get(peer).heardTick())
            .thenComparingInt(peer -> peer);
    SortedSet<Integer> chosen = new TreeSet<>();
    for (int peer : all.stream().sorted(furthest).toList()) {
      if (Quorum.isQuorum(memberships.current(), m -> m == id || chosen.contains(m))) break;
      if (memberships.current().isVoter(peer)) chosen.add(peer);
    }
    return chosen;
  }

  /// Sends what the window allows. Returns whether anything was sent.
  private boolean sendAppends(int peer, Progress progress, boolean evenEmpty) {
    boolean heard = ticks - progress.heardTick() <= config.electionTicksMin();
    boolean installs = progress.state() instanceof Progress.State.Install;
    if (!installs && progress.next() <= log.base().index()) {
      if (heard && snapshot != null) {
        progress.install(snapshot, ticks);
        events.add(new RaftEvent.InstallStarted(peer, snapshot.last()));
      }
      installs = true;
    }
    if (installs) {
      if (evenEmpty) send(peer, progress, EntryId.ZERO, List.of());
      return evenEmpty;
    }
    // A peer that is not heard gets no entries with its probes: they would only fill its queue.
    boolean quiet = !heard && progress.state() instanceof Progress.State.Probe;
    boolean sent = false;
    while (true) {
      boolean entriesToo = progress.mayAppend() && !quiet && progress.next() <= log.lastIndex();
      if (!entriesToo && (sent || !evenEmpty)) return sent;
      EntryId prev = new EntryId(progress.next() - 1, log.termAt(progress.next() - 1));
      send(peer, progress, prev, entriesToo ? nextEntries(progress) : List.of());
      sent = true;
    }
  }

  private List<Entry> nextEntries(Progress progress) {
    return log.slice(
        progress.next(), log.lastIndex(), limits.messageEntriesMax(), limits.messageBytesMax());
  }

  private void send(int peer, Progress progress, EntryId prev, List<Entry> entries) {
    Role.Leader leader = (Role.Leader) role;
    boolean stamped = !leader.rounds.isEmpty() && leader.rounds.peekLast().clock() == clock;
    if (config.leaseTicks() > 0 && !stamped) nextRound(leader);
    int bytes = 0;
    for (Entry entry : entries) bytes += entry.sizeBytes();
    messages.add(
        new Message.AppendEntries(
            id, peer, hard.term(), prev, entries, log.commit(), leader.round));
    progress.sent(prev.index() + entries.size(), bytes, ticks);
  }

  private void appendEntriesReply(Message.AppendEntriesReply reply) {
    if (!(role instanceof Role.Leader leader)) return;
    Progress progress = leader.peers.get(reply.from());
    if (progress == null) return;
    progress.heard(ticks, reply.round());
    if (reply.success()) {
      Invariants.check(
          reply.match() <= log.lastIndex(), "no follower matches more than its leader holds");
      if (progress.matched(reply.match())) matchAdvanced(leader, reply.from(), progress);
    } else if (progress.isRefusalFresh(reply.match())) {
      progress.probe(Math.min(reply.match(), nextAfter(reply.conflict(), reply.match())));
    }
    confirmRounds(leader);
  }

  private void matchAdvanced(Role.Leader leader, int peer, Progress progress) {
    advanceCommit(leader);
    if (leader.transferTo == peer) tellTransfer(leader);
    if (role == leader && progress.state() instanceof Progress.State.Replicate)
      promote(leader, peer);
  }

  /// Where to try next after a refusal: skips the peer's whole run of a term that is not in our
  /// log, and otherwise goes to the end of that term in ours (§5.3, the optimisation at its end).
  private long nextAfter(EntryId conflict, long refused) {
    if (conflict.term() == 0) return conflict.index();
    long last = log.lastAtMostTerm(refused, conflict.term());
    return log.termAt(last) == conflict.term() ? last + 1 : conflict.index();
  }

  private void advanceCommit(Role.Leader leader) {
    long reached =
        Quorum.reached(
            memberships.current(),
            member -> member == id ? log.durable() : matchIn(leader, member));
    // Count replicas only for entries of our own term: an older entry on a majority can still be
    // cut by
    // a leader that never saw it (Fig. 8). Once one of ours commits, so do those before it.
    if (reached <= log.commit() || log.termAt(reached) != hard.term()) return;
    log.commitTo(reached);
    leader.progressTick = ticks;
    if (memberships.currentIndex() > log.commit()) return;
    if (memberships.current().isJoint()) {
      append(leader, Entry.Kind.MEMBERSHIP, memberships.current().settled().encode());
    } else if (!memberships.current().isVoter(id)) {
      leave(leader);
    }
  }

  private static long matchIn(Role.Leader leader, int member) {
    Progress progress = leader.peers.get(member);
    return progress == null ? 0 : progress.match();
  }

  private void confirmRounds(Role.Leader leader) {
    long answered =
        Quorum.reached(
            memberships.current(),
            member -> {
              if (member == id) return leader.round;
              Progress progress = leader.peers.get(member);
              return progress == null ? 0 : progress.round();
            });
    while (!leader.rounds.isEmpty() && leader.rounds.peek().round() <= answered) {
      leader.quorumClock = leader.rounds.poll().clock();
      leader.progressTick = ticks;
    }
    leader.reads.confirm(answered);
  }

  private void tickLeader(Role.Leader leader) {
    long heard =
        Quorum.reached(
            memberships.current(),
            member -> {
              if (member == id) return ticks;
              Progress progress = leader.peers.get(member);
              return progress == null ? Long.MIN_VALUE / 2 : progress.heardTick();
            });
    if (ticks - heard > config.electionTicksMax()) {
      stepDown(RaftEvent.Cause.LOST_QUORUM);
    } else if (leader.transferTo != Membership.NONE
        && ticks - leader.transferTick > config.electionTicksMin()) {
      events.add(new RaftEvent.TransferAbandoned(leader.transferTo));
      leader.transferTo = Membership.NONE;
      if (stalled) stepDown(RaftEvent.Cause.STORAGE_STALLED);
    }
  }

  // ---- linearizable reads (§8, thesis §6.4) ----

  private void read(long ticket, int witness) {
    if (!(role instanceof Role.Leader leader)) {
      drop(ticket, Ready.Reason.NOT_LEADER);
    } else if (leader.reads.isFull()) {
      drop(ticket, Ready.Reason.BUSY);
    } else if (log.commit() >= leader.first && isLeadershipProven(leader, witness)) {
      leader.reads.addConfirmed(ticket, log.commit());
    } else {
      leader.reads.add(ticket);
    }
  }

  private boolean isLeadershipProven(Role.Leader leader, int witness) {
    boolean lease =
        config.leaseTicks() > 0
            && leader.transferTo == Membership.NONE
            && clock - leader.quorumClock < config.leaseTicks();
    return lease || Quorum.isQuorum(memberships.current(), m -> m == id || m == witness);
  }

  // ---- membership (§6, thesis §4) ----

  /// Puts the membership of an entry that was just appended into force.
  private void enforce(Entry entry) {
    memberships.append(entry.index(), Membership.decode(entry.data()));
    events.add(new RaftEvent.MembershipInForce(entry.index(), memberships.current()));
    if (role instanceof Role.Leader leader) syncPeers(leader);
  }

  private void syncPeers(Role.Leader leader) {
    SortedSet<Integer> members = memberships.current().members();
    leader.peers.keySet().removeIf(peer -> !members.contains(peer));
    for (int member : members)
      if (member != id)
        leader.peers.computeIfAbsent(member, _ -> new Progress(limits, log.lastIndex() + 1, ticks));
  }

  private void change(long ticket, Membership target) {
    if (!(role instanceof Role.Leader leader)) {
      drop(ticket, Ready.Reason.NOT_LEADER);
    } else if (target.isJoint() || target.equals(memberships.current())) {
      drop(ticket, Ready.Reason.INVALID);
    } else if (!mayChange(leader)) {
      drop(ticket, Ready.Reason.MEMBERSHIP_BUSY);
    } else {
      proposed.add(new Ready.Proposed(ticket, beginChange(leader, target)));
    }
  }

  /// One change at a time, and none before an entry of this term is committed: an earlier leader's
  /// change that nobody here has seen could otherwise be in force beside it.
  private boolean mayChange(Role.Leader leader) {
    return log.commit() >= leader.first
        && memberships.currentIndex() <= log.commit()
        && !memberships.current().isJoint()
        && leader.transferTo == Membership.NONE;
  }

  private EntryId beginChange(Role.Leader leader, Membership target) {
    boolean sameVoters = target.voters().equals(memberships.current().voters());
    Membership next = sameVoters ? target : memberships.current().jointTo(target);
    return append(leader, Entry.Kind.MEMBERSHIP, next.encode());
  }

  /// Makes a voter of a joining learner that holds all that is committed.
  private void promote(Role.Leader leader, int peer) {
    Membership now = memberships.current();
    if (!now.joining().contains(peer) || !mayChange(leader)) return;
    if (leader.peers.get(peer).match() < log.commit()) return;
    List<Integer> voters = new ArrayList<>(now.voters());
    voters.add(peer);
    List<Integer> learners = now.learners().stream().filter(m -> m != peer).toList();
    List<Integer> joining = now.joining().stream().filter(m -> m != peer).toList();
    beginChange(leader, new Membership(voters, List.of(), learners, joining));
  }

  /// The change that removes this leader is committed: it tells the others and goes (§6).
  private void leave(Role.Leader leader) {
    int successor = successor(leader);
    for (int peer : leader.peers.keySet()) sendAppends(peer, leader.peers.get(peer), true);
    if (successor != Membership.NONE)
      messages.add(new Message.TimeoutNow(id, successor, hard.term()));
    stepDown(RaftEvent.Cause.REMOVED);
  }

  // ---- leadership transfer (thesis §3.10) ----

  private void transfer(long ticket, int target) {
    if (!(role instanceof Role.Leader leader)) {
      drop(ticket, Ready.Reason.NOT_LEADER);
      return;
    }
    int chosen = target == Membership.NONE ? successor(leader) : target;
    if (chosen == id || chosen == Membership.NONE || !memberships.current().isVoter(chosen))
      drop(ticket, Ready.Reason.INVALID);
    else if (leader.transferTo != Membership.NONE) drop(ticket, Ready.Reason.BUSY);
    else {
      proposed.add(new Ready.Proposed(ticket, log.last()));
      beginTransfer(leader, chosen);
    }
  }

  private void beginTransfer(Role.Leader leader, int target) {
    leader.transferTo = target;
    leader.transferTick = ticks;
    leader.transferTold = false;
    events.add(new RaftEvent.TransferStarted(target));
    tellTransfer(leader);
  }

  private void tellTransfer(Role.Leader leader) {
    Progress progress = leader.peers.get(leader.transferTo);
    if (leader.transferTold || progress == null || progress.match() < log.lastIndex()) return;
    leader.transferTold = true;
    messages.add(new Message.TimeoutNow(id, leader.transferTo, hard.term()));
  }

  /// The voter that could lead soonest, or [Membership#NONE].
  private int successor(Role.Leader leader) {
    int best = Membership.NONE;
    for (int peer : leader.peers.keySet()) {
      Progress progress = leader.peers.get(peer);
      boolean fit =
          memberships.current().voters().contains(peer)
              && ticks - progress.heardTick() <= config.electionTicksMin();
      if (fit && (best == Membership.NONE || progress.match() > matchIn(leader, best))) best = peer;
    }
    return best;
  }

  // ---- a disk that does not answer ----

  private void checkStorage() {
    boolean late = !handed.isEmpty() && ticks - handed.peek().tick > config.electionTicksMax();
    if (late == stalled) return;
    stalled = late;
    events.add(new RaftEvent.StorageStalled(stalled));
    if (!stalled || !(role instanceof Role.Leader leader)) return;
    int successor = successor(leader);
    if (successor == Membership.NONE) stepDown(RaftEvent.Cause.STORAGE_STALLED);
    else if (leader.transferTo == Membership.NONE) beginTransfer(leader, successor);
  }

  // ---- snapshots (§7, Fig. 13) ----

  private void snapshotTaken(SnapshotMeta meta) {
    Invariants.check(meta.last().index() <= log.applied(), "a snapshot covers applied entries");
    if (snapshot != null && meta.last().index() <= snapshot.last().index()) return;
    snapshot = meta;
    release();
  }

  /// Forgets entries behind the snapshot, except what a peer will need right after its install.
  private void release() {
    if (snapshot == null) return;
    long to = Math.min(snapshot.last().index(), log.lastIndex());
    if (role instanceof Role.Leader leader)
      for (Progress progress : leader.peers.values())
        if (progress.state() instanceof Progress.State.Install install)
          to = Math.min(to, install.meta().last().index());
    to = log.releasable(to, limits.retainedBytes());
    if (to <= log.base().index()) return;
    log.releaseTo(to);
    memberships.releaseTo(to);
    releasedTo = to;
    events.add(new RaftEvent.LogReleased(log.base()));
  }

  private void continueInstall(int peer, Progress progress, Progress.State.Install install) {
    if (ticks - install.heardTick() > 4L * config.electionTicksMax()) {
      progress.probe(progress.match() + 1);
      events.add(new RaftEvent.InstallEnded(peer, install.meta().last(), false));
      release();
    } else if (install.askedTick() < 0
        || ticks - install.askedTick() >= config.electionTicksMin()) {
      chunkReads.add(new Ready.ChunkRead(peer, hard.term(), install.meta(), install.chunk()));
      progress.chunkAsked(ticks);
    }
  }

  private void chunkLoaded(Ready.ChunkRead asked, Bytes data) {
    if (!(role instanceof Role.Leader leader) || asked.term() != hard.term()) return;
    Progress progress = leader.peers.get(asked.peer());
    if (progress == null
        || !(progress.state() instanceof Progress.State.Install install)
        || !install.meta().equals(asked.meta())
        || install.chunk() != asked.chunk()) return;
    messages.add(
        new Message.InstallSnapshot(
            id, asked.peer(), hard.term(), asked.meta(), asked.chunk(), data));
  }

  private void installSnapshot(Message.InstallSnapshot install) {
    follow(install.from());
    SnapshotMeta meta = install.meta();
    if (meta.last().index() <= log.commit()) replyInstall(meta, meta.chunks());
    else chunkWrites.add(new Ready.ChunkWrite(meta, install.chunk(), install.data()));
  }

  private void chunkStored(SnapshotMeta meta, int nextChunk) {
    if (nextChunk == meta.chunks() && meta.last().index() > log.commit()) adopt(meta);
    replyInstall(meta, nextChunk);
  }

  /// An installed snapshot takes the place of the log's beginning. The log is kept only where it
  /// has the snapshot's last entry (Fig. 13, rule 6); otherwise all of it goes (rule 7), for what
  /// conflicts there would conflict for ever.
  private void adopt(SnapshotMeta meta) {
    boolean kept = log.matches(meta.last());
    if (kept) {
      log.commitTo(meta.last().index());
    } else {
      log.reset(meta.last());
      memberships.reset(meta.last().index(), meta.membership());
      resetTo = meta.last();
      restore = meta;
      if (role instanceof Role.Follower follower)
        follower.matched = Math.max(follower.matched, meta.last().index());
    }
    snapshot = meta;
    events.add(new RaftEvent.SnapshotInstalled(meta.last(), kept));
  }

  private void replyInstall(SnapshotMeta meta, int nextChunk) {
    if (!(role instanceof Role.Follower follower) || follower.leader == Membership.NONE) return;
    hold(
        new Message.InstallSnapshotReply(id, follower.leader, hard.term(), meta.last(), nextChunk));
  }

  private void installSnapshotReply(Message.InstallSnapshotReply reply) {
    if (!(role instanceof Role.Leader leader)) return;
    Progress progress = leader.peers.get(reply.from());
    if (progress == null) return;
    progress.heard(ticks, 0);
    if (!(progress.state() instanceof Progress.State.Install install)
        || !install.meta().last().equals(reply.last())) return;
    if (reply.nextChunk() < install.meta().chunks()) {
      progress.chunkWanted(reply.nextChunk(), ticks);
      return;
    }
    boolean news = progress.matched(reply.last().index());
    events.add(new RaftEvent.InstallEnded(reply.from(), reply.last(), true));
    release();
    if (news) matchAdvanced(leader, reply.from(), progress);
  }
}
