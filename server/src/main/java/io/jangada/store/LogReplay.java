package io.jangada.store;

import io.jangada.raft.Entry;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A [LogState] together with the entries themselves, as they come back from the disk.
final class LogReplay {
  private final LogState state;
  private final ArrayList<Entry> entries = new ArrayList<>();

  LogReplay(SegmentHeader.Start start) {
    state = new LogState(start);
  }

  LogState state() {
    return state;
  }

  List<Entry> entries() {
    return entries;
  }

  /// @throws IllegalStateException when the record cannot follow those before it
  void apply(LogRecord record) {
    state.apply(record);
    switch (record) {
      case LogRecord.Append(Entry entry) -> {
        truncateFrom(entry.index());
        entries.add(entry);
      }
      case LogRecord.Reset reset -> entries.clear();
      case LogRecord.Compact(var to) -> entries.subList(0, before(to.index() + 1)).clear();
      case LogRecord.Hard hard -> {}
    }
  }

  /// The last membership among the entries.
  Optional<Membership> membership() {
    return membershipIn(entries);
  }

  static Optional<Membership> membershipIn(List<Entry> entries) {
    for (Entry entry : entries.reversed())
      if (entry.kind() == Entry.Kind.MEMBERSHIP)
        return Optional.of(Membership.decode(entry.data()));
    return Optional.empty();
  }

  /// Whether every entry that should be there is: between the last compacted and the last one.
  boolean isWhole() {
    return entries.size() == state.last().index() - state.compacted().index();
  }

  private void truncateFrom(long index) {
    entries.subList(before(index), entries.size()).clear();
  }

  /// How many of the entries come before that index.
  private int before(long index) {
    if (entries.isEmpty()) return 0;
    return Math.clamp(index - entries.getFirst().index(), 0, entries.size());
  }
}
