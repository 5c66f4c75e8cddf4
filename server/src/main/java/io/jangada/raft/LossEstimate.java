package io.jangada.raft;

/// How often what a leader sends goes unanswered by peers that are there: an average over about the
/// last sixteen replies, in parts of 1,024. A peer that never replies does not count.
final class LossEstimate {
  private static final int ALL = 1_024;
  private static final int REPLIES = 16;

  /// One loss among the last replies may be chance, or a pause of the machine.
  private static final int NOTICED = ALL / REPLIES;

  /// The average, in parts of [#ALL].
  private int lost;

  /// @param isAfterLoss whether an earlier message to that peer got lost, or its reply
  void count(boolean isAfterLoss) {
    lost += ((isAfterLoss ? ALL : 0) - lost) / REPLIES;
  }

  boolean isNoticed() {
    return lost > NOTICED;
  }

  /// How many more peers than `needed` are to be served, so that most of the time `needed` reply.
  int spares(int needed) {
    if (!isNoticed()) return 0;
    int answered = ALL - lost;
    return (2 * needed * lost + answered - 1) / answered;
  }
}
