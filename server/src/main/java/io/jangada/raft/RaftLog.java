package io.jangada.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The log of one member since its last compaction, in memory, with the four places that matter in
/// it:
///
/// ```
/// compacted <= applied <= commit <= last        durable <= last
/// ```
///
/// Appends are asynchronous: entries are first handed to the disk ([#takeUnpersisted]) and later
/// known to be there ([#synced]). A write under way may be for entries that were truncated since.
/// Its completion must not count for other entries that took their place, not even when, after a
/// second truncation, the same entries are back that it had written (A, B, A: the disk may be at
/// B). Therefore a truncation lowers what each write under way will prove.
///
/// Entries that are applied and durable are packed, but for the last of them. The others are held
/// as they came: the same object goes to the peers, to the disk and to the state machine.
final class RaftLog {
  /// So much of what could be packed is not.
  private static final int LOOSE_BYTES = 16 << 10;

  /// What an entry that is not packed takes beyond [Entry#OVERHEAD_BYTES]: three objects' heads and
  /// fields, and a reference.
  private static final int LOOSE_OVERHEAD_BYTES = 56;

  private record Write(long batch, long last) {}

  /// The place before the first entry.
  private EntryId compacted;

  /// The older entries.
  private final PackedEntries packed;

  /// The entries after the packed ones, from `head` on.
  private Entry[] entries = new Entry[16];

  /// Where the first entry is in `entries`, and how many there are.
  private int head;

  private int count;

  /// The bytes of those entries, and of all that are not committed.
  private long sizeBytes;

  private long uncommittedBytes;

  /// The places of the picture above.
  private long commit;

  private long applied;
  private long durable;

  /// The index of the next entry that goes to the disk.
  private long persistedNext;

  /// The writes under way, each with the last index that it will prove; oldest first.
  private ArrayDeque<Write> writes = new ArrayDeque<>();

  /// A log recovered from disk: all of it durable, nothing known to be committed beyond
  /// `committed`.
  RaftLog(EntryId base, List<Entry> recovered, long committed) {
    this.compacted = base;
    packed = new PackedEntries(base.index() + 1);
    commit = committed;
    applied = committed;
    recovered.forEach(this::push);
    durable = lastIndex();
    persistedNext = lastIndex() + 1;
    Invariants.check(base.index() <= committed, "released entries were committed");
    Invariants.check(committed <= lastIndex(), "commit never passes the log's end");
  }

  /// The place before the first entry held.
  EntryId compacted() {
    return compacted;
  }

  long lastIndex() {
    return packed.next() - 1 + count;
  }

  EntryId last() {
    if (count > 0) return entries[head + count - 1].id();
    long index = packed.next() - 1;
    return index == compacted.index() ? compacted : new EntryId(index, packed.termAt(index));
  }

  long commit() {
    return commit;
  }

  long applied() {
    return applied;
  }

  long durable() {
    return durable;
  }

  /// Whether more is committed than the own disk is known to hold: the others get on without it.
  boolean isAheadOfDisk() {
    return commit > durable;
  }

  /// Bytes of all entries held.
  long sizeBytes() {
    return sizeBytes;
  }

  LogUse use() {
    long loose = sizeBytes - packed.sizeBytes() + (long) LOOSE_OVERHEAD_BYTES * count;
    return new LogUse(sizeBytes, uncommittedBytes, packed.memoryBytes() + loose);
  }

  /// From now on pages of entries are kept to be used again while all together have no more than
  /// that.
  void keepPages(long bytesMax) {
    packed.keepPages(bytesMax);
  }

  /// Bytes of the entries after `commit`.
  long uncommittedBytes() {
    return uncommittedBytes;
  }

  /// Whether the term at `index` is known here: from `base` to the last entry.
  boolean knows(long index) {
    return index >= compacted.index() && index <= lastIndex();
  }

  /// The term at an index that [#knows] is true for.
  long termAt(long index) {
    Invariants.check(knows(index), "a term is only asked for where it is held");
    if (index == compacted.index()) return compacted.term();
    return packed.contains(index) ? packed.termAt(index) : loose(index).term();
  }

  boolean matches(EntryId id) {
    return knows(id.index()) && termAt(id.index()) == id.term();
  }

  Entry get(long index) {
    Invariants.check(
        index > compacted.index() && index <= lastIndex(), "only held entries are read");
    return packed.contains(index) ? packed.get(index) : loose(index);
  }

  /// Entries from `from` on, as many as fit into the limits, but at least one if there is one.
  List<Entry> slice(long from, long to, int entriesMax, long bytesMax) {
    List<Entry> slice = new ArrayList<>();
    long bytes = 0;
    for (long index = from; index <= to && slice.size() < entriesMax; index++) {
      Entry entry = get(index);
      bytes += entry.sizeBytes();
      if (!slice.isEmpty() && bytes > bytesMax) break;
      slice.add(entry);
    }
    return slice;
  }

  void append(Entry entry) {
    Invariants.check(entry.index() == lastIndex() + 1, "entries are appended without a gap");
    Invariants.check(entry.term() >= last().term(), "terms in a log never decrease");
    push(entry);
  }

  /// The first of `arrived` that this log does not hold yet, where its log and this one agree
  /// before; one past the last when all are there.
  long firstMissing(List<Entry> arrived) {
    for (Entry entry : arrived) if (!matches(entry.id())) return entry.index();
    return arrived.isEmpty() ? lastIndex() + 1 : arrived.getLast().index() + 1;
  }

  /// Truncates the log after `last`. Committed entries are never truncated.
  void truncateAfter(long last) {
    Invariants.check(last >= commit, "a committed entry is never cut");
    while (lastIndex() > last) {
      Entry truncated = entries[head + --count];
      entries[head + count] = null;
      sizeBytes -= truncated.sizeBytes();
      uncommittedBytes -= truncated.sizeBytes();
    }
    durable = Math.min(durable, last);
    persistedNext = Math.min(persistedNext, last + 1);
    ArrayDeque<Write> lowered = new ArrayDeque<>(writes.size());
    for (Write write : writes) lowered.add(new Write(write.batch, Math.min(write.last, last)));
    writes = lowered;
  }

  /// The first index of the run of entries with the term of `index`, as far as it is held.
  long firstOfTermAt(long index) {
    long term = termAt(index);
    long first = index;
    while (first - 1 > compacted.index() && termAt(first - 1) == term) first--;
    return first;
  }

  /// What is held where a leader supposed another entry: the first index, and the term, of the run
  /// of entries there; the log's end plus one and term 0 where there is none.
  EntryId conflictAt(long index) {
    if (!knows(index)) return new EntryId(lastIndex() + 1, 0);
    return new EntryId(firstOfTermAt(index), termAt(index));
  }

  /// Where a leader tries next with a peer that refused what follows `refused`, because it has at
  /// that place a run of entries that begins at `conflict`: skips the whole run when its term is
  /// not in this log, and otherwise goes to the end of that term here (§5.3, the optimisation at
  /// its end).
  ///
  /// @param conflict the peer's log's end plus one, and term 0, where it has no entry at `refused`
  /// @return at most `refused`
  long nextAfterRefusal(long refused, EntryId conflict) {
    long next = conflict.index();
    // What was compacted since the refused message was sent cannot be searched any more.
    if (conflict.term() > 0 && knows(refused)) {
      long last = refused;
      while (last > compacted.index() && termAt(last) > conflict.term()) last--;
      if (termAt(last) == conflict.term()) next = last + 1;
    }
    return Math.min(refused, next);
  }

  boolean hasUnpersisted() {
    return persistedNext <= lastIndex();
  }

  /// The entries that the disk was not given yet; they go with `batch`.
  List<Entry> takeUnpersisted(long batch) {
    int from = head + (int) (persistedNext - packed.next());
    List<Entry> taken = List.of(Arrays.copyOfRange(entries, from, head + count, Entry[].class));
    persistedNext = lastIndex() + 1;
    writes.add(new Write(batch, lastIndex()));
    return taken;
  }

  /// The disk holds all writes up to `batch`.
  void synced(long batch) {
    while (!writes.isEmpty() && writes.peek().batch <= batch)
      durable = Math.max(durable, writes.poll().last);
  }

  void commitTo(long index) {
    Invariants.check(index <= lastIndex(), "commit never passes the log's end");
    while (commit < index) uncommittedBytes -= loose(++commit).sizeBytes();
  }

  boolean hasUnapplied() {
    return applied < commit;
  }

  /// The next committed entries, which count as applied from now on.
  List<Entry> takeCommitted(long bytesMax) {
    List<Entry> taken = slice(applied + 1, commit, Integer.MAX_VALUE, bytesMax);
    applied += taken.size();
    pack();
    return taken;
  }

  /// Packs what may be packed, when there is so much of it that it is worth a turn.
  private void pack() {
    if (sizeBytes - packed.sizeBytes() < 2 * LOOSE_BYTES) return;
    while (count > 0
        && sizeBytes - packed.sizeBytes() > LOOSE_BYTES
        && packed.next() <= Math.min(applied, durable)) {
      packed.append(entries[head]);
      dropFirst();
    }
  }

  private void dropFirst() {
    entries[head] = null;
    head = --count == 0 ? 0 : head + 1;
  }

  /// Forgets entries up to `index`, which is applied and durable in a snapshot.
  void compactTo(long index) {
    if (index <= compacted.index()) return;
    Invariants.check(index <= applied, "only applied entries are released");
    Invariants.check(index < persistedNext, "only entries given to the disk are released");
    EntryId newCompacted = new EntryId(index, termAt(index));
    sizeBytes -= packed.sizeBytes();
    for (long loose = packed.next(); loose <= index; loose++) {
      sizeBytes -= entries[head].sizeBytes();
      dropFirst();
    }
    packed.compactTo(index);
    sizeBytes += packed.sizeBytes();
    compacted = newCompacted;
    durable = Math.max(durable, index);
  }

  /// How far back entries reach that take `bytes` before `index`: compacting to the result keeps
  /// them.
  long compactable(long index, long bytes) {
    long keep = index;
    long kept = 0;
    while (keep > compacted.index()) {
      kept += packed.contains(keep) ? packed.sizeBytesAt(keep) : loose(keep).sizeBytes();
      if (kept > bytes) break;
      keep--;
    }
    return keep;
  }

  /// A snapshot takes the place of the whole log (Fig. 13, rule 7).
  void reset(EntryId last) {
    Invariants.check(last.index() > commit, "a snapshot never takes committed entries back");
    Arrays.fill(entries, head, head + count, null);
    head = 0;
    count = 0;
    packed.reset(last.index() + 1);
    sizeBytes = 0;
    uncommittedBytes = 0;
    compacted = last;
    commit = last.index();
    applied = last.index();
    durable = last.index();
    persistedNext = last.index() + 1;
    writes.clear();
  }

  private Entry loose(long index) {
    return entries[head + (int) (index - packed.next())];
  }

  private void push(Entry entry) {
    Invariants.check(entry.index() == lastIndex() + 1, "entries follow without a gap");
    if (head + count == entries.length) makeRoom();
    entries[head + count++] = entry;
    sizeBytes += entry.sizeBytes();
    if (entry.index() > commit) uncommittedBytes += entry.sizeBytes();
  }

  private void makeRoom() {
    Entry[] roomy = 2 * count > entries.length ? new Entry[2 * entries.length] : entries;
    System.arraycopy(entries, head, roomy, 0, count);
    if (roomy == entries) Arrays.fill(entries, count, head + count, null);
    entries = roomy;
    head = 0;
  }
}
