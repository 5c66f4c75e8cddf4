package io.jangada.raft;

import java.util.List;

/// The newest durable snapshot of this member, how far the log and the memberships behind it are
/// compacted, and the installing of a leader's snapshot (§7, Fig. 13).
final class Snapshots {
  private final RaftConfig.Limits limits;
  private final RaftLog log;
  private final MembershipLog memberships;
  private final Outbox out;
  private final RaftState state;

  /// The id of this member.
  private final int id;

  /// The newest durable snapshot, or null.
  private SnapshotMeta newest;

  /// Whether the newest snapshot cannot be read any more.
  private boolean isLost;

  /// The log must begin anew on the disk after this entry; null when there is nothing to do.
  private EntryId resetTo;

  /// Up to this index entries are not needed; 0 before the first compaction.
  private long compactedTo;

  /// The `compactedTo` of the last batch for the disk.
  private long compactedToPersisted;

  Snapshots(Context context, RaftState state, Recovered recovered) {
    this.limits = context.config.limits();
    this.log = context.log;
    this.memberships = context.memberships;
    this.out = context.out;
    this.state = state;
    this.id = context.config.id();
    this.newest = recovered.snapshot();
    this.resetTo = recovered.isLogReplaced() ? newest.last() : null;
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

  /// Completes the batch for the disk with the changes of the log's beginning.
  Persist takeUnpersisted(long batch, HardState hard, List<Entry> entries) {
    long newlyCompacted = compactedTo > compactedToPersisted ? compactedTo : 0;
    Persist persist = new Persist(batch, resetTo, hard, entries, newlyCompacted);
    resetTo = null;
    compactedToPersisted = compactedTo;
    return persist;
  }

  // ---- snapshots made here ----

  /// A snapshot made here is durable.
  void taken(SnapshotMeta meta) {
    Invariants.check(meta.last().index() <= log.applied(), "a snapshot covers applied entries");
    if (newest != null && !isLost && meta.last().index() <= newest.last().index()) return;
    newest = meta;
    isLost = false;
    compact();
  }

  /// The newest snapshot, or an older one, cannot be read any more.
  void lost(EntryId last) {
    out.events.add(new RaftEvent.SnapshotLost(last));
    isLost |= newest != null && newest.last().equals(last);
    if (state.role() instanceof Leader leader) leader.installs.snapshotLost(last);
  }

  /// Snapshots older than this index are not read any more.
  long neededFrom() {
    long from = newest == null ? 0 : newest.last().index();
    return state.role() instanceof Leader leader ? leader.installs.snapshotsNeededFrom(from) : from;
  }

  /// Forgets entries behind the snapshot, except what a peer will need right after its install.
  void compact() {
    if (newest == null) return;
    // A snapshot that was installed beside a log that was kept may cover what is not applied yet.
    long covered = Math.min(newest.last().index(), log.applied());
    long needed =
        state.role() instanceof Leader leader ? leader.installs.logNeededFrom(covered) : covered;
    long to =
        Math.max(
            log.compactable(needed, limits.retainedBytes()),
            log.compactable(covered, limits.retainedBytesMax()));
    if (to <= log.compacted().index()) return;
    log.compactTo(to);
    memberships.compactTo(to);
    compactedTo = to;
    out.events.add(new RaftEvent.LogCompacted(log.compacted()));
  }

  // ---- snapshots of a leader ----

  void install(Message.InstallSnapshot install) {
    state.follow(install.from());
    SnapshotMeta meta = install.meta();
    long last = meta.last().index();
    if (last > log.commit())
      out.chunkWrites.add(new Ready.ChunkWrite(meta, install.chunk(), install.data()));
    else if (last <= log.durable()) reply(meta, meta.chunks());
    // Otherwise the disk is still at it. The leader asks again, and must not hear before that all
    // of it is held here: after a crash it would be waited for what is gone.
  }

  /// Chunks are stored.
  ///
  /// @param nextChunk the first chunk not stored yet
  void chunkStored(SnapshotMeta meta, int nextChunk) {
    if (nextChunk == meta.chunks() && meta.last().index() > log.commit()) adopt(meta);
    reply(meta, nextChunk);
  }

  private void reply(SnapshotMeta meta, int nextChunk) {
    if (!(state.role() instanceof Follower follower) || follower.leader == Membership.NONE) return;
    state.sendWhenDurable(
        new Message.InstallSnapshotReply(
            id, follower.leader, state.term(), meta.last(), nextChunk, state.incarnation()));
  }

  /// A snapshot that a leader sent takes the place of the log's beginning. The log is kept only
  /// where it has the snapshot's last entry (Fig. 13, rule 6); otherwise all of it goes (rule 7),
  /// for what conflicts there would conflict for ever.
  private void adopt(SnapshotMeta meta) {
    Role role = state.role();
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
