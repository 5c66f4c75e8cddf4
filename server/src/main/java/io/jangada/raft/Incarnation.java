package io.jangada.raft;

/// Identifies the data directory that a member speaks for, and whether its answers count.
///
/// @param number a number drawn when the data of the member began, anew after all of it or some of
///   it was lost; 0 for members that do not keep count
/// @param rejoining whether the member may have forgotten what earlier data of its own promised: a
///   vote, an entry that it acknowledged. It takes entries and snapshots, but none of its answers
///   counts for a decision ([decision 13](docs/decisions/0013-members-that-lost-their-data.md))
public record Incarnation(long number, boolean rejoining) {
  /// A member that does not keep count, and counts.
  public static final Incarnation NONE = new Incarnation(0, false);
}
