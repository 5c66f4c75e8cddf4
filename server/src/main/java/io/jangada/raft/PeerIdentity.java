package io.jangada.raft;

/// Which data of one peer a leader counts: the incarnation that the membership records, against the
/// one that the peer's replies name. What earlier data acknowledged may still be on its way, and
/// says nothing of the data that is there now. A peer that is rejoining is sent to like any other,
/// but counts for nothing ([decision 13](docs/decisions/0013-members-that-lost-their-data.md)).
final class PeerIdentity {
  /// Which data a reply speaks for.
  enum Origin {
    /// The recorded data.
    RECORDED,

    /// Other data, or data that lost something. The reply shows only that the peer is there.
    OTHER,

    /// Recorded data, while other data was claimed a moment ago. The reply shows nothing.
    DISPUTED
  }

  /// The incarnation that is recorded in the membership; 0 where none is.
  private final long recorded;

  /// Another incarnation that the peer claims to have now; 0 for none.
  private long claimed;

  /// The tick of the first reply that claimed another incarnation; valid while `claimed` is not 0.
  private long claimedSinceTick;

  /// The tick of the last reply that claimed another incarnation; valid while `claimed` is not 0.
  private long claimedTick;

  /// The tick of the last reply of the recorded data that met a claim of another.
  private long recordedTick = Long.MIN_VALUE / 2;

  /// Whether the peer may have forgotten what it promised: then none of its answers counts.
  private boolean rejoining;

  /// Whether the peer ceased to be rejoining and has acknowledged nothing since.
  private boolean newlyCounted;

  /// The incarnation of which it is proven that it does not hold what it acknowledged; 0 for none.
  private long lost;

  PeerIdentity(Incarnation known) {
    this.recorded = known.number();
    this.rejoining = known.rejoining();
  }

  /// The incarnation that is recorded in the membership; 0 where none is.
  long recorded() {
    return recorded;
  }

  /// Whether the peer's answers count for decisions.
  boolean isCounted() {
    return !rejoining;
  }

  /// The incarnation that is to be recorded before the peer gets entries; 0 for none.
  long claimed() {
    return claimed;
  }

  /// Whether the peer has claimed other data for longer than `patience` ticks, and has sent nothing
  /// with the recorded data since its last claim.
  boolean isReplacedFor(long tick, int patience) {
    return claimed != 0 && tick - claimedSinceTick > patience && claimedTick >= recordedTick;
  }

  /// Takes note of the incarnation that a reply names.
  ///
  /// Of two that contradict each other one is of the past, and its replies may come late, so that
  /// nothing counts until one of them falls silent. An incarnation that was recorded once may be
  /// replaced by an earlier one in this way: then it is to be recorded again, though it is not
  /// rejoining.
  ///
  /// @param patience how many ticks of silence are enough
  Origin note(Incarnation named, long tick, int patience) {
    if (hasLost(named.number())) return Origin.OTHER;
    boolean isRecorded = named.number() == recorded && recorded != 0;
    // Before anything is recorded, an initial member that has just ceased to be rejoining counts.
    if (!isRecorded && (recorded != 0 || named.rejoining())) {
      if (claimed == 0) claimedSinceTick = tick;
      claimed = named.number();
      claimedTick = tick;
      rejoining = true;
      return Origin.OTHER;
    }
    if (claimed != 0 && claimed != named.number()) {
      recordedTick = tick;
      if (tick - claimedTick <= patience) return Origin.DISPUTED;
    }
    claimed = 0;
    if (rejoining && !named.rejoining()) newlyCounted = true;
    rejoining = named.rejoining();
    return Origin.RECORDED;
  }

  /// The peer acknowledged something. Returns whether that is its first acknowledgement that
  /// counts.
  boolean takeNewlyCounted() {
    boolean first = newlyCounted;
    newlyCounted = false;
    return first;
  }

  /// This data does not hold what it acknowledged: it counts for nothing from now on.
  void lose(long incarnation) {
    lost = incarnation;
    rejoining = true;
  }

  /// Whether it is proven that this data does not hold what it acknowledged.
  boolean hasLost(long incarnation) {
    return lost != 0 && lost == incarnation;
  }
}
