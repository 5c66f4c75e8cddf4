package io.jangada.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Asks for votes, or (pre-vote, thesis §9.6) whether it would get them.
final class Candidate implements Role {
  private final Message.RequestVote ballot;
  private final SortedMap<Integer, Boolean> votes = new TreeMap<>();
  private long askedTick;
  private int rounds;

  /// @param ballot what voters are asked, whoever it is addressed to
  Candidate(Message.RequestVote ballot) {
    this.ballot = ballot;
  }

  boolean preVote() {
    return ballot.preVote();
  }

  /// What to send to those voters that have not answered, on this tick.
  List<Message> requests(Membership membership, long tick) {
    askedTick = tick;
    rounds++;
    List<Message> requests = new ArrayList<>();
    for (int voter : membership.members())
      if (voter != ballot.from() && membership.isVoter(voter) && !votes.containsKey(voter))
        requests.add(ballot.addressedTo(voter));
    return requests;
  }

  /// Whether voters have been silent for so long that they may not have been reached. They are
  /// asked twice in all: who does not hear then is cut off, and each request may cost.
  boolean isToAskAgain(RaftConfig config, long tick) {
    int ticks = config.traffic().retryTicks();
    return ticks > 0 && rounds == 1 && tick - askedTick >= ticks;
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
    return preVote() ? "pre-candidate" : "candidate";
  }
}
