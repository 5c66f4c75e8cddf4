package io.jangada.sim;

import io.jangada.kv.KvStore;
import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftNode;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Asks members how they stand. What they say is so at that moment.
final class StatusProbe {
  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private boolean stopped;

  StatusProbe(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = cluster.split();
  }

  void start() {
    world.after(random.nextLong(200) * Scheduler.MILLI, this::ask);
  }

  void stop() {
    stopped = true;
  }

  private void ask() {
    if (stopped) return;
    world.after(random.nextLong(20, 400) * Scheduler.MILLI, this::ask);
    List<Member> up = cluster.upMembers();
    if (up.isEmpty()) return;
    Replica replica = up.get(random.nextInt(up.size())).replica();
    replica.status(status -> check(status, replica));
  }

  private static void check(Status status, Replica replica) {
    RaftNode raft = replica.raft();
    KvStore kv = replica.kv();
    EntryId snapshot = raft.snapshot() == null ? EntryId.ZERO : raft.snapshot().last();
    boolean said =
        status.role().id() == raft.id()
            && status.role().name().equals(raft.roleName())
            && status.role().term() == raft.term()
            && status.role().leader() == raft.leader()
            && status.membership().equals(raft.membership())
            && status.log().last().equals(raft.last())
            && status.log().durable() == raft.durable()
            && status.log().commit() == raft.commit()
            && status.log().snapshot().equals(snapshot)
            && status.state().applied() == kv.appliedIndex()
            && status.state().keys() == kv.size()
            && status.state().digest() == kv.digest()
            && status.state().clusterTimeMillis() == replica.clusterTimeMillis()
            && status.state().restoring() == replica.isRestoring();
    SafetyChecker.check(said, "a member stands as it says: " + raft.id() + " says " + status);
    SafetyChecker.check(
        status.health().rejoining().isEmpty() != raft.incarnation().rejoining(),
        "the status of a rejoining member reports it: "
            + raft.id()
            + " says '"
            + status.health().rejoining()
            + "'");
    SafetyChecker.check(
        raft.isLeader() || status.replication().peers().isEmpty(),
        "only a leader tells of others: " + status);
    for (Map.Entry<Integer, Status.Peer> each : status.replication().peers().entrySet())
      check(status, each.getKey(), each.getValue(), raft);
  }

  private static void check(Status status, int peer, Status.Peer known, RaftNode raft) {
    Membership membership = raft.membership();
    boolean said =
        membership.contains(peer)
            && known.match() == raft.inspect().matchOf(peer)
            && known.lag() == raft.last().index() - known.match()
            && known.lag() >= 0
            && known.contactMillis() >= 0;
    SafetyChecker.check(said, "a leader knows of peers what it says: " + status);
  }
}
