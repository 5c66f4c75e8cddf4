package io.jangada.raft;

import java.util.List;

/// What the disk must hold before the messages that wait for it may leave. The parts are in the
/// order in which they must be recoverable: the new beginning of the log, hard state, entries.
/// Batches are written in the order of their numbers; when `Input.Synced(batch)` comes back,
/// everything up to that batch is durable.
///
/// @param batch 1, 2, 3 …, never used twice by one node
/// @param resetTo when not null: the log is thrown away whole and goes on after this place, which
///   an installed snapshot covers (Fig. 13, rule 7)
/// @param hardState when not null: the new term and vote
/// @param entries entries to append; the first one's index is at most one past the end, and what
///   the log held from there on is truncated
/// @param compactedTo entries up to here are covered by a durable snapshot and may be forgotten; 0
///   for nothing to forget
public record Persist(
    long batch, EntryId resetTo, HardState hardState, List<Entry> entries, long compactedTo) {
  public Persist {
    entries = List.copyOf(entries);
  }
}
