package io.jangada.raft;

import java.util.List;
import java.util.function.IntPredicate;

/// Majorities counted the slow and obvious way, for tests.
final class Quorums {
  private Quorums() {}

  static boolean isQuorum(Membership membership, IntPredicate in) {
    return isMajority(membership.voters(), in)
        && (membership.outgoing().isEmpty() || isMajority(membership.outgoing(), in));
  }

  private static boolean isMajority(List<Integer> voters, IntPredicate in) {
    int count = 0;
    for (int voter : voters) if (in.test(voter)) count++;
    return count * 2 > voters.size();
  }
}
