package io.jangada.raft;

import java.util.List;

/// The newest durable snapshot of this member, and how far the log and the memberships behind it
/// are compacted (§7, Fig. 13).
final class Snapshots {
  private final RaftConfig.Limits limits;
  private final RaftLog log;
  private final MembershipLog memberships;
  private final Outbox out;
  private SnapshotMeta newest;
  private boolean isLost;

  /// What the disk is still to be told: that the log begins anew after this entry, or null…
  private EntryId resetTo;

  /// …and that entries up to here are not needed, and how far it was told so.
  private long compactedTo;

  private long compactedToPersisted;

  Snapshots(RaftConfig config, Recovered recovered, MembershipLog memberships, Outbox out) {
    this.limits = config.limits();
    this.log = recovered.log(limits.keptBytesMax());
    this.memberships = memberships;
    this.out = out;
    this.newest = recovered.snapshot();
    this.resetTo = recovered.isLogReplaced() ? newest.last() : null;
    if (newest != null) memberships.reset(newest.last().index(), newest.membership());
  }

  RaftLog log() {
    return log;
  }

  /// Null before the first.
  SnapshotMeta newest() {
    return newest;
  }

  /// The newest where it can be read; otherwise null.
  SnapshotMeta readable() {
    return isLost ? null : newest;
  }

  boolean hasUnpersisted() {
    return resetTo != null || compactedTo > compactedToPersisted;
  }

  /// Makes the batch for the disk whole with what is to be told about the log's beginning.
  Persist takeUnpersisted(long batch, HardState hard, List<Entry> entries) {
    long released = compactedTo > compactedToPersisted ? compactedTo : 0;
    Persist persist = new Persist(batch, resetTo, hard, entries, released);
    resetTo = null;
    compactedToPersisted = compactedTo;
    return persist;
  }

  /// A snapshot made here is durable. Returns whether it is the newest now.
  boolean taken(SnapshotMeta meta) {
    Invariants.check(meta.last().index() <= log.applied(), "a snapshot covers applied entries");
    if (newest != null && !isLost && meta.last().index() <= newest.last().index()) return false;
    newest = meta;
    isLost = false;
    return true;
  }

  /// The newest snapshot, or an older one, cannot be read any more.
  void lost(EntryId last) {
    out.events.add(new RaftEvent.SnapshotLost(last));
    isLost |= newest != null && newest.last().equals(last);
  }

  /// Forgets entries behind the snapshot, except what a peer will need right after its install.
  ///
  /// @param leader null where this member does not lead
  void compact(Leader leader, long tick) {
    if (newest == null) return;
    // A snapshot that was installed beside a log that was kept may cover what is not applied yet.
    long covered = Math.min(newest.last().index(), log.applied());
    long needed = leader == null ? covered : leader.logNeededFrom(covered, tick);
    long to =
        Math.max(
            log.releasable(needed, limits.retainedBytes()),
            log.releasable(covered, limits.retainedBytesMax()));
    if (to <= log.compacted().index()) return;
    log.compactTo(to);
    memberships.compactTo(to);
    compactedTo = to;
    out.events.add(new RaftEvent.LogCompacted(log.compacted()));
  }

  /// A snapshot that a leader sent takes the place of the log's beginning. The log is kept only
  /// where it has the snapshot's last entry (Fig. 13, rule 6); otherwise all of it goes (rule 7),
  /// for what conflicts there would conflict for ever.
  void adopt(SnapshotMeta meta, Role role) {
    boolean kept = log.matches(meta.last());
    Invariants.check(
        kept || !(role instanceof Leader),
        "Leader Completeness (Fig. 3): a leader holds what is committed");
    if (kept) {
      log.commitTo(meta.last().index());
    } else {
      log.reset(meta.last());
      memberships.reset(meta.last().index(), meta.membership());
      resetTo = meta.last();
      out.restore = meta;
      if (role instanceof Follower follower)
        follower.matched = Math.max(follower.matched, meta.last().index());
    }
    if (role instanceof Follower follower)
      follower.acknowledgedMatch = Math.max(follower.acknowledgedMatch, meta.last().index());
    newest = meta;
    isLost = false;
    out.events.add(new RaftEvent.SnapshotInstalled(meta.last(), kept));
  }
}
