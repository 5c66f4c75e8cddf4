package io.jangada.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Asks for votes, or (pre-vote, thesis §9.6) whether it would get them.
final class Candidate implements Role {
  /// What voters are asked, addressed to this member itself.
  private final Message.RequestVote ballot;

  /// By voter: whether it granted its vote. Those that have not answered are missing.
  private final SortedMap<Integer, Boolean> votes = new TreeMap<>();

  /// The tick at which voters were last asked; valid once `rounds` is 1.
  private long askedTick;

  /// How often voters were asked.
  private int rounds;

  /// @param ballot what voters are asked, addressed to this member itself
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
  /// asked twice in all: a voter that gets neither is cut off, and each request may cost.
  boolean isRetryDue(RaftConfig config, long tick) {
    int ticks = config.traffic().retryTicks();
    return ticks > 0 && rounds == 1 && tick - askedTick >= ticks;
  }

  /// Counts a vote, the first of each voter, and returns the outcome so far.
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
