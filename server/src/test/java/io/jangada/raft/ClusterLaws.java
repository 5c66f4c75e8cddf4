package io.jangada.raft;

import static io.jangada.raft.Invariants.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/// The laws of Fig. 3 and of durability, over all members of a [RaftCluster] at once. They remember
/// everything that ever happened, so nothing that went wrong heals unseen.
final class ClusterLaws {
  private record Made(Entry entry, EntryId before) {}

  private record Committed(Entry entry, long term) {}

  private static final Committed UNSEEN = new Committed(null, 0);

  private final SortedMap<Integer, ClusterMember> members;
  private final TreeMap<Long, Integer> leaders = new TreeMap<>();
  private final TreeMap<String, Made> made = new TreeMap<>();
  private final TreeMap<Integer, List<Entry>> seen = new TreeMap<>();
  private final TreeMap<String, Integer> votes = new TreeMap<>();
  private final TreeMap<Long, Long> askedReads = new TreeMap<>();

  /// The test speaks for members that are not there, and what they say is believed.
  boolean peersArePlayed;

  /// What was committed, from index 1 on.
  private final List<Committed> committed = new ArrayList<>();

  private final TreeMap<Long, String> states = new TreeMap<>();
  private final TreeMap<Integer, Long> commits = new TreeMap<>();
  private final TreeMap<Integer, Long> applied = new TreeMap<>();

  ClusterLaws(SortedMap<Integer, ClusterMember> members) {
    this.members = members;
  }

  long committedLast() {
    return committed.size();
  }

  /// How many terms had a leader.
  int leadersSoFar() {
    return leaders.size();
  }

  /// A member starts with what its disk has.
  void restarted(ClusterMember member) {
    commits.remove(member.id);
    applied.remove(member.id);
  }

  /// A member forgot for which candidates it voted.
  void wiped(int id) {
    votes.keySet().removeIf(key -> key.endsWith("/" + id));
  }

  /// Whether so many of these members hold all that is committed.
  boolean areSafeWith(List<Integer> holders, int count) {
    EntryId last = committed.getLast().entry.id();
    return holders.stream().filter(id -> members.get(id).disk.holds(last)).count() >= count;
  }

  /// After every step of a member.
  void stepped(ClusterMember member) {
    logMatching(member);
    commits(member);
    election(member);
    stateMachine(member);
    oneChangeAtATime(member);
    if (!peersArePlayed && member.node.isLeader()) matchesAreTrue(member.node);
  }

  /// What a leader believes of the data that is recorded for a peer is true of that data.
  private void matchesAreTrue(RaftNode leader) {
    for (int peer : leader.membership().incarnations().keySet()) {
      long match = leader.inspect().matchOf(peer);
      MemberDisk disk = members.get(peer).disk;
      boolean same = disk.standing.number() == leader.membership().incarnation(peer);
      if (match <= 0 || leader.termAt(match) < 0 || !same) continue;
      check(
          disk.holds(new EntryId(match, leader.termAt(match))),
          "n" + leader.id() + " believes of n" + peer + " what its former data held");
    }
  }

  private void election(ClusterMember member) {
    RaftNode node = member.node;
    if (!node.isLeader()) return;
    Integer other = leaders.putIfAbsent(node.term(), member.id);
    check(
        other == null || other == member.id,
        "Election Safety: n" + other + " and " + member + " both lead term " + node.term());
    if (other != null) return;
    for (Committed one : committed) {
      if (one == UNSEEN) continue;
      long index = one.entry.index();
      if (one.term >= node.term() || index <= node.inspect().compacted().index()) continue;
      check(
          node.termAt(index) == one.entry.term(),
          "Leader Completeness: " + member + " leads without committed " + one.entry.id());
    }
  }

  private void logMatching(ClusterMember member) {
    RaftNode node = member.node;
    List<Entry> before = seen.computeIfAbsent(member.id, _ -> new ArrayList<>());
    long from = node.last().index();
    while (from > node.inspect().compacted().index()
        && from <= before.size()
        && before.get((int) from - 1) == node.inspect().entryAt(from)) from--;
    while (before.size() < node.last().index()) before.add(null);
    while (before.size() > node.last().index()) before.removeLast();
    for (long index = from; index > node.inspect().compacted().index(); index--) {
      Entry entry = node.inspect().entryAt(index);
      if (before.set((int) index - 1, entry) == entry) break;
      if (index <= node.commit()) sameCommitted(member, index);
      EntryId prev = new EntryId(index - 1, node.termAt(index - 1));
      Made first = made.putIfAbsent(entry.id().toString(), new Made(entry, prev));
      check(
          first == null || first.entry.equals(entry) && first.before.equals(prev),
          "Log Matching: " + member + " holds another " + entry.id());
    }
  }

  private void commits(ClusterMember member) {
    RaftNode node = member.node;
    while (peersArePlayed && committed.size() < node.inspect().compacted().index())
      committed.add(UNSEEN);
    for (long index = committed.size() + 1L; index <= node.commit(); index++) {
      check(index > node.inspect().compacted().index(), "what is released was committed before");
      committed.add(new Committed(node.inspect().entryAt(index), node.term()));
      if (index == node.commit()) durableOnQuorum(node, node.inspect().entryAt(index).id());
    }
    long from = commits.getOrDefault(member.id, 0L);
    for (long index = Math.max(from, node.inspect().compacted().index());
        index <= node.commit();
        index++) sameCommitted(member, index);
    commits.put(member.id, node.commit());
  }

  private void sameCommitted(ClusterMember member, long index) {
    if (index < 1 || index > committed.size()) return;
    if (committed.get((int) index - 1) == UNSEEN) return;
    check(
        member.node.termAt(index) == committed.get((int) index - 1).entry.term(),
        "State Machine Safety: " + member + " committed another entry at " + index);
  }

  private void durableOnQuorum(RaftNode node, EntryId id) {
    check(
        Quorums.isQuorum(
            node.membershipAt(node.last().index()),
            voter -> isPlayed(voter) || members.containsKey(voter) && holds(voter, id)),
        "committed " + id + " is not on the disks of a quorum");
    check(
        !node.isLeader() || id.term() == node.term(),
        "only entries of the own term commit by counting (§5.4.2)");
  }

  private boolean isPlayed(int id) {
    return peersArePlayed && (!members.containsKey(id) || !members.get(id).isUp());
  }

  private boolean holds(int id, EntryId entry) {
    MemberDisk disk = members.get(id).disk;
    return disk.standing.rejoining() ? disk.heldBefore(entry) : disk.holds(entry);
  }

  private void stateMachine(ClusterMember member) {
    if (Objects.equals(applied.put(member.id, member.applied), member.applied)) return;
    String state = String.join("\n", member.state);
    String other = states.putIfAbsent(member.applied, state);
    check(
        other == null || other.equals(state),
        "State Machine Safety: " + member + " differs at " + member.applied);
    check(member.applied == member.node.applied(), "what was handed out is applied");
  }

  private void oneChangeAtATime(ClusterMember member) {
    int open = 0;
    RaftNode node = member.node;
    long known = Math.max(committed.size(), node.inspect().compacted().index());
    for (long i = known + 1; i <= node.last().index(); i++)
      if (node.inspect().entryAt(i).kind() == Entry.Kind.MEMBERSHIP) open++;
    check(open <= 1, member + " has " + open + " uncommitted membership changes");
  }

  /// Before a message may leave its sender.
  void sent(Message message) {
    MemberDisk disk = members.get(message.from()).disk;
    switch (message) {
      case Message.RequestVote ask -> {
        check(!disk.standing.rejoining(), "nobody stands in probation");
        if (ask.preVote()) return;
        check(
            disk.hard.equals(new HardState(ask.term(), ask.from()))
                || disk.hard.term() > ask.term(),
            "a vote is asked for once the own one is durable");
        check(disk.holds(ask.last()), "a vote is asked for with a durable log");
      }
      case Message.RequestVoteReply reply -> {
        if (!reply.granted()) return;
        check(!disk.standing.rejoining(), "nobody votes in probation");
        if (reply.preVote()) return;
        check(
            disk.hard.equals(new HardState(reply.term(), reply.to()))
                || disk.hard.term() > reply.term(),
            "a vote is told once it is durable");
        Integer other = votes.putIfAbsent(reply.term() + "/" + reply.from(), reply.to());
        check(other == null || other == reply.to(), "a vote is cast once a term");
      }
      case Message.AppendEntriesReply reply -> {
        check(
            reply.incarnation().rejoining() == disk.standing.rejoining(),
            "whoever is in probation says so, until the disk has that it is over");
        if (!reply.success()) return;
        long term = members.get(reply.from()).node.termAt(reply.match());
        check(disk.hard.term() >= reply.term(), "the term is durable before entries are accepted");
        check(
            term < 0 || disk.holds(new EntryId(reply.match(), term)),
            "nobody acknowledges what its disk does not hold");
      }
      case Message.InstallSnapshotReply _,
          Message.InstallSnapshot _,
          Message.AppendEntries _,
          Message.DataLost _,
          Message.TimeoutNow _ -> {}
    }
  }

  void asked(long ticket) {
    askedReads.put(ticket, (long) committed.size());
  }

  void answered(ClusterMember member, long ticket) {
    check(
        member.applied >= askedReads.get(ticket),
        "reads never see the past: " + ticket + " at " + member);
  }
}
