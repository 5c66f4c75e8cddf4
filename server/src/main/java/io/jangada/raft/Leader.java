package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Leads its term: what the peers hold, what is on its way to them, who still answers, and the
/// reads that wait. It sends; what a commit, a change or a handover follows from is decided in
/// [RaftNode].
final class Leader implements Role {
  private record RoundStart(long round, long clock) {}

  /// The index of the no-op that began the term.
  final long first;

  final ReadIndex reads;

  private final RaftConfig config;
  private final RaftLog log;
  private final MembershipLog memberships;
  private final long term;

  /// What is known of the others.
  final Peers peers;

  private long round;
  private final ArrayDeque<RoundStart> rounds = new ArrayDeque<>();
  private long quorumClock = Long.MIN_VALUE / 2;
  private long roundTick;
  private long progressTick;

  /// Up to here entries were sent to as many as are served at first.
  private long firstSentIndex;

  private long paceTick = Long.MIN_VALUE / 2;

  /// How often something new was sent, to however many at once.
  private long sendings;

  private final LossEstimate losses = new LossEstimate();

  private int transferTo = Membership.NONE;
  private long transferTick;
  private boolean timeoutNowSent;

  /// A peer was told to stand at once, and voters will not wait for a lease to end.
  private boolean leaseForgone;

  Leader(RaftConfig config, RaftLog log, MembershipLog memberships, long term) {
    this.config = config;
    this.log = log;
    this.memberships = memberships;
    this.term = term;
    this.first = log.lastIndex() + 1;
    this.reads = new ReadIndex(config.limits().readsMax());
    this.peers = new Peers(config, log, memberships);
  }

  @Override
  public boolean recordReply(Message.AppendEntriesReply reply, long tick, Outbox out) {
    Progress progress = peers.get(reply.from());
    if (progress != null) losses.count(progress.isAfterLoss(reply, tick, patience()));
    boolean news = peers.recordReply(reply, new Peers.Moment(tick, round));
    if (progress != null) proveLoss(reply, progress, out);
    return news;
  }

  /// A refusal at or below the match contradicts an acknowledgement, unless it is older than that.
  /// It is younger when it answers a round that began after the acknowledgement had come: so a
  /// round is begun for the next heartbeat. Then the same data does not hold any more what it held.
  private void proveLoss(Message.AppendEntriesReply reply, Progress progress, Outbox out) {
    long incarnation = reply.incarnation().number();
    PeerIdentity identity = peers.identity(reply.from());
    if (identity.isCounted() && incarnation != 0 && progress.contradicts(reply)) {
      if (reply.round() > progress.matchRound()) {
        out.events.add(new RaftEvent.AcknowledgementLost(reply.from(), progress.match()));
        identity.lose(incarnation);
      } else if (round <= progress.matchRound()) {
        nextRound(quorumClock);
      }
    }
    if (identity.hasLost(incarnation))
      out.messages.add(new Message.DataLost(config.id(), reply.from(), term, incarnation));
  }

  @Override
  public boolean recordReply(Message.InstallSnapshotReply reply, long tick, Outbox out) {
    return peers.recordReply(reply, new Peers.Moment(tick, round), out);
  }

  /// The last round that was begun.
  long round() {
    return round;
  }

  @Override
  public String name() {
    return "leader";
  }

  boolean isOwnTermCommitted() {
    return log.commit() >= first;
  }

  // ---- who answers ----

  /// Counts the rounds that a quorum has answered.
  private void confirmRounds(long tick) {
    if (rounds.isEmpty()) return;
    long answered = peers.quorumRound(round);
    while (!rounds.isEmpty() && rounds.peek().round <= answered) {
      quorumClock = rounds.poll().clock;
      progressTick = tick;
    }
    reads.confirm(answered);
  }

  /// Whether this member is a quorum by itself: then nobody could do better, and reads need no
  /// disk.
  boolean isAlone() {
    return Quorum.isQuorum(memberships.current(), member -> member == config.id());
  }

  /// Whether nobody else can lead yet: a lease holds, or `witness` makes a quorum.
  boolean isProven(int witness, long clock) {
    boolean lease =
        config.leaseTicks() > 0 && !leaseForgone && clock - quorumClock < config.leaseTicks();
    return lease
        || peers.isCounted(witness)
            && Quorum.isQuorum(memberships.current(), m -> m == config.id() || m == witness);
  }

  // ---- membership (§6, thesis §4) ----

  /// One change at a time, and none before an entry of this term is committed: an earlier leader's
  /// change that nobody here has seen could otherwise be in force beside it.
  boolean mayChange() {
    return isOwnTermCommitted()
        && memberships.currentIndex() <= log.commit()
        && !memberships.current().isJoint()
        && transferTo == Membership.NONE;
  }

  /// The membership to change to without being asked, or null.
  ///
  /// A member whose data is new may have forgotten votes and entries that were counted: it becomes
  /// a learner until it has caught up. That is decided by a quorum without it, so that whoever is
  /// elected with a vote that it forgot knows of this. A joining learner that holds all that is
  /// committed becomes a voter.
  Membership changeDue(long tick, Outbox out) {
    if (!mayChange()) return null;
    Membership now = memberships.current();
    int stranger = peers.newIncarnation(tick);
    if (stranger != Membership.NONE) {
      long incarnation = peers.identity(stranger).claimed();
      out.events.add(new RaftEvent.Readmitting(stranger, incarnation));
      return now.readmitting(stranger, incarnation);
    }
    for (int peer : now.joining())
      if (peers.matchOf(peer) >= log.commit()) return now.promoting(peer);
    return null;
  }

  // ---- sending ----

  /// Something new waits for a quorum from now on, where nothing did.
  void startWaiting(long tick) {
    if (!isWaiting()) progressTick = tick;
  }

  void progressed(long tick) {
    progressTick = tick;
  }

  private boolean isWaiting() {
    return log.commit() < log.lastIndex() || reads.isRoundOpen();
  }

  /// Sends entries, rounds and heartbeats, as far as windows and thrift allow.
  ///
  /// @param snapshot the newest own snapshot that can be read, or null
  void replicate(SnapshotMeta snapshot, long tick, long clock, Outbox out) {
    confirmRounds(tick);
    retirePeers(tick, clock, out);
    boolean paced = isPaced(tick);
    boolean asks = paced && startRound(tick, clock);
    // One member alone is its own quorum: nobody's reply will come.
    if (asks) confirmRounds(tick);
    boolean thrifty = config.traffic().quorumOnly() && !isSlow(tick);
    boolean fresh = paced && (!thrifty || log.lastIndex() > firstSentIndex);
    Set<Integer> first = asks || fresh ? chooseFirst(tick) : Collections.emptySet();
    long reached = log.lastIndex();
    boolean sent = false;
    for (int peer : peers.ids()) {
      Progress progress = peers.get(peer);
      boolean due = tick - progress.sentTick() >= config.heartbeatTicks();
      boolean served = first.contains(peer);
      boolean asked = asks && served && memberships.current().isVoter(peer);
      if (due || served) takeBackLost(progress, tick);
      boolean seeks = paced && progress.isSeeking();
      boolean news = (served || seeks) && progress.next() <= log.lastIndex();
      if (due) progress.probeAgain();
      if (due || asked || news) beginInstall(peer, snapshot, tick, out);
      if (progress.state() instanceof Progress.State.Install install)
        continueInstall(peer, install, tick, out);
      // Heartbeats do not count: those of several peers could keep what is new waiting for ever.
      if ((due || asked || news) && send(peer, due || asked, tick, clock, out))
        sent |= asked || news;
      if (served) reached = Math.min(reached, progress.next() - 1);
    }
    if (sent) {
      paceTick = tick;
      sendings++;
    }
    if (fresh) firstSentIndex = reached;
  }

  /// Whether something new may be sent again.
  private boolean isPaced(long tick) {
    RaftConfig.TrafficPolicy thrift = config.traffic();
    long entries = log.lastIndex() + 1 - first;
    return tick - paceTick >= thrift.paceTicks()
        || 100 * sendings < thrift.sendingsPercentMin() * entries;
  }

  private void takeBackLost(Progress progress, long tick) {
    if (config.traffic().lostTicks() > 0) progress.takeBackLost(tick, patience());
  }

  /// Peers that were removed get the log up to the entry that says so, and hear that it is
  /// committed: then they know, and do not stand for election. Those that are not there, or are far
  /// behind, are not waited for.
  private void retirePeers(long tick, long clock, Outbox out) {
    for (int peer : peers.removed()) {
      Progress progress = peers.get(peer);
      long removed = peers.removedAt(peer);
      boolean holdsIt = progress.match() >= removed;
      boolean reachable =
          peers.isHeard(progress, tick) && progress.next() > log.compacted().index();
      if (!holdsIt && reachable) continue;
      if (holdsIt) send(peer, true, tick, clock, out);
      peers.forget(peer);
    }
  }

  /// One that asks for votes and is no member any more gets what it misses, as far as that is
  /// committed: it may have been away when it was removed.
  void informRemoved(Message.RequestVote request, Outbox out) {
    EntryId last = request.last();
    if (memberships.current().contains(request.from()) || !log.matches(last)) return;
    RaftConfig.Limits limits = config.limits();
    List<Entry> entries =
        log.slice(
            last.index() + 1, log.commit(), limits.messageEntriesMax(), limits.messageBytesMax());
    out.messages.add(
        new Message.AppendEntries(
            config.id(), request.from(), term, last, entries, log.commit(), 0));
  }

  /// Begins to ask the peers whether this member still leads, when reads wait for it.
  private boolean startRound(long tick, long clock) {
    boolean late = tick - roundTick >= config.heartbeatTicks();
    if (!isOwnTermCommitted() || !reads.isGathering()) return false;
    if (reads.isRoundOpen() && !late) return false;
    startWaiting(tick);
    nextRound(clock);
    reads.start(round, log.commit());
    roundTick = tick;
    return true;
  }

  private void nextRound(long clock) {
    round++;
    rounds.add(new RoundStart(round, clock));
  }

  /// The peers that get entries and rounds at once. Under thrift these are just enough for a
  /// quorum, and some more where messages get lost, as long as they answer in good time: by turns,
  /// of those that keep up, so that what is sent to a peer anyhow saves it a heartbeat.
  private Set<Integer> chooseFirst(long tick) {
    if (!config.traffic().quorumOnly() || isSlow(tick)) return peers.ids();
    Comparator<Integer> longestWithout =
        Comparator.<Integer, Boolean>comparing(peer -> !peers.get(peer).keepsUp(tick, patience()))
            .thenComparingLong(peer -> peers.get(peer).sentTick())
            .thenComparingLong(peer -> -peers.get(peer).match())
            .thenComparingInt(peer -> peer);
    SortedSet<Integer> chosen = new TreeSet<>();
    int enough = Integer.MAX_VALUE;
    for (int peer : peers.ids().stream().sorted(longestWithout).toList()) {
      boolean quorum =
          Quorum.isQuorum(memberships.current(), m -> m == config.id() || chosen.contains(m));
      if (quorum) enough = Math.min(enough, chosen.size() + spares(chosen.size()));
      if (chosen.size() >= enough) break;
      if (memberships.current().isVoter(peer) && peers.isCounted(peer)) chosen.add(peer);
    }
    return chosen;
  }

  private boolean isSlow(long tick) {
    return isWaiting() && tick - progressTick > patience();
  }

  private int spares(int needed) {
    return config.traffic().lostTicks() > 0 ? losses.spares(needed) : 0;
  }

  private int patience() {
    int lostTicks = config.traffic().lostTicks();
    if (lostTicks > 0 && losses.isNoticed()) return lostTicks;
    return Math.max(2, config.heartbeatTicks() / 4);
  }

  /// Tells every peer at once how far the log is committed.
  void sendToAll(long tick, long clock, Outbox out) {
    for (int peer : peers.ids()) send(peer, true, tick, clock, out);
  }

  /// Sends what the window allows. Returns whether anything was sent.
  private boolean send(int peer, boolean evenEmpty, long tick, long clock, Outbox out) {
    Progress progress = peers.get(peer);
    if (progress.next() <= log.compacted().index()
        || progress.state() instanceof Progress.State.Install) {
      if (evenEmpty) send(peer, EntryId.ZERO, List.of(), tick, clock, out);
      return evenEmpty;
    }
    // A peer that is not heard gets no entries with its probes: they would only fill its queue.
    boolean quiet =
        peers.identity(peer).claimed() != 0
            || !peers.isHeard(progress, tick) && progress.state() instanceof Progress.State.Probe;
    boolean sent = false;
    while (true) {
      boolean more = progress.mayAppend() && !quiet && progress.next() <= log.lastIndex();
      if (!more && (sent || !evenEmpty)) return sent;
      long prev = progress.next() - 1;
      List<Entry> entries = more ? nextEntries(progress) : List.of();
      send(peer, new EntryId(prev, log.termAt(prev)), entries, tick, clock, out);
      sent = true;
    }
  }

  private List<Entry> nextEntries(Progress progress) {
    RaftConfig.Limits limits = config.limits();
    return log.slice(
        progress.next(), log.lastIndex(), limits.messageEntriesMax(), limits.messageBytesMax());
  }

  private void send(
      int peer, EntryId prev, List<Entry> entries, long tick, long clock, Outbox out) {
    boolean stamped = !rounds.isEmpty() && rounds.peekLast().clock == clock;
    if (config.leaseTicks() > 0 && !stamped) nextRound(clock);
    int bytes = 0;
    for (Entry entry : entries) bytes += entry.sizeBytes();
    out.messages.add(
        new Message.AppendEntries(config.id(), peer, term, prev, entries, log.commit(), round));
    peers.get(peer).sent(prev.index() + entries.size(), bytes, tick);
  }

  // ---- installing snapshots (§7) ----

  /// A peer whose next entry was released already, and who is there to take it, gets the snapshot.
  private void beginInstall(int peer, SnapshotMeta snapshot, long tick, Outbox out) {
    Progress progress = peers.get(peer);
    if (snapshot == null || progress.state() instanceof Progress.State.Install) return;
    if (progress.next() > log.compacted().index() || !peers.isHeard(progress, tick)) return;
    progress.install(snapshot, tick);
    out.events.add(new RaftEvent.InstallStarted(peer, snapshot.last()));
  }

  private void continueInstall(int peer, Progress.State.Install install, long tick, Outbox out) {
    Progress progress = peers.get(peer);
    if (tick - install.heardTick() > 4L * config.electionTicksMax()) {
      giveUpInstall(peer, install.meta().last(), out);
    } else if (install.askedTick() < 0 || tick - install.askedTick() >= config.electionTicksMin()) {
      out.chunkReads.add(new Ready.ChunkRead(peer, term, install.meta(), install.chunk()));
      progress.chunkAsked(tick);
    }
  }

  /// The chunk that was asked for is there: it is sent if it is still wanted.
  @Override
  public void chunkLoaded(Ready.ChunkRead asked, Bytes data, Outbox out) {
    Progress progress = peers.get(asked.peer());
    if (progress != null
        && asked.term() == term
        && progress.state() instanceof Progress.State.Install install
        && install.meta().equals(asked.meta())
        && install.chunk() == asked.chunk())
      out.messages.add(
          new Message.InstallSnapshot(
              config.id(), asked.peer(), term, asked.meta(), asked.chunk(), data));
  }

  /// A snapshot cannot be read any more: whoever is being sent it is to get another.
  void snapshotLost(EntryId last, Outbox out) {
    for (int peer : peers.ids())
      if (peers.get(peer).state() instanceof Progress.State.Install install
          && install.meta().last().equals(last)) giveUpInstall(peer, last, out);
  }

  private void giveUpInstall(int peer, EntryId last, Outbox out) {
    Progress progress = peers.get(peer);
    progress.probe(progress.match() + 1);
    out.events.add(new RaftEvent.InstallEnded(peer, last, false));
  }

  /// The index from which on snapshots are needed by an install; `otherwise` where none is under
  /// way.
  long installedFrom(long otherwise) {
    long from = otherwise;
    for (int peer : peers.ids())
      if (peers.get(peer).state() instanceof Progress.State.Install install)
        from = Math.min(from, install.meta().last().index());
    return from;
  }

  /// The index after which the log is needed by an install, or by a peer that is catching up after
  /// one; `otherwise` where there is none. Without this the peer could find, each time that an
  /// install ends, that the log has gone on without it.
  long logNeededFrom(long otherwise, long tick) {
    long from = installedFrom(otherwise);
    for (int peer : peers.ids()) {
      Progress progress = peers.get(peer);
      if (!(progress.state() instanceof Progress.State.Install)
          && progress.isCatchingUp()
          && tick - progress.heardTick() <= 4L * config.electionTicksMax())
        from = Math.min(from, progress.match());
    }
    return from;
  }

  // ---- handing over (thesis §3.10) ----

  /// The member that is to lead next, or [Membership#NONE].
  int transferTo() {
    return transferTo;
  }

  void beginTransfer(int target, long tick, Outbox out) {
    transferTo = target;
    transferTick = tick;
    timeoutNowSent = false;
    out.events.add(new RaftEvent.TransferStarted(target));
    sendTimeoutNow(out);
  }

  /// The target is told as soon as it holds the whole log.
  void sendTimeoutNow(Outbox out) {
    Progress progress = peers.get(transferTo);
    if (timeoutNowSent || progress == null || progress.match() < log.lastIndex()) return;
    timeoutNowSent = true;
    leaseForgone = true;
    out.messages.add(new Message.TimeoutNow(config.id(), transferTo, term));
  }

  /// Gives a transfer up that takes too long. Returns whether it did.
  boolean abandonTransfer(long tick, Outbox out) {
    if (transferTo == Membership.NONE || tick - transferTick <= config.electionTicksMin())
      return false;
    out.events.add(new RaftEvent.TransferAbandoned(transferTo));
    transferTo = Membership.NONE;
    return true;
  }
}
