package io.jangada.store;

import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Persist;
import java.util.ArrayList;
import java.util.List;

/// What a log should hold: the obvious way to say it.
record LogModel(HardState hardState, EntryId base, List<Entry> entries) {
  static final LogModel EMPTY = new LogModel(HardState.INITIAL, EntryId.ZERO, List.of());

  LogModel {
    entries = List.copyOf(entries);
  }

  static LogModel of(DurableLog.Opened opened) {
    return new LogModel(opened.hardState(), opened.compacted(), opened.entries());
  }

  EntryId last() {
    return entries.isEmpty() ? base : entries.getLast().id();
  }

  /// The model after each part of a batch: a crash may leave any of them, in that order.
  List<LogModel> after(Persist batch) {
    List<LogModel> all = new ArrayList<>();
    LogModel now = this;
    if (batch.resetTo() != null)
      all.add(now = new LogModel(now.hardState, batch.resetTo(), List.of()));
    if (batch.hardState() != null)
      all.add(now = new LogModel(batch.hardState(), now.base, now.entries));
    for (Entry entry : batch.entries()) all.add(now = now.append(entry));
    if (batch.compactedTo() > now.base.index()) all.add(now = now.release(batch.compactedTo()));
    if (all.isEmpty()) all.add(now);
    return all;
  }

  private LogModel append(Entry entry) {
    List<Entry> kept =
        new ArrayList<>(entries.subList(0, (int) (entry.index() - base.index() - 1)));
    kept.add(entry);
    return new LogModel(hardState, base, kept);
  }

  private LogModel release(long index) {
    int count = (int) (index - base.index());
    EntryId to = entries.get(count - 1).id();
    return new LogModel(hardState, to, entries.subList(count, entries.size()));
  }

  @Override
  public String toString() {
    return hardState
        + " base "
        + base
        + " entries "
        + entries.stream().map(entry -> entry.id() + ":" + entry.data().hashCode()).toList();
  }
}
