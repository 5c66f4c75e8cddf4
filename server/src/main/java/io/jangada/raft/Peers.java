package io.jangada.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// What a leader knows of the others, one by one ([Progress]) and as a quorum.
final class Peers {
  /// What is known of one peer: which data counts, and how far that is.
  private record Peer(PeerIdentity identity, Progress progress) {}

  /// What the parts of this member work on; the same object as long as the node runs.
  private final Context context;

  /// Timeouts and limits.
  private final RaftConfig config;

  /// The leader's log.
  private final RaftLog log;

  /// The memberships in that log.
  private final MembershipLog memberships;

  /// The other members by id, and those that were removed and do not know it yet.
  private final SortedMap<Integer, Peer> byId = new TreeMap<>();

  /// By id: peers that the active configuration has no more, and the index of the entry that
  /// removed them.
  private final SortedMap<Integer, Long> removed = new TreeMap<>();

  Peers(Context context) {
    this.context = context;
    this.config = context.config;
    this.log = context.log;
    this.memberships = context.memberships;
  }

  Set<Integer> ids() {
    return byId.keySet();
  }

  /// Those of whom it is committed that they are no members any more.
  List<Integer> removed() {
    List<Integer> gone = new ArrayList<>();
    removed.forEach(
        (peer, index) -> {
          if (index <= log.commit()) gone.add(peer);
        });
    return gone;
  }

  /// The index of the entry that removed a peer that is leaving.
  long removedAt(int peer) {
    return removed.get(peer);
  }

  void forget(int peer) {
    removed.remove(peer);
    byId.remove(peer);
  }

  /// Begins to keep track of the members in force, and notes which peers are not among them.
  void sync() {
    SortedSet<Integer> members = memberships.current().members();
    long tick = context.tick();
    removed.keySet().removeAll(members);
    for (int peer : byId.keySet())
      if (!members.contains(peer)) removed.putIfAbsent(peer, memberships.currentIndex());
    for (int member : members) {
      if (member == config.id()) continue;
      long incarnation = memberships.current().incarnation(member);
      Peer known = byId.get(member);
      if (known != null && known.identity.recorded() == incarnation) continue;
      var data = new PeerIdentity(new Incarnation(incarnation, known != null && incarnation != 0));
      byId.put(member, new Peer(data, new Progress(config.limits(), log.lastIndex() + 1, tick)));
    }
  }

  /// What is known of a peer's log; null for one that is no member.
  Progress get(int member) {
    Peer peer = byId.get(member);
    return peer == null ? null : peer.progress;
  }

  /// Which data of a peer counts; null for one that is no member.
  PeerIdentity identity(int member) {
    Peer peer = byId.get(member);
    return peer == null ? null : peer.identity;
  }

  /// Null for one that is no member.
  PeerProgress progressOf(int member) {
    Progress progress = get(member);
    if (progress == null) return null;
    boolean installing = progress.state() instanceof Progress.State.Install;
    return new PeerProgress(progress.match(), context.tick() - progress.contactTick(), installing);
  }

  /// Up to where a peer's log counts.
  long matchOf(int member) {
    return isCounted(member) ? get(member).match() : 0;
  }

  boolean isCounted(int member) {
    Peer peer = byId.get(member);
    return peer != null && peer.identity.isCounted();
  }

  /// Takes note of a reply. Returns the peer if the reply is about its progress; otherwise null.
  private Peer noteSender(int member, Incarnation named) {
    long tick = context.tick();
    Peer peer = byId.get(member);
    if (peer == null) return null;
    return switch (peer.identity.note(named, tick, config.electionTicksMax())) {
      case RECORDED -> peer;
      case OTHER -> {
        peer.progress.recordContact(tick);
        yield null;
      }
      case DISPUTED -> null;
    };
  }

  /// Takes note of a reply. Returns whether the peer holds more than was known.
  ///
  /// @param begun the last round that was begun
  boolean recordReply(Message.AppendEntriesReply reply, long begun) {
    Peer peer = noteSender(reply.from(), reply.incarnation());
    if (peer == null) return false;
    Progress progress = peer.progress;
    progress.recordReply(context.tick(), reply.round());
    if (reply.success()) return matched(peer, reply.match(), begun);
    if (progress.isRefusalFresh(reply.match()))
      progress.probe(log.nextAfterRefusal(reply.match(), reply.conflict()));
    return false;
  }

  /// Takes note of a reply to a chunk. Returns whether the peer holds the whole snapshot now, and
  /// did not before.
  ///
  /// @param begun the last round that was begun
  boolean recordReply(Message.InstallSnapshotReply reply, long begun) {
    Peer peer = noteSender(reply.from(), reply.incarnation());
    if (peer == null) return false;
    Progress progress = peer.progress;
    progress.recordReply(context.tick(), 0);
    if (!(progress.state() instanceof Progress.State.Install install)
        || !install.meta().last().equals(reply.last())) return false;
    if (reply.nextChunk() < install.meta().chunks()) {
      progress.chunkWanted(reply.nextChunk(), context.tick());
      return false;
    }
    boolean news = matched(peer, reply.last().index(), begun);
    context.out.events.add(new RaftEvent.InstallEnded(reply.from(), reply.last(), true));
    return news;
  }

  /// A peer holds the log up to `index`. Returns whether that is news, or the first that counts.
  private static boolean matched(Peer peer, long index, long round) {
    boolean first = peer.identity.takeNewlyCounted();
    return peer.progress.matched(index, round) || first;
  }

  /// A member that is to be readmitted with its new data, or [Membership#NONE]. Initial members say
  /// at first that their data is new, for a moment.
  int newIncarnation() {
    for (int peer : byId.keySet()) {
      boolean member = memberships.current().contains(peer) && !removed.containsKey(peer);
      if (member && identity(peer).isReplacedFor(context.tick(), config.electionTicksMax()))
        return peer;
    }
    return Membership.NONE;
  }

  // ---- quorums ----

  /// The last tick by which a quorum, this leader included, had answered.
  long quorumHeardTick() {
    return Quorum.reached(
        memberships.current(),
        member -> {
          if (member == config.id()) return context.tick();
          return isCounted(member) ? get(member).contactTick() : Long.MIN_VALUE / 2;
        });
  }

  /// The index that is durable on a quorum.
  long quorumMatch() {
    return Quorum.reached(
        memberships.current(), member -> member == config.id() ? log.durable() : matchOf(member));
  }

  /// The round that a quorum has answered, this leader having begun `own`.
  long quorumRound(long own) {
    return Quorum.reached(
        memberships.current(),
        member -> {
          if (member == config.id()) return own;
          return isCounted(member) ? get(member).round() : 0;
        });
  }

  /// Whether the members that count and answer are a quorum of another membership.
  boolean isQuorumOf(Membership other) {
    return Quorum.isQuorum(
        other, member -> member == config.id() || isCounted(member) && isResponsive(get(member)));
  }

  boolean isResponsive(Progress progress) {
    return context.tick() - progress.contactTick() <= config.electionTicksMin();
  }

  /// The voter that could lead soonest, or [Membership#NONE].
  int successor() {
    int best = Membership.NONE;
    for (int peer : byId.keySet()) {
      Progress progress = get(peer);
      boolean fit =
          memberships.current().voters().contains(peer)
              && isResponsive(progress)
              && isCounted(peer);
      if (fit && (best == Membership.NONE || progress.match() > matchOf(best))) best = peer;
    }
    return best;
  }
}
