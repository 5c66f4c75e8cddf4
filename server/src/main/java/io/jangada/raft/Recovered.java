package io.jangada.raft;

import java.util.List;

/// What a member's disk held when it started.
///
/// @param compacted the place before the first of `entries`
/// @param snapshot the newest durable snapshot, from which the state machine is restored; or null
/// @param incarnation which data this is, and whether it counts
public record Recovered(
    HardState hard,
    EntryId compacted,
    List<Entry> entries,
    SnapshotMeta snapshot,
    Incarnation incarnation) {
  /// A member that starts for the first time.
  public static final Recovered EMPTY =
      new Recovered(HardState.INITIAL, EntryId.ZERO, List.of(), null);

  /// What a member finds that does not keep count of its data.
  public Recovered(HardState hard, EntryId compacted, List<Entry> entries, SnapshotMeta snapshot) {
    this(hard, compacted, entries, snapshot, Incarnation.NONE);
  }

  /// Whether a snapshot was installed just before a crash and the log on disk does not know of it
  /// yet: the log is to be thrown away now, as it would have been then (Fig. 13, rule 7).
  boolean isLogReplaced() {
    if (snapshot == null) {
      Invariants.check(compacted.index() == 0, "a log begins at 1 or behind a snapshot");
      return false;
    }
    EntryId last = snapshot.last();
    if (new RaftLog(compacted, entries, compacted.index()).matches(last)) return false;
    Invariants.check(
        compacted.index() <= last.index(), "the log begins at or before the snapshot's end");
    return true;
  }

  /// @param keptBytesMax how much its pages have together at most that are kept though empty
  RaftLog log(long keptBytesMax) {
    RaftLog log = log();
    log.keepPages(keptBytesMax);
    return log;
  }

  private RaftLog log() {
    if (snapshot == null) return new RaftLog(compacted, entries, 0);
    if (isLogReplaced()) return new RaftLog(snapshot.last(), List.of(), snapshot.last().index());
    return new RaftLog(compacted, entries, snapshot.last().index());
  }
}
