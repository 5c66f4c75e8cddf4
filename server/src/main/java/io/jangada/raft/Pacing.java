package io.jangada.raft;

import java.util.Comparator;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// When a leader sends what is new, and to which peers at first, under its
/// [RaftConfig.TrafficPolicy].
final class Pacing {
  private final Context context;
  private final RaftConfig config;
  private final RaftConfig.TrafficPolicy policy;
  private final RaftLog log;
  private final Peers peers;

  /// The reads of the same leader.
  private final ReadIndex reads;

  /// The index of the first entry of the leader's term.
  private final long firstOfTerm;

  /// The tick at which something new was last sent; long ago before the first time.
  private long sentTick = Long.MIN_VALUE / 2;

  /// How often something new was sent, to however many peers at once.
  private long sendings;

  /// Up to this index entries were sent to all that were targets then. Kept up only where the
  /// policy knows targets.
  private long sentToTargets;

  /// The tick at which a quorum last answered what waited, or something began to wait.
  private long progressTick;

  /// How often peers that are there do not answer.
  private final LossEstimate losses = new LossEstimate();

  Pacing(Context context, Peers peers, ReadIndex reads) {
    this.context = context;
    this.config = context.config;
    this.policy = config.traffic();
    this.log = context.log;
    this.peers = peers;
    this.reads = reads;
    this.firstOfTerm = log.lastIndex() + 1;
  }

  /// Something new waits for a quorum from now on, where nothing did.
  void startWaiting() {
    if (!isWaiting()) progressTick = context.tick();
  }

  /// A quorum answered.
  void progressed() {
    progressTick = context.tick();
  }

  private boolean isWaiting() {
    return log.commit() < log.lastIndex() || reads.isRoundOpen();
  }

  /// Whether a quorum keeps what waits waiting for longer than it should.
  private boolean isSlow() {
    return isWaiting() && context.tick() - progressTick > patience();
  }

  /// Whether something new may be sent again.
  boolean isDue() {
    long entries = log.lastIndex() + 1 - firstOfTerm;
    return context.tick() - sentTick >= policy.paceTicks()
        || 100 * sendings < policy.sendingsPercentMin() * entries;
  }

  /// Whether there may be entries that were not sent to enough peers yet.
  boolean hasEntries() {
    return isForAll() || log.lastIndex() > sentToTargets;
  }

  private boolean isForAll() {
    return !policy.quorumOnly() || isSlow();
  }

  /// Something new was sent.
  void sent() {
    sentTick = context.tick();
    sendings++;
  }

  /// Entries were sent to these peers, as far as their windows have room.
  void sentEntries(Set<Integer> targets) {
    if (!policy.quorumOnly()) return;
    sentToTargets = log.lastIndex();
    for (int peer : targets) sentToTargets = Math.min(sentToTargets, peers.get(peer).next() - 1);
  }

  /// The peers that get entries and rounds at once. Where the policy wants a quorum only, these are
  /// just enough for one, and some more where messages get lost, as long as they answer in good
  /// time: by turns, of those that keep up, so that what is sent to a peer anyhow saves it a
  /// heartbeat.
  Set<Integer> targets() {
    if (isForAll()) return peers.ids();
    Membership membership = context.memberships.current();
    Comparator<Integer> longestWithout =
        Comparator.<Integer, Boolean>comparing(
                peer -> !peers.get(peer).keepsUp(context.tick(), patience()))
            .thenComparingLong(peer -> peers.get(peer).sentTick())
            .thenComparingLong(peer -> -peers.get(peer).match())
            .thenComparingInt(peer -> peer);
    SortedSet<Integer> chosen = new TreeSet<>();
    int enough = Integer.MAX_VALUE;
    for (int peer : peers.ids().stream().sorted(longestWithout).toList()) {
      boolean isQuorum = Quorum.isQuorum(membership, m -> m == config.id() || chosen.contains(m));
      if (isQuorum) enough = Math.min(enough, chosen.size() + spares(chosen.size()));
      if (chosen.size() >= enough) break;
      if (membership.isVoter(peer) && peers.isCounted(peer)) chosen.add(peer);
    }
    return chosen;
  }

  private int spares(int needed) {
    return policy.lostTicks() > 0 ? losses.spares(needed) : 0;
  }

  /// Takes note of a reply before its peer's progress does.
  void noteReply(Message.AppendEntriesReply reply, Progress progress) {
    losses.count(progress.isAfterLoss(reply, context.tick(), patience()));
  }

  /// Has a peer sent again what it has not answered in time.
  void takeBackLost(Progress progress) {
    if (policy.lostTicks() > 0) progress.takeBackLost(context.tick(), patience());
  }

  /// How many ticks an answer may take.
  private int patience() {
    if (policy.lostTicks() > 0 && losses.isNoticed()) return policy.lostTicks();
    return Math.max(2, config.heartbeatTicks() / 4);
  }
}
