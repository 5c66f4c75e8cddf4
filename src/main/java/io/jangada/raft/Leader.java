package io.jangada.raft;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
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
  private final SortedMap<Integer, Progress> peers = new TreeMap<>();

  /// Peers that the membership in force has no more, and the index of the entry that removed them.
  private final SortedMap<Integer, Long> leaving = new TreeMap<>();

  private long round;
  private final ArrayDeque<RoundStart> rounds = new ArrayDeque<>();
  private long quorumClock = Long.MIN_VALUE / 2;
  private long roundTick;
  private long progressTick;

  /// Up to here entries were sent to as many as are served at first.
  private long servedIndex;

  private long paceTick = Long.MIN_VALUE / 2;

  private int transferTo = Membership.NONE;
  private long transferTick;
  private boolean transferTold;

  /// A peer was told to stand at once, and voters will not wait for a lease to end.
  private boolean leaseForgone;

  Leader(RaftConfig config, RaftLog log, MembershipLog memberships, long term) {
    this.config = config;
    this.log = log;
    this.memberships = memberships;
    this.term = term;
    this.first = log.lastIndex() + 1;
    this.reads = new ReadIndex(config.limits().readsMax());
  }

  /// Begins to keep track of the members in force, and notes which peers are not among them.
  void syncPeers(long tick) {
    SortedSet<Integer> members = memberships.current().members();
    leaving.keySet().removeAll(members);
    for (int peer : peers.keySet())
      if (!members.contains(peer)) leaving.putIfAbsent(peer, memberships.currentIndex());
    for (int member : members) {
      if (member == config.id()) continue;
      long incarnation = memberships.current().incarnation(member);
      Progress known = peers.get(member);
      if (known != null && known.incarnation() == incarnation) continue;
      Standing standing = new Standing(incarnation, known != null && incarnation != 0);
      peers.put(member, new Progress(config.limits(), standing, log.lastIndex() + 1, tick));
    }
  }

  /// What is known of a peer; null for a stranger.
  Progress peer(int member) {
    return peers.get(member);
  }

  /// Null for one that is no member.
  PeerProgress progressOf(int member, long tick) {
    Progress progress = peers.get(member);
    if (progress == null) return null;
    boolean installing = progress.state() instanceof Progress.State.Install;
    return new PeerProgress(progress.match(), tick - progress.heardTick(), installing);
  }

  /// Up to where a peer's log counts.
  long matchOf(int member) {
    return isCounted(member) ? peers.get(member).match() : 0;
  }

  boolean isCounted(int member) {
    Progress progress = peers.get(member);
    return progress != null && progress.isCounted();
  }

  /// Takes note of an answer. Returns whether it brings news of what the peer holds.
  boolean isNews(Message.AppendEntriesReply reply, long tick) {
    Progress progress = peers.get(reply.from());
    if (progress == null || !progress.isAbout(reply.standing(), tick)) return false;
    progress.heard(tick, reply.round());
    if (reply.success()) {
      Invariants.check(
          reply.match() <= log.lastIndex(), "no follower matches more than its leader holds");
      return progress.matched(reply.match());
    }
    if (progress.isRefusalFresh(reply.match()))
      progress.probe(log.nextAfterRefusal(reply.match(), reply.conflict()));
    return false;
  }

  /// Takes note of an answer to a chunk. Returns whether the peer holds the whole snapshot now, and
  /// that is news.
  boolean isNews(Message.InstallSnapshotReply reply, long tick, Outbox out) {
    Progress progress = peers.get(reply.from());
    if (progress == null || !progress.isAbout(reply.standing(), tick)) return false;
    progress.heard(tick, 0);
    if (!(progress.state() instanceof Progress.State.Install install)
        || !install.meta().last().equals(reply.last())) return false;
    if (reply.nextChunk() < install.meta().chunks()) {
      progress.chunkWanted(reply.nextChunk(), tick);
      return false;
    }
    boolean news = progress.matched(reply.last().index());
    out.events.add(new RaftEvent.InstallEnded(reply.from(), reply.last(), true));
    return news;
  }

  /// A member that is to be taken in with its new data, or [Membership#NONE]. Founders say at first
  /// that their data is new, for a moment.
  int stranger(long tick) {
    for (int peer : peers.keySet()) {
      boolean member = memberships.current().contains(peer) && !leaving.containsKey(peer);
      if (member && peers.get(peer).isStrangeFor(tick, config.electionTicksMax())) return peer;
    }
    return Membership.NONE;
  }

  boolean isOwnTermCommitted() {
    return log.commit() >= first;
  }

  // ---- who answers ----

  /// The last tick by which a quorum, this leader included, had answered.
  long quorumHeardTick(long tick) {
    return Quorum.reached(
        memberships.current(),
        member -> {
          if (member == config.id()) return tick;
          return isCounted(member) ? peers.get(member).heardTick() : Long.MIN_VALUE / 2;
        });
  }

  /// The index that is durable on a quorum.
  long quorumMatch() {
    return Quorum.reached(
        memberships.current(), member -> member == config.id() ? log.durable() : matchOf(member));
  }

  /// Counts the rounds that a quorum has answered.
  private void confirmRounds(long tick) {
    if (rounds.isEmpty()) return;
    long answered =
        Quorum.reached(
            memberships.current(),
            member -> {
              if (member == config.id()) return round;
              return isCounted(member) ? peers.get(member).round() : 0;
            });
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
        || isCounted(witness)
            && Quorum.isQuorum(memberships.current(), m -> m == config.id() || m == witness);
  }

  /// Whether the members that count and answer are a quorum of another membership.
  boolean isQuorumOf(Membership other, long tick) {
    return Quorum.isQuorum(
        other,
        member -> member == config.id() || isCounted(member) && isHeard(peers.get(member), tick));
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
  /// @param snapshot the newest own snapshot, or null
  void replicate(SnapshotMeta snapshot, long tick, long clock, Outbox out) {
    confirmRounds(tick);
    dismiss(tick, clock, out);
    boolean paced = tick - paceTick >= config.thrift().paceTicks();
    boolean asks = paced && startRound(tick, clock);
    // One member alone is its own quorum: nobody's reply will come.
    if (asks) confirmRounds(tick);
    boolean thrifty = config.thrift().quorumOnly() && !isSlow(tick);
    boolean fresh = paced && (!thrifty || log.lastIndex() > servedIndex);
    Set<Integer> first = asks || fresh ? firstServed(tick) : Collections.emptySet();
    long reached = log.lastIndex();
    for (int peer : peers.keySet()) {
      Progress progress = peers.get(peer);
      boolean due = tick - progress.sentTick() >= config.heartbeatTicks();
      boolean served = first.contains(peer);
      boolean asked = asks && served && memberships.current().isVoter(peer);
      boolean seeks = paced && progress.isSeeking();
      boolean news = (served || seeks) && progress.next() <= log.lastIndex();
      if (due) progress.probeAgain();
      if (due || asked || news) beginInstall(peer, snapshot, tick, out);
      if (progress.state() instanceof Progress.State.Install install)
        continueInstall(peer, install, tick, out);
      // Heartbeats do not count: those of several peers could keep what is new waiting for ever.
      if ((due || asked || news) && send(peer, due || asked, tick, clock, out) && (asked || news))
        paceTick = tick;
      if (served) reached = Math.min(reached, progress.next() - 1);
    }
    if (fresh) servedIndex = reached;
  }

  /// Peers that were removed get the log up to the entry that says so, and hear that it is
  /// committed: then they know, and do not stand for election. Those that are not there, or are far
  /// behind, are not waited for.
  private void dismiss(long tick, long clock, Outbox out) {
    for (int peer : List.copyOf(leaving.keySet())) {
      Progress progress = peers.get(peer);
      if (log.commit() < leaving.get(peer)) continue;
      boolean holdsIt = progress.match() >= leaving.get(peer);
      boolean reachable = isHeard(progress, tick) && progress.next() > log.base().index();
      if (!holdsIt && reachable) continue;
      if (holdsIt) send(peer, true, tick, clock, out);
      leaving.remove(peer);
      peers.remove(peer);
    }
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
  /// quorum, as long as they answer in good time: by turns, of those that keep up, so that what is
  /// sent to a peer anyhow saves it a heartbeat.
  private Set<Integer> firstServed(long tick) {
    if (!config.thrift().quorumOnly() || isSlow(tick)) return peers.keySet();
    Comparator<Integer> longestWithout =
        Comparator.<Integer, Boolean>comparing(peer -> !peers.get(peer).keepsUp(tick, patience()))
            .thenComparingLong(peer -> peers.get(peer).sentTick())
            .thenComparingLong(peer -> -peers.get(peer).match())
            .thenComparingInt(peer -> peer);
    SortedSet<Integer> chosen = new TreeSet<>();
    for (int peer : peers.keySet().stream().sorted(longestWithout).toList()) {
      if (Quorum.isQuorum(memberships.current(), m -> m == config.id() || chosen.contains(m)))
        break;
      if (memberships.current().isVoter(peer) && isCounted(peer)) chosen.add(peer);
    }
    return chosen;
  }

  private boolean isSlow(long tick) {
    return isWaiting() && tick - progressTick > patience();
  }

  private int patience() {
    return Math.max(2, config.heartbeatTicks() / 4);
  }

  /// Tells every peer at once how far the log is committed.
  void sendToAll(long tick, long clock, Outbox out) {
    for (int peer : peers.keySet()) send(peer, true, tick, clock, out);
  }

  /// Sends what the window allows. Returns whether anything was sent.
  private boolean send(int peer, boolean evenEmpty, long tick, long clock, Outbox out) {
    Progress progress = peers.get(peer);
    if (progress.next() <= log.base().index()
        || progress.state() instanceof Progress.State.Install) {
      if (evenEmpty) send(peer, EntryId.ZERO, List.of(), tick, clock, out);
      return evenEmpty;
    }
    // A peer that is not heard gets no entries with its probes: they would only fill its queue.
    boolean quiet =
        progress.stranger() != 0
            || !isHeard(progress, tick) && progress.state() instanceof Progress.State.Probe;
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

  private boolean isHeard(Progress progress, long tick) {
    return tick - progress.heardTick() <= config.electionTicksMin();
  }

  // ---- installing snapshots (§7) ----

  /// A peer whose next entry was released already, and who is there to take it, gets the snapshot.
  private void beginInstall(int peer, SnapshotMeta snapshot, long tick, Outbox out) {
    Progress progress = peers.get(peer);
    if (progress.state() instanceof Progress.State.Install) return;
    if (progress.next() > log.base().index() || !isHeard(progress, tick)) return;
    progress.install(snapshot, tick);
    out.events.add(new RaftEvent.InstallStarted(peer, snapshot.last()));
  }

  private void continueInstall(int peer, Progress.State.Install install, long tick, Outbox out) {
    Progress progress = peers.get(peer);
    if (tick - install.heardTick() > 4L * config.electionTicksMax()) {
      progress.probe(progress.match() + 1);
      out.events.add(new RaftEvent.InstallEnded(peer, install.meta().last(), false));
    } else if (install.askedTick() < 0 || tick - install.askedTick() >= config.electionTicksMin()) {
      out.chunkReads.add(new Ready.ChunkRead(peer, term, install.meta(), install.chunk()));
      progress.chunkAsked(tick);
    }
  }

  /// The chunk that was asked for is there: it is sent if it is still wanted.
  void chunkLoaded(Message.InstallSnapshot chunk, Outbox out) {
    Progress progress = peers.get(chunk.to());
    if (progress != null
        && progress.state() instanceof Progress.State.Install install
        && install.meta().equals(chunk.meta())
        && install.chunk() == chunk.chunk()) out.messages.add(chunk);
  }

  /// The index from which on snapshots are needed by an install; `otherwise` where none is under
  /// way.
  long installedFrom(long otherwise) {
    long from = otherwise;
    for (Progress progress : peers.values())
      if (progress.state() instanceof Progress.State.Install install)
        from = Math.min(from, install.meta().last().index());
    return from;
  }

  /// The index after which the log is needed by an install, or by a peer that is catching up after
  /// one; `otherwise` where there is none. Without this the peer could find, each time that an
  /// install ends, that the log has gone on without it.
  long logNeededFrom(long otherwise, long tick) {
    long from = installedFrom(otherwise);
    for (Progress progress : peers.values())
      if (!(progress.state() instanceof Progress.State.Install)
          && progress.isCatchingUp()
          && tick - progress.heardTick() <= 4L * config.electionTicksMax())
        from = Math.min(from, progress.match());
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
    transferTold = false;
    out.events.add(new RaftEvent.TransferStarted(target));
    tellTransfer(out);
  }

  /// The target is told as soon as it holds the whole log.
  void tellTransfer(Outbox out) {
    Progress progress = peers.get(transferTo);
    if (transferTold || progress == null || progress.match() < log.lastIndex()) return;
    transferTold = true;
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

  /// The voter that could lead soonest, or [Membership#NONE].
  int successor(long tick) {
    int best = Membership.NONE;
    for (int peer : peers.keySet()) {
      Progress progress = peers.get(peer);
      boolean fit =
          memberships.current().voters().contains(peer)
              && isHeard(progress, tick)
              && progress.isCounted();
      if (fit && (best == Membership.NONE || progress.match() > matchOf(best))) best = peer;
    }
    return best;
  }
}
