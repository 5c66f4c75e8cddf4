package io.jangada.store;

import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;

/// What one record of the log says. Folded into a [LogState] one after the other, records give the
/// log and the hard state.
sealed interface LogRecord extends LogStep {
  /// The new term and vote.
  record Hard(HardState state) implements LogRecord {}

  /// One entry; what the log held from its index on is truncated.
  record Append(Entry entry) implements LogRecord {}

  /// The log is empty and goes on after this place.
  record Reset(EntryId to) implements LogRecord {}

  /// The entries up to this one are covered by a snapshot and not needed any more.
  record Compact(EntryId to) implements LogRecord {}
}
