package io.jangada.raft;

import java.util.SortedMap;
import java.util.TreeMap;

/// Asks for votes, or (pre-vote, thesis §9.6) whether it would get them.
final class Candidate implements Role {
  final boolean preVote;
  private final SortedMap<Integer, Boolean> votes = new TreeMap<>();

  Candidate(boolean preVote) {
    this.preVote = preVote;
  }

  /// Counts a vote, the first of each voter, and tells how the election stands.
  Quorum.Outcome count(Membership membership, int voter, boolean granted) {
    votes.putIfAbsent(voter, granted);
    return Quorum.vote(
        membership,
        member -> Boolean.TRUE.equals(votes.get(member)),
        member -> Boolean.FALSE.equals(votes.get(member)));
  }

  @Override
  public String name() {
    return preVote ? "pre-candidate" : "candidate";
  }
}
