package io.jangada.store;

import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import java.util.TreeMap;

/// What the records so far come to: the hard state, and which entries there are, without their
/// data. The log that is written and the log that is read fold the same records into it.
final class LogState {
  private HardState hardState;
  private EntryId last;
  private EntryId compacted;

  /// Term by the first index of a run of entries of that term; the first run begins at `compacted`.
  private final TreeMap<Long, Long> terms = new TreeMap<>();

  LogState(SegmentHeader.Start start) {
    hardState = start.hardState();
    last = start.last();
    compacted = start.compacted();
    terms.put(compacted.index(), compacted.term());
    terms.put(last.index(), last.term());
  }

  HardState hardState() {
    return hardState;
  }

  EntryId last() {
    return last;
  }

  /// The place before the first entry that is still wanted.
  EntryId compacted() {
    return compacted;
  }

  SegmentHeader.Start start() {
    return new SegmentHeader.Start(hardState, last, compacted);
  }

  /// @param index from that of [#compacted] up to that of [#last]
  EntryId idAt(long index) {
    if (index < compacted.index() || index > last.index())
      throw new IllegalStateException(
          "no entry " + index + " in a log from " + compacted + " to " + last);
    return new EntryId(index, terms.floorEntry(index).getValue());
  }

  /// @throws IllegalStateException when the record cannot follow those before it
  void apply(LogRecord record) {
    switch (record) {
      case LogRecord.Hard(HardState state) -> hardState = state;
      case LogRecord.Append(var entry) -> append(entry.id());
      case LogRecord.Reset(EntryId to) -> {
        terms.clear();
        terms.put(to.index(), to.term());
        last = to;
        compacted = to;
      }
      case LogRecord.Compact(EntryId to) -> compact(to);
    }
  }

  private void append(EntryId id) {
    if (id.index() > last.index() + 1 || id.index() <= compacted.index())
      throw new IllegalStateException(
          "entry " + id + " in a log from " + compacted + " to " + last);
    long termBefore = last.term();
    if (id.index() <= last.index()) {
      terms.tailMap(id.index(), true).clear();
      termBefore = terms.lastEntry().getValue();
    }
    if (termBefore != id.term()) terms.put(id.index(), id.term());
    last = id;
  }

  private void compact(EntryId to) {
    if (to.index() < compacted.index() || to.index() > last.index())
      throw new IllegalStateException(
          "compaction to " + to + " in a log from " + compacted + " to " + last);
    terms.headMap(to.index(), true).clear();
    terms.put(to.index(), to.term());
    compacted = to;
  }
}
