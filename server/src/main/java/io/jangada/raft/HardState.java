package io.jangada.raft;

/// What must be on disk before a member answers for it (Fig. 2, "persistent state"): the latest
/// term it has seen and its vote in that term. Written as one record, so that neither is ever
/// without the other.
///
/// @param term 0 before the first election
/// @param vote the member voted for in this term, or [Membership#NONE]
public record HardState(long term, int vote) {
  /// No term is greater: a member of this term does not campaign, and what claims a greater one is
  /// refused. A thousand elections a second do not reach it in 30 million years.
  public static final long TERM_MAX = 1L << 60;

  /// By so much, and no more, a message may be ahead of a member's own term: far more than
  /// elections can bring about while a member is away, and too little for a single message to use
  /// terms up.
  public static final long TERM_LEAP_MAX = 1L << 32;

  public static final HardState INITIAL = new HardState(0, Membership.NONE);
}
