package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.LawBrokenException;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The laws that take more than one member, or more than one run of a member, to see. They are
/// checked after every event against what has ever been seen in this run. The names are those of
/// Fig. 3 where it has them. What becomes of them when a member loses its data:
/// [IncarnationChecker]. What was led, committed and applied in a run stays so whatever data is
/// lost; votes and acknowledgements have to survive as long as the data does.
final class SafetyChecker {
  private record Acknowledged(long term, long match, long matchTerm) {}

  private record Repeat(Bytes key, long index) {}

  /// The cluster's, once any member has applied it.
  private long clusterId;

  private final SortedMap<Long, Integer> leaders = new TreeMap<>();
  private final List<Entry> committed = new ArrayList<>();

  /// The term of the leader that committed each.
  private final List<Long> committedIn = new ArrayList<>();

  private final SortedMap<Long, Long> digests = new TreeMap<>();
  private final SortedMap<Integer, Acknowledged> acknowledged = new TreeMap<>();
  private final SortedMap<Integer, HardState> votes = new TreeMap<>();
  private final SortedMap<Integer, Long> observedCommit = new TreeMap<>();
  private final SortedMap<Integer, Long> observedTerm = new TreeMap<>();
  private final SortedMap<String, Long> requests = new TreeMap<>();
  private final SortedMap<Long, Repeat> repeats = new TreeMap<>();
  private final IncarnationChecker incarnations;
  private final FaultBudget faultBudget;

  private final ReferenceModel meaning;

  SafetyChecker(IncarnationChecker incarnations, FaultBudget faultBudget, ReferenceModel meaning) {
    this.meaning = meaning;
    this.incarnations = incarnations;
    this.faultBudget = faultBudget;
  }

  /// How many entries are known to be committed.
  long committed() {
    return committed.size();
  }

  /// What the committed log comes to.
  ReferenceModel meaning() {
    return meaning;
  }

  static void check(boolean holds, String law) {
    if (!holds) throw new LawBrokenException(law);
  }

  /// Looks at a member after it did something.
  void observe(Replica replica) {
    RaftNode raft = replica.raft();
    int id = raft.id();
    long from = observedCommit.getOrDefault(id, 0L);
    if (raft.commit() > from) {
      boolean news = raft.commit() > committed.size();
      observeCommits(raft, from);
      observedCommit.put(id, raft.commit());
      if (news && raft.isLeader()) incarnations.checkHeld(raft);
    }
    if (raft.isLeader()) observeLeader(raft);
    if (clusterId == 0) clusterId = raft.clusterId();
    check(
        raft.clusterId() == 0 || raft.clusterId() == clusterId,
        "a cluster has one id: member " + id);
    observeState(replica);
  }

  /// A member starts again with what its disk kept.
  ///
  /// @param isHarmed whether something happened to its disk meanwhile
  void restarted(Replica replica, boolean isHarmed) {
    RaftNode raft = replica.raft();
    int id = raft.id();
    observedCommit.put(id, 0L);
    observedTerm.remove(id);
    if (incarnations.began(raft, isHarmed)) {
      votes.remove(id);
      acknowledged.remove(id);
    }
    HardState vote = votes.get(id);
    if (vote != null) {
      check(raft.term() >= vote.term(), "a term that was voted in survives a crash: " + id);
      if (raft.term() == vote.term())
        check(raft.hardState().vote() == vote.vote(), "a vote survives a crash: " + id);
    }
    Acknowledged ack = acknowledged.get(id);
    if (ack != null) {
      check(raft.term() >= ack.term, "a term that was acknowledged in survives a crash: " + id);
      if (raft.term() == ack.term && ack.match > raft.inspect().compacted().index())
        check(
            raft.termAt(ack.match) == ack.matchTerm,
            "nobody acknowledges what its disk does not hold: member "
                + id
                + " acknowledged "
                + ack.match
                + "/"
                + ack.matchTerm);
    }
  }

  /// Looks at a message as it leaves a member.
  void observe(RaftNode sender, PeerMessage message) {
    if (!(message instanceof PeerMessage.Raft(Message inner, long _))) return;
    incarnations.observe(sender, inner, leaders.getOrDefault(inner.term(), Membership.NONE));
    switch (inner) {
      case Message.AppendEntriesReply reply -> {
        if (reply.success()) observeAcknowledged(sender, reply);
      }
      case Message.RequestVoteReply reply -> {
        if (reply.granted() && !reply.preVote())
          votes.put(sender.id(), new HardState(reply.term(), reply.to()));
      }
      case Message.RequestVote request -> {
        if (!request.preVote()) votes.put(sender.id(), new HardState(request.term(), sender.id()));
      }
      case Message.AppendEntries _,
          Message.InstallSnapshot _,
          Message.InstallSnapshotReply _,
          Message.DataLost _,
          Message.TimeoutNow _ -> {}
    }
  }

  private void observeAcknowledged(RaftNode sender, Message.AppendEntriesReply reply) {
    Acknowledged before = acknowledged.get(sender.id());
    boolean news = before == null || reply.term() > before.term || reply.match() >= before.match;
    if (news)
      acknowledged.put(
          sender.id(), new Acknowledged(reply.term(), reply.match(), sender.termAt(reply.match())));
  }

  private void observeLeader(RaftNode raft) {
    incarnations.checkLeader(raft.id());
    Integer known = leaders.putIfAbsent(raft.term(), raft.id());
    check(
        known == null || known == raft.id(),
        "Election Safety: members " + known + " and " + raft.id() + " lead term " + raft.term());
    if (observedTerm.getOrDefault(raft.id(), 0L) == raft.term()) {
      checkOneChangeAtATime(raft);
      return;
    }
    observedTerm.put(raft.id(), raft.term());
    // A vote that comes late may elect a leader of an earlier term than that of what is committed
    // by then.
    for (long index = 1; index <= committed.size(); index++) {
      if (committedIn.get((int) index - 1) >= raft.term()) continue;
      check(
          raft.last().index() >= index,
          "Leader Completeness: leader " + raft.id() + " ends before what is committed");
      check(
          raft.inspect().compacted().index() >= index
              || raft.termAt(index) == committed.get((int) index - 1).term(),
          "Leader Completeness: leader " + raft.id() + " lacks committed entry " + index);
    }
  }

  private void checkOneChangeAtATime(RaftNode raft) {
    int changes = 0;
    for (long index = committed.size() + 1; index <= raft.last().index(); index++)
      if (raft.inspect().entryAt(index).kind() == Entry.Kind.MEMBERSHIP) changes++;
    check(changes <= 1, "configuration changes one at a time");
  }

  private void observeCommits(RaftNode raft, long from) {
    long first = Math.max(from, raft.inspect().compacted().index()) + 1;
    Membership last = null;
    for (long index = first; index <= raft.commit(); index++) {
      Entry entry = raft.inspect().entryAt(index);
      if (index <= committed.size()) {
        Entry known = committed.get((int) index - 1);
        check(
            known.equals(entry),
            "State Machine Safety: two entries committed at "
                + index
                + ", of terms "
                + known.term()
                + " and "
                + entry.term());
      } else {
        check(index == committed.size() + 1, "commits are seen in order");
        committed.add(entry);
        committedIn.add(raft.term());
        meaning.committed(entry);
        observeCommand(entry);
        if (entry.kind() == Entry.Kind.MEMBERSHIP) {
          last = Membership.decode(entry.data());
          incarnations.decided(last);
        }
      }
    }
    faultBudget.decided(committed.size(), last);
  }

  /// Remembers which committed commands are repetitions of an earlier request.
  private void observeCommand(Entry entry) {
    if (entry.kind() != Entry.Kind.COMMAND) return;
    Envelope envelope = CommandCodec.decodeEnvelope(entry.data());
    RequestId id = envelope.requestId();
    if (id == null || !(envelope.command() instanceof Operation.Write write)) return;
    Long first = requests.putIfAbsent(id.toString(), entry.index());
    if (first != null) repeats.put(entry.index(), new Repeat(write.key(), entry.index()));
  }

  private void observeState(Replica replica) {
    if (replica.isBehind()) return;
    KvStore kv = replica.kv();
    long applied = kv.appliedIndex();
    check(applied <= replica.raft().commit(), "applied never passes commit");
    if (applied == 0) return;
    Long known = digests.putIfAbsent(applied, kv.digest());
    check(
        known == null || known == kv.digest(),
        "replicas' state digests are equal at index "
            + applied
            + ": member "
            + replica.raft().id());
    meaning.check(replica);
    Repeat repeat = repeats.get(applied);
    if (repeat != null && kv.get(repeat.key) instanceof Result.Found found)
      check(
          found.version() != repeat.index,
          "a session's request is applied once: again at " + repeat.index);
  }

  /// Looks at what the members hold when everything is at rest.
  void checkData(List<Replica> members, Membership membership) {
    List<Replica> those =
        members.stream().filter(each -> membership.contains(each.raft().id())).toList();
    meaning.checkData(those, committed);
  }

  /// Log Matching over all members at once: where two logs agree on a term, they agree on all
  /// before.
  void checkLogMatching(List<Replica> replicas) {
    for (Replica one : replicas)
      for (Replica other : replicas)
        if (one.raft().id() < other.raft().id()) checkLogMatching(one.raft(), other.raft());
  }

  private static void checkLogMatching(RaftNode one, RaftNode other) {
    long index = Math.min(one.last().index(), other.last().index());
    long low = Math.max(one.inspect().compacted().index(), other.inspect().compacted().index());
    while (index > low && one.termAt(index) != other.termAt(index)) index--;
    for (; index > low; index--)
      if (!one.inspect().entryAt(index).equals(other.inspect().entryAt(index)))
        check(
            false,
            "Log Matching: members " + one.id() + " and " + other.id() + " differ at " + index);
  }

  /// In the calm after the storm all must be alike.
  ///
  /// @return what is not alike yet; null when all is
  String unsettled(List<Replica> members, Membership membership) {
    Replica first = null;
    for (Replica replica : members) {
      if (!membership.contains(replica.raft().id())) continue;
      if (first == null) first = replica;
      EntryId last = replica.raft().last();
      long applied = replica.kv().appliedIndex();
      if (!last.equals(first.raft().last()))
        return "logs end at " + first.raft().last() + ", " + last;
      if (applied != last.index())
        return "member " + replica.raft().id() + " applied " + applied + " of " + last;
      check(
          replica.kv().digest() == first.kv().digest(),
          "replicas' state digests are equal at equal index");
    }
    return null;
  }
}
