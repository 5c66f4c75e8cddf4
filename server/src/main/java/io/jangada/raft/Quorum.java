package io.jangada.raft;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;

/// The arithmetic of majorities. While the membership is joint, a decision needs a majority of the
/// old voters and a majority of the new ones (§6).
final class Quorum {
  /// The outcome of a vote so far.
  enum Outcome {
    WON,
    LOST,
    PENDING
  }

  private Quorum() {}

  /// The greatest number that a quorum of voters has reached: with match indexes, what is on a
  /// majority (§5.3); with times of last replies, how long ago a quorum replied.
  static long reached(Membership membership, IntToLongFunction value) {
    long reached = majority(membership.voters(), value);
    return membership.isJoint()
        ? Math.min(reached, majority(membership.outgoing(), value))
        : reached;
  }

  private static long majority(List<Integer> voters, IntToLongFunction value) {
    long[] sorted = new long[voters.size()];
    for (int i = 0; i < sorted.length; i++) sorted[i] = value.applyAsLong(voters.get(i));
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) / 2];
  }

  /// Whether the members that satisfy `in` form a quorum.
  static boolean isQuorum(Membership membership, IntPredicate in) {
    return reached(membership, member -> in.test(member) ? 1 : 0) == 1;
  }

  /// The outcome of an election so far: `LOST` once too many said no for a quorum to be possible.
  static Outcome vote(Membership membership, IntPredicate granted, IntPredicate refused) {
    if (isQuorum(membership, granted)) return Outcome.WON;
    return isQuorum(membership, member -> !refused.test(member)) ? Outcome.PENDING : Outcome.LOST;
  }
}
