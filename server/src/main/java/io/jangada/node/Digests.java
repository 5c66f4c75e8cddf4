package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.raft.RaftEvent;
import io.jangada.raft.RaftNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Compares what members hold: the digests of their state machines at one index.
///
/// Once a period the leader asks for the digest at its commit index. No member has applied more
/// when it is asked. Each replies as soon as it has applied that entry. The leader sends the
/// digests to all once it has all of them, or when the next period begins.
///
/// A member whose digest differs from that of a majority of all members has other data. Where no
/// majority has the same digest, all members count as differing: it is not known which one is
/// right.
final class Digests {
  private final int periodTicks;
  private final Replica.Dependencies world;
  private int ticks;
  private long index;
  private SortedMap<Integer, Long> known = new TreeMap<>();

  /// The index at which the own digest is wanted; 0 for none.
  private long wanted;

  private int askedBy;
  private boolean isTold;
  private List<Integer> differing = List.of();
  private boolean differs;
  private boolean isDecided;

  /// @param periodTicks how often a leader compares; 0 for never
  Digests(int periodTicks, Replica.Dependencies world) {
    this.periodTicks = periodTicks;
    this.world = world;
  }

  /// Whether this member's data is not that of the others.
  boolean differs() {
    return differs;
  }

  /// Which members differ, for people; empty where none does.
  String problem() {
    if (differing.isEmpty()) return "";
    return "data differs between members at entry " + index + ": of members " + differing;
  }

  /// Time goes by. Returns whether this member leads and should not, since a majority holds the
  /// same and it does not.
  boolean tick(RaftNode raft, KvStore kv) {
    boolean isDue = periodTicks != 0 && ++ticks % periodTicks == 0;
    if (isDue && raft.isEstablished()) {
      if (askedBy == raft.id() && !isTold) conclude(raft);
      begin(raft.commit(), raft.id());
      report(raft);
      applied(kv, raft);
    }
    return isDecided && differs && raft.isLeader() && !raft.isTransferringLeadership();
  }

  private void begin(long at, int askedBy) {
    index = at;
    wanted = at;
    known = new TreeMap<>();
    isTold = false;
    this.askedBy = askedBy;
  }

  /// A member sends the digests that it knows; a leader without any requests them.
  void handle(PeerMessage.Digests message, KvStore kv, RaftNode raft) {
    boolean isFromLeader = message.from() == raft.leader();
    if (isFromLeader && message.digests().isEmpty()) {
      begin(message.index(), message.from());
      applied(kv, raft);
    } else if (message.index() == index) {
      known.putAll(message.digests());
      if (isFromLeader) judge(raft);
      else if (askedBy == raft.id() && known.keySet().containsAll(raft.membership().members()))
        conclude(raft);
    }
  }

  /// An entry was applied, or is applied already.
  void applied(KvStore kv, RaftNode raft) {
    if (wanted == 0 || kv.appliedIndex() < wanted) return;
    if (kv.appliedIndex() == wanted) {
      known.put(raft.id(), kv.digest());
      if (askedBy != raft.id()) send(raft, askedBy);
    }
    wanted = 0;
  }

  private void conclude(RaftNode raft) {
    isTold = true;
    report(raft);
    judge(raft);
  }

  /// The leader sends all members the digests that it knows.
  private void report(RaftNode raft) {
    for (int member : raft.membership().members()) if (member != raft.id()) send(raft, member);
  }

  private void send(RaftNode raft, int to) {
    world.transport().send(new PeerMessage.Digests(raft.id(), to, index, known));
  }

  private void judge(RaftNode raft) {
    known.keySet().retainAll(raft.membership().members());
    int majority = raft.membership().members().size() / 2 + 1;
    if (known.size() < majority) return;
    Long right = null;
    for (long digest : known.values())
      if (Collections.frequency(known.values(), digest) >= majority) right = digest;
    List<Integer> others = new ArrayList<>();
    boolean isAgreed = known.values().stream().distinct().count() <= 1;
    for (var one : known.entrySet())
      if (!isAgreed && !one.getValue().equals(right)) others.add(one.getKey());
    differs = others.contains(raft.id());
    isDecided = right != null;
    if (!others.equals(differing))
      world.observer().accept(new RaftEvent.DataDiffers(index, others, differs));
    differing = others;
  }
}
