package io.jangada.sim;

import io.jangada.raft.Incarnation;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftNode;
import io.jangada.store.IncarnationFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/// The laws of data that is lost. A member whose disk was wiped, or whose damaged data was set
/// aside, goes on as another incarnation, and what the former one promised is forgotten by design.
/// What is demanded all the same:
/// - Nothing is forgotten without cause: the incarnation changes only when data was lost, and then
///   its member is rejoining.
/// - A rejoining member neither votes, nor asks for votes, nor leads, and its acknowledgements say
///   so.
/// - Rejoining ends in two ways. A committed membership records the incarnation; or all initial
///   members (or a majority of them, where that is enough, and of a member whose former data never
///   voted) have begun, and no other one that is there had taken part before this data began. So an
///   initial member that was the first to take part may lose its data again and bootstrap the
///   cluster with the others: alone it could promise nothing.
/// - Each incarnation votes once a term. Where a former one voted in the term in which rejoining
///   ends, the member votes only for that term's leader.
/// - What a leader commits is on the disks of a quorum. Data counts that takes part and, where the
///   membership records an incarnation, is that one. An acknowledgement by data that was lost since
///   counts as long as the leader has not learned of other data, but by that incarnation alone: no
///   acknowledgement counts for another incarnation.
///
/// All this is known here from what happened, and not from the members' own messages.
final class IncarnationChecker {
  /// One incarnation of a member's data. Members that do not keep count have incarnation 0 until
  /// they lose some.
  private static final class Data {
    final long incarnation;
    RaftNode latest;
    boolean takesPart;
    final long begunAt;
    long tookPartAt;
    long tookPartIn;

    Data(long incarnation, long begunAt) {
      this.incarnation = incarnation;
      this.begunAt = begunAt;
    }
  }

  private record Vote(long incarnation, int candidate) {}

  private record Recorded(int member, long incarnation) implements Comparable<Recorded> {
    @Override
    public int compareTo(Recorded other) {
      int byMember = Integer.compare(member, other.member);
      return byMember != 0 ? byMember : Long.compare(incarnation, other.incarnation);
    }
  }

  private final List<Integer> initialMembers;
  private final boolean bootstrapsByMajority;
  private final SortedMap<Integer, List<Data>> known = new TreeMap<>();
  private final SortedSet<Recorded> recorded = new TreeSet<>();
  private final SortedMap<Integer, SortedMap<Long, Vote>> votes = new TreeMap<>();

  /// Numbers what happened to data, in order.
  private long moment;

  IncarnationChecker(List<Integer> initialMembers, boolean bootstrapsByMajority) {
    this.initialMembers = initialMembers;
    this.bootstrapsByMajority = bootstrapsByMajority;
  }

  /// A member starts.
  ///
  /// @param isHarmed whether something happened to its disk since the run before
  /// @return whether with other data than before
  boolean began(RaftNode raft, boolean isHarmed) {
    List<Data> all = known.computeIfAbsent(raft.id(), _ -> new ArrayList<>());
    Incarnation incarnation = raft.incarnation();
    Data before = all.isEmpty() ? null : all.getLast();
    if (before != null && before.incarnation == incarnation.number()) {
      SafetyChecker.check(
          !before.takesPart || !incarnation.rejoining(),
          "who takes part does so until data is lost: " + raft.id());
      before.latest = raft;
      return false;
    }
    SafetyChecker.check(
        before == null || isHarmed, "no data is forgotten without cause: " + raft.id());
    SafetyChecker.check(
        incarnation.rejoining() || before == null && incarnation.number() == 0,
        "a member with new data is rejoining: " + raft.id());
    Data now = new Data(incarnation.number(), ++moment);
    now.latest = raft;
    now.takesPart = !incarnation.rejoining();
    all.add(now);
    return true;
  }

  /// A membership was committed.
  void decided(Membership membership) {
    membership.incarnations().forEach((id, number) -> recorded.add(new Recorded(id, number)));
  }

  /// Looks whether a member takes part.
  ///
  /// @param file gives what its disk surely says of that
  void look(RaftNode raft, Supplier<IncarnationFile> file) {
    Data now = known.get(raft.id()).getLast();
    if (now.takesPart || raft.incarnation().rejoining()) return;
    boolean admitted = recorded.contains(new Recorded(raft.id(), now.incarnation));
    if (!admitted) checkBootstrap(raft.id(), file.get());
    now.takesPart = true;
    now.tookPartAt = ++moment;
    now.tookPartIn = raft.term();
  }

  private void checkBootstrap(int member, IncarnationFile file) {
    SortedMap<Integer, Long> named =
        file == null ? Collections.emptySortedMap() : file.initialMembers();
    boolean whole = List.copyOf(named.keySet()).equals(initialMembers);
    int met = 0;
    for (int initial : initialMembers) {
      List<Data> begun = known.getOrDefault(initial, List.of());
      long number = named.getOrDefault(initial, 0L);
      // Where a majority bootstraps, only those are named that knew of the same members.
      boolean isAnyhow = bootstrapsByMajority && number == 0 && !begun.isEmpty();
      if (isAnyhow || begun.stream().anyMatch(data -> number == data.incarnation)) met++;
    }
    whole &= bootstrapsByMajority ? 2 * met > initialMembers.size() : met == initialMembers.size();
    SafetyChecker.check(
        whole && file.incarnation() == named.getOrDefault(member, 0L),
        "probation ends when all founders have met, or a committed membership says so: member "
            + member
            + " names "
            + named);
    if (bootstrapsByMajority) {
      List<Data> all = known.get(member);
      SafetyChecker.check(
          all.subList(0, all.size() - 1).stream()
              .noneMatch(data -> data.takesPart && data.latest.term() > 0),
          "a member that voted in a cluster does not bootstrap it again: member " + member);
      return;
    }
    long begunAt = known.get(member).getLast().begunAt;
    for (int initial : initialMembers) {
      Data other = known.get(initial).getLast();
      SafetyChecker.check(
          initial == member || !other.takesPart || other.tookPartAt > begunAt,
          "an existing cluster is not bootstrapped again: member " + member + ", with " + initial);
    }
  }

  /// Whether a member is rejoining, by what happened.
  private boolean isRejoining(int member) {
    return !known.get(member).getLast().takesPart;
  }

  /// Looks at a message as it leaves a member.
  ///
  /// @param leader who leads the message's term as far as is known, or [Membership#NONE]
  void observe(RaftNode sender, Message message, int leader) {
    switch (message) {
      case Message.RequestVoteReply reply -> {
        if (reply.granted()) checkVoter(sender.id());
        if (reply.granted() && !reply.preVote())
          voted(sender.id(), reply.term(), reply.to(), leader);
      }
      case Message.RequestVote request -> {
        checkVoter(sender.id());
        if (!request.preVote()) voted(sender.id(), request.term(), sender.id(), leader);
      }
      case Message.AppendEntriesReply reply -> checkIncarnation(sender.id(), reply.incarnation());
      case Message.InstallSnapshotReply reply -> checkIncarnation(sender.id(), reply.incarnation());
      case Message.AppendEntries _,
          Message.InstallSnapshot _,
          Message.DataLost _,
          Message.TimeoutNow _ ->
          checkLeader(sender.id());
    }
  }

  private void checkVoter(int member) {
    SafetyChecker.check(
        !isRejoining(member),
        "a rejoining member does not vote or request votes: member " + member);
  }

  private void checkIncarnation(int member, Incarnation said) {
    SafetyChecker.check(
        said.number() == known.get(member).getLast().incarnation
            && (said.rejoining() || !isRejoining(member)),
        "a rejoining member reports it: member " + member + " says " + said);
  }

  void checkLeader(int member) {
    SafetyChecker.check(!isRejoining(member), "a rejoining member does not lead: member " + member);
  }

  private void voted(int member, long term, int candidate, int leader) {
    Data data = known.get(member).getLast();
    Vote vote = new Vote(data.incarnation, candidate);
    Vote before = votes.computeIfAbsent(member, _ -> new TreeMap<>()).put(term, vote);
    if (before == null || before.candidate == candidate) return;
    SafetyChecker.check(
        before.incarnation != vote.incarnation && (term > data.tookPartIn || candidate == leader),
        "a vote is cast once a term: member "
            + member
            + " voted for "
            + before.candidate
            + " and "
            + candidate
            + " in term "
            + term);
  }

  /// Looks at what a leader has just committed. A change that its own commit has brought about may
  /// be in force already, so that either membership will do.
  void checkHeld(RaftNode leader) {
    long index = leader.commit();
    IntPredicate holds = member -> holds(member, leader.membership(), index, leader.termAt(index));
    Membership before = leader.membershipAt(index);
    IntPredicate held = member -> holds(member, before, index, leader.termAt(index));
    SafetyChecker.check(
        isQuorum(leader.membership(), holds) || isQuorum(before, held),
        "what is committed is on a quorum of disks that count: entry "
            + index
            + " of leader "
            + leader.id()
            + " with "
            + leader.membership());
  }

  private boolean holds(int member, Membership membership, long index, long term) {
    long number = membership.incarnation(member);
    for (Data data : known.getOrDefault(member, List.of()))
      if (data.takesPart && (number == 0 || number == data.incarnation) && holds(data, index, term))
        return true;
    return false;
  }

  private static boolean holds(Data data, long index, long term) {
    RaftNode raft = data.latest;
    if (raft.inspect().compacted().index() >= index) return true;
    if (raft.snapshot() != null && raft.snapshot().last().index() >= index) return true;
    return raft.durable() >= index && raft.termAt(index) == term;
  }

  /// Whether those who satisfy `in` can decide with this membership (§6).
  static boolean isQuorum(Membership membership, IntPredicate in) {
    return isMajority(membership.voters(), in)
        && (!membership.isJoint() || isMajority(membership.outgoing(), in));
  }

  private static boolean isMajority(List<Integer> voters, IntPredicate in) {
    return 2 * voters.stream().filter(in::test).count() > voters.size();
  }
}
