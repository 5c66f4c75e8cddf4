package io.jangada.raft;

/// What must be on disk before a member answers for it (Fig. 2, "persistent state"): the latest
/// term it has seen and its vote in that term. Written as one record, so that neither is ever
/// without the other.
///
/// @param term 0 before the first election
/// @param vote the member voted for in this term, or [Membership#NONE]
public record HardState(long term, int vote) {
  public static final HardState INITIAL = new HardState(0, Membership.NONE);
}
