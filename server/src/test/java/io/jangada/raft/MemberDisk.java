package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// One member's disk under the test's control: batches queue until they are synced, and a crash
/// loses those that were not.
final class MemberDisk {
  /// What is durable.
  HardState hard = HardState.INITIAL;

  EntryId base = EntryId.ZERO;
  Incarnation standing = Incarnation.NONE;

  /// Entries that were on this disk when it was wiped.
  private final TreeSet<String> wiped = new TreeSet<>();

  final List<Entry> entries = new ArrayList<>();

  /// Whole snapshots by the index they end at.
  final TreeMap<Long, StoredSnapshot> snapshots = new TreeMap<>();

  /// Batches that are written by themselves as soon as they come.
  boolean automatic = true;

  final ArrayDeque<Persist> queue = new ArrayDeque<>();
  private long lastBatch;

  /// A snapshot's bytes, in chunks.
  record StoredSnapshot(SnapshotMeta meta, List<Bytes> chunks) {}

  void give(Persist persist) {
    Invariants.check(persist.batch() == lastBatch + 1, "batches come in order");
    lastBatch = persist.batch();
    queue.add(persist);
  }

  boolean isIdle() {
    return queue.isEmpty();
  }

  /// Makes the oldest batch durable and tells its number.
  long sync() {
    Persist persist = queue.remove();
    write(persist, Integer.MAX_VALUE);
    return persist.batch();
  }

  /// The machine stops. Of the batches under way the first `written` are on the disk all the same,
  /// though nobody was told, and of the one after them its beginning up to `torn` parts.
  void crash(int written, int torn) {
    for (int i = 0; i < written && !queue.isEmpty(); i++) sync();
    if (torn > 0 && !queue.isEmpty()) write(queue.remove(), torn);
    queue.clear();
    lastBatch = 0;
  }

  /// Everything is gone for good, and what begins now knows that it is new.
  void wipe(long incarnation) {
    for (Entry entry : entries) wiped.add(entry.id().toString());
    snapshots.clear();
    queue.clear();
    entries.clear();
    hard = HardState.INITIAL;
    base = EntryId.ZERO;
    lastBatch = 0;
    standing = new Incarnation(incarnation, true);
  }

  /// Only the first entries are left, as in an old copy of the directory.
  void rollBack(int count) {
    while (entries.size() > count) wiped.add(entries.removeLast().id().toString());
  }

  Recovered recover() {
    SnapshotMeta snapshot = snapshots.isEmpty() ? null : snapshots.lastEntry().getValue().meta();
    return new Recovered(hard, base, List.copyOf(entries), snapshot, standing);
  }

  EntryId last() {
    return entries.isEmpty() ? base : entries.getLast().id();
  }

  long lastIndex() {
    return base.index() + entries.size();
  }

  /// Whether what is durable proves the entry: by the log, or by a snapshot that covers it.
  boolean holds(EntryId id) {
    if (!snapshots.isEmpty() && snapshots.lastKey() >= id.index()) return true;
    return logHolds(id);
  }

  /// Whether it held the entry before it was wiped.
  boolean heldBefore(EntryId id) {
    return wiped.contains(id.toString());
  }

  boolean logHolds(EntryId id) {
    if (id.index() < base.index() || id.index() > lastIndex()) return false;
    if (id.index() == base.index()) return id.equals(base);
    return entries.get((int) (id.index() - base.index() - 1)).id().equals(id);
  }

  void forgetSnapshotsBefore(long index) {
    if (!snapshots.isEmpty()) snapshots.headMap(Math.min(index, snapshots.lastKey())).clear();
  }

  /// Presets what a member has before it first starts.
  void preset(HardState state, List<Entry> log) {
    hard = state;
    entries.addAll(log);
  }

  private void write(Persist persist, int parts) {
    int left = parts;
    if (persist.resetTo() != null && left-- > 0) {
      base = persist.resetTo();
      entries.clear();
    }
    if (persist.hardState() != null && left-- > 0) hard = persist.hardState();
    for (Entry entry : persist.entries()) if (left-- > 0) append(entry);
    if (persist.compactedTo() > base.index() && left > 0) release(persist.compactedTo());
  }

  private void append(Entry entry) {
    Invariants.check(
        entry.index() > base.index() && entry.index() <= lastIndex() + 1,
        "entries for the disk begin at most one past its end");
    while (lastIndex() >= entry.index()) entries.removeLast();
    entries.add(entry);
  }

  private void release(long index) {
    Invariants.check(index <= lastIndex(), "only entries on the disk are released");
    Invariants.check(
        !snapshots.isEmpty() && snapshots.lastKey() >= index,
        "what is released is covered by a durable snapshot");
    base = entries.get((int) (index - base.index() - 1)).id();
    entries.removeIf(entry -> entry.index() <= index);
  }

  @Override
  public String toString() {
    return hard + " base=" + base + " " + entries.stream().map(Entry::id).toList();
  }
}
