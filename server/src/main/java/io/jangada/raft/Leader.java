package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/// Leads its term: appends, sends entries, rounds and heartbeats, and knows which peers answer and
/// which reads wait. That its term ends, and what follows from a commit, is decided outside.
final class Leader implements Role {
  /// A round that began when leases read `clock`.
  private record RoundStart(long round, long clock) {}

  /// What of the new things a peer may be sent in one advance.
  private enum News {
    /// Nothing.
    NONE,

    /// Entries, while it is not known where the logs meet.
    PROBE,

    /// Entries.
    ENTRIES,

    /// Entries, and even without them the question whether this member still leads.
    ROUND;

    boolean isForTarget() {
      return this == ENTRIES || this == ROUND;
    }
  }

  /// What the parts of this member work on; the same object as long as the node runs.
  private final Context context;

  /// Timeouts, limits and policies.
  private final RaftConfig config;

  /// The log that this leader appends to and sends.
  private final RaftLog log;

  /// The memberships in that log.
  private final MembershipLog memberships;

  /// Where messages, events and answers gather.
  private final Outbox out;

  /// The term that this member leads.
  private final long term;

  /// The index of the no-op that began the term.
  private final long firstOfTerm;

  /// The reads that wait.
  final ReadIndex reads;

  /// What is known of the others.
  final Peers peers;

  /// The snapshots that are being sent.
  final Installs installs;

  /// When and to whom new things are sent.
  private final Pacing pacing;

  /// The number of the last round that was begun; 0 before the first.
  private long round;

  /// The rounds that a quorum has not answered yet, oldest first.
  private final ArrayDeque<RoundStart> rounds = new ArrayDeque<>();

  /// What [Context#clock] read when the latest round began that a quorum has answered; long ago
  /// before the first.
  private long quorumClock = Long.MIN_VALUE / 2;

  /// The tick at which a round was last begun for reads; 0 before the first.
  private long roundTick;

  /// The member that is to lead next; [Membership#NONE] while none is.
  private int transferTo = Membership.NONE;

  /// The tick at which the transfer began; valid while there is one.
  private long transferTick;

  /// Whether the target has been sent a TimeoutNow; valid while there is a transfer.
  private boolean timeoutNowSent;

  /// Whether any peer has been sent a TimeoutNow: voters will not wait for this leader's lease to
  /// end.
  private boolean leaseForgone;

  Leader(Context context, long term) {
    this.context = context;
    this.config = context.config;
    this.log = context.log;
    this.memberships = context.memberships;
    this.out = context.out;
    this.term = term;
    this.firstOfTerm = log.lastIndex() + 1;
    this.reads = new ReadIndex(config.limits().readsMax());
    this.peers = new Peers(context);
    this.installs = new Installs(context, peers, term);
    this.pacing = new Pacing(context, peers, reads);
    peers.sync();
  }

  @Override
  public String name() {
    return "leader";
  }

  /// The last round that was begun.
  long round() {
    return round;
  }

  boolean isOwnTermCommitted() {
    return log.commit() >= firstOfTerm;
  }

  /// Whether this member is a quorum by itself: then no other can lead, and reads need no disk.
  boolean isAlone() {
    return Quorum.isQuorum(memberships.current(), member -> member == config.id());
  }

  // ---- the log (§5.3, §5.4) ----

  /// Whether commands are taken: leadership is kept, and there is not too much to commit already.
  boolean takesProposals() {
    return transferTo == Membership.NONE
        && log.uncommittedBytes() < config.limits().uncommittedBytesMax();
  }

  /// Puts an entry of this term at the end of the log.
  EntryId append(Entry.Kind kind, Bytes data) {
    pacing.startWaiting();
    Entry entry = new Entry(log.lastIndex() + 1, term, kind, data);
    log.append(entry);
    if (kind == Entry.Kind.MEMBERSHIP) {
      context.activate(entry);
      peers.sync();
    }
    return entry.id();
  }

  void propose(long ticket, Bytes command) {
    if (!takesProposals()) out.drop(ticket, Ready.Reason.BUSY);
    else out.proposed.add(new Ready.Proposed(ticket, append(Entry.Kind.COMMAND, command)));
  }

  /// Commits what a quorum holds. Returns whether that is more than before.
  boolean advanceCommit() {
    long reached = peers.quorumMatch();
    // Count replicas only for entries of our own term: an older entry on a majority can still be
    // truncated by a leader that never saw it (Fig. 8). Once one of ours commits, so do those
    // before it.
    if (reached <= log.commit() || log.termAt(reached) != term) return false;
    log.commitTo(reached);
    pacing.progressed();
    return true;
  }

  // ---- replies ----

  @Override
  public boolean recordReply(Message.AppendEntriesReply reply) {
    Progress progress = peers.get(reply.from());
    if (progress == null) return false;
    pacing.noteReply(reply, progress);
    boolean news = peers.recordReply(reply, round);
    proveLoss(reply, progress);
    return news;
  }

  /// A refusal at or below the match contradicts an acknowledgement, unless it is older than that.
  /// It is younger when it answers a round that began after the acknowledgement had come: so a
  /// round is begun for the next heartbeat. Then the same data does not hold any more what it held.
  private void proveLoss(Message.AppendEntriesReply reply, Progress progress) {
    long incarnation = reply.incarnation().number();
    PeerIdentity identity = peers.identity(reply.from());
    if (identity.isCounted() && incarnation != 0 && progress.contradicts(reply)) {
      if (reply.round() > progress.matchRound()) {
        out.events.add(new RaftEvent.AcknowledgementLost(reply.from(), progress.match()));
        identity.lose(incarnation);
      } else if (round <= progress.matchRound()) {
        beginRound(quorumClock);
      }
    }
    if (identity.hasLost(incarnation))
      out.messages.add(new Message.DataLost(config.id(), reply.from(), term, incarnation));
  }

  @Override
  public boolean recordReply(Message.InstallSnapshotReply reply) {
    return peers.recordReply(reply, round);
  }

  @Override
  public void chunkLoaded(Ready.ChunkRead asked, Bytes data) {
    installs.chunkLoaded(asked, data);
  }

  // ---- linearizable reads (§8, thesis §6.4) ----

  void read(long ticket, int witness) {
    if (reads.isFull()) {
      out.drop(ticket, Ready.Reason.BUSY);
    } else if (isOwnTermCommitted() && isProven(witness)) {
      reads.addConfirmed(ticket, log.commit());
    } else {
      reads.add(ticket);
    }
  }

  /// Whether no other can lead yet: a lease holds, or `witness` makes a quorum.
  private boolean isProven(int witness) {
    boolean lease =
        config.leaseTicks() > 0
            && !leaseForgone
            && context.clock() - quorumClock < config.leaseTicks();
    return lease
        || peers.isCounted(witness)
            && Quorum.isQuorum(memberships.current(), m -> m == config.id() || m == witness);
  }

  /// Begins to ask the peers whether this member still leads, when reads wait for it. Returns
  /// whether it did.
  private boolean startRoundIfDue() {
    boolean late = context.tick() - roundTick >= config.heartbeatTicks();
    if (!isOwnTermCommitted() || !reads.isGathering()) return false;
    if (reads.isRoundOpen() && !late) return false;
    pacing.startWaiting();
    beginRound(context.clock());
    reads.start(round, log.commit());
    roundTick = context.tick();
    // One member alone is its own quorum: no peer's reply will come.
    confirmRounds();
    return true;
  }

  private void beginRound(long clock) {
    round++;
    rounds.add(new RoundStart(round, clock));
  }

  /// Counts the rounds that a quorum has answered.
  private void confirmRounds() {
    if (rounds.isEmpty()) return;
    long answered = peers.quorumRound(round);
    while (!rounds.isEmpty() && rounds.peek().round <= answered) {
      quorumClock = rounds.poll().clock;
      pacing.progressed();
    }
    reads.confirm(answered);
  }

  // ---- membership (§6, thesis §4) ----

  /// One change at a time, and none before an entry of this term is committed: an earlier leader's
  /// change that no member here has seen could otherwise be in force beside it.
  boolean mayChange() {
    return isOwnTermCommitted()
        && memberships.currentIndex() <= log.commit()
        && !memberships.current().isJoint()
        && transferTo == Membership.NONE;
  }

  /// The membership to change to without being asked, or null.
  ///
  /// A member whose data is new may have forgotten votes and entries that were counted: it becomes
  /// a learner until it has caught up. That is decided by a quorum without it, so that a candidate
  /// that is elected with a vote that it forgot knows of this. A joining learner that holds all
  /// that is committed becomes a voter.
  Membership changeDue() {
    if (!mayChange()) return null;
    Membership now = memberships.current();
    int renewed = peers.newIncarnation();
    if (renewed != Membership.NONE) {
      long incarnation = peers.identity(renewed).claimed();
      out.events.add(new RaftEvent.Readmitting(renewed, incarnation));
      return now.readmitting(renewed, incarnation);
    }
    for (int peer : now.joining())
      if (peers.matchOf(peer) >= log.commit()) return now.promoting(peer);
    return null;
  }

  /// Peers that were removed get the log up to the entry of their removal, and learn that it is
  /// committed: then they do not campaign. Those that are not there, or are far behind, are not
  /// waited for.
  private void retirePeers() {
    for (int peer : peers.removed()) {
      Progress progress = peers.get(peer);
      boolean holdsIt = progress.match() >= peers.removedAt(peer);
      boolean reachable = peers.isResponsive(progress) && progress.next() > log.compacted().index();
      if (!holdsIt && reachable) continue;
      if (holdsIt) sendAtLeastHeartbeat(peer, progress);
      peers.forget(peer);
    }
  }

  /// One that asks for votes and is no member any more gets what it misses, as far as that is
  /// committed: it may have been away when it was removed.
  void informRemoved(Message.RequestVote request) {
    EntryId last = request.last();
    if (memberships.current().contains(request.from()) || !log.matches(last)) return;
    List<Entry> entries = entries(last.index() + 1, log.commit());
    out.messages.add(
        new Message.AppendEntries(
            config.id(), request.from(), term, last, entries, log.commit(), 0));
  }

  // ---- sending ----

  /// Sends entries, rounds and heartbeats, as far as windows and the traffic policy allow.
  ///
  /// @param snapshot the newest own snapshot that can be read, or null
  void replicate(SnapshotMeta snapshot) {
    confirmRounds();
    retirePeers();
    if (pacing.isDue()) sendNews(snapshot);
    else for (int peer : peers.ids()) sendTo(peer, News.NONE, snapshot);
  }

  private void sendNews(SnapshotMeta snapshot) {
    boolean roundStarted = startRoundIfDue();
    boolean hasEntries = pacing.hasEntries();
    Set<Integer> targets = roundStarted || hasEntries ? pacing.targets() : Collections.emptySet();
    Membership membership = memberships.current();
    boolean sent = false;
    for (int peer : peers.ids()) {
      News news = News.PROBE;
      if (targets.contains(peer))
        news = roundStarted && membership.isVoter(peer) ? News.ROUND : News.ENTRIES;
      sent |= sendTo(peer, news, snapshot);
    }
    if (sent) pacing.sent();
    if (hasEntries) pacing.sentEntries(targets);
  }

  /// Sends a peer what is due to it. Returns whether news were sent. Heartbeats are none: those of
  /// several peers could keep what is new waiting for ever.
  private boolean sendTo(int peer, News news, SnapshotMeta snapshot) {
    Progress progress = peers.get(peer);
    boolean heartbeat = context.tick() - progress.sentTick() >= config.heartbeatTicks();
    if (heartbeat || news.isForTarget()) pacing.takeBackLost(progress);
    boolean entries = mayBring(news, progress) && progress.next() <= log.lastIndex();
    if (heartbeat) progress.probeAgain();
    boolean isDue = heartbeat || entries || news == News.ROUND;
    if (isDue) installs.begin(peer, snapshot);
    if (progress.state() instanceof Progress.State.Install install) installs.proceed(peer, install);
    if (!isDue) return false;
    if (!heartbeat && news != News.ROUND) return sendEntries(peer, progress);
    sendAtLeastHeartbeat(peer, progress);
    return entries || news == News.ROUND;
  }

  private static boolean mayBring(News news, Progress progress) {
    return news.isForTarget() || news == News.PROBE && progress.isSeeking();
  }

  /// Sends every peer what it may have, at once, and how far the log is committed.
  void sendToAll() {
    for (int peer : peers.ids()) sendAtLeastHeartbeat(peer, peers.get(peer));
  }

  private void sendAtLeastHeartbeat(int peer, Progress progress) {
    if (sendEntries(peer, progress)) return;
    boolean isBehindLog =
        progress.next() <= log.compacted().index()
            || progress.state() instanceof Progress.State.Install;
    send(peer, progress, isBehindLog ? 0 : progress.next() - 1, List.of());
  }

  /// Sends entries as far as the window allows. Returns whether there were any to send.
  private boolean sendEntries(int peer, Progress progress) {
    if (!hasEntriesFor(progress) || !takesEntries(peer, progress)) return false;
    do send(peer, progress, progress.next() - 1, entries(progress.next(), log.lastIndex()));
    while (hasEntriesFor(progress));
    return true;
  }

  private boolean hasEntriesFor(Progress progress) {
    return progress.mayAppend() && progress.next() <= log.lastIndex();
  }

  /// Whether a peer has use for the entries that are next. An unresponsive one gets none with its
  /// probes: they would only fill its queue.
  private boolean takesEntries(int peer, Progress progress) {
    boolean isSilent =
        !peers.isResponsive(progress) && progress.state() instanceof Progress.State.Probe;
    return !isSilent
        && peers.identity(peer).claimed() == 0
        && progress.next() > log.compacted().index();
  }

  private List<Entry> entries(long from, long to) {
    RaftConfig.Limits limits = config.limits();
    return log.slice(from, to, limits.messageEntriesMax(), limits.messageBytesMax());
  }

  /// @param prev the index of the entry before `entries`; 0 for a heartbeat that tells no place
  private void send(int peer, Progress progress, long prev, List<Entry> entries) {
    boolean stamped = !rounds.isEmpty() && rounds.peekLast().clock == context.clock();
    if (config.leaseTicks() > 0 && !stamped) beginRound(context.clock());
    EntryId before = prev == 0 ? EntryId.ZERO : new EntryId(prev, log.termAt(prev));
    int bytes = 0;
    for (Entry entry : entries) bytes += entry.sizeBytes();
    out.messages.add(
        new Message.AppendEntries(config.id(), peer, term, before, entries, log.commit(), round));
    progress.sent(prev + entries.size(), bytes, context.tick());
  }

  // ---- leadership transfer (thesis §3.10) ----

  /// The member that is to lead next, or [Membership#NONE].
  int transferTo() {
    return transferTo;
  }

  void beginTransfer(int target) {
    transferTo = target;
    transferTick = context.tick();
    timeoutNowSent = false;
    out.events.add(new RaftEvent.TransferStarted(target));
    sendTimeoutNow();
  }

  /// Sends the target a TimeoutNow as soon as it holds the whole log.
  void sendTimeoutNow() {
    Progress progress = peers.get(transferTo);
    if (timeoutNowSent || progress == null || progress.match() < log.lastIndex()) return;
    timeoutNowSent = true;
    leaseForgone = true;
    out.messages.add(new Message.TimeoutNow(config.id(), transferTo, term));
  }

  /// Gives a transfer up that takes too long. Returns whether it did.
  boolean abandonTransfer() {
    if (transferTo == Membership.NONE || context.tick() - transferTick <= config.electionTicksMin())
      return false;
    out.events.add(new RaftEvent.TransferAbandoned(transferTo));
    transferTo = Membership.NONE;
    return true;
  }
}
