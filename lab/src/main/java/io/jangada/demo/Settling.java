package io.jangada.demo;

import io.jangada.node.Status;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/// Waits until the cluster, or one member of it, has come to rest. Bounded, and given up at once
/// when too few members can talk with each other for anything to happen.
final class Settling {
  static final long REST_MILLIS_MAX = 10_000;

  private static final long LOOK_MILLIS = 10;

  /// @param leader who leads
  /// @param reached who is up and can talk with the leader, itself included; all of them have
  ///   `last`
  /// @param last the last entry, which is committed and applied
  record Found(Status leader, SortedSet<Integer> reached, long last) {}

  private final DemoCluster cluster;

  Settling(DemoCluster cluster) {
    this.cluster = cluster;
  }

  /// Waits until there is a leader, and all it can reach have applied all it has.
  Optional<Found> await() throws InterruptedException {
    long deadline = System.nanoTime() + REST_MILLIS_MAX * 1_000_000;
    do {
      Optional<Found> found = look();
      if (found.isPresent()) return found;
      cluster.pause(LOOK_MILLIS);
    } while (System.nanoTime() < deadline && cluster.canServe());
    return Optional.empty();
  }

  private Optional<Found> look() throws InterruptedException {
    SortedMap<Integer, Status> statuses = cluster.statuses();
    Status leader = leaderOf(statuses);
    if (leader == null) return Optional.empty();
    SortedSet<Integer> reached = cluster.reachable(leader.role().id());
    long last = leader.log().last().index();
    boolean rests = cluster.isMajority(reached.size()) && leader.log().commit() == last;
    for (int member : reached) {
      Status one = statuses.get(member);
      rests &=
          one != null && one.role().leader() == leader.role().id() && one.state().applied() == last;
    }
    return rests ? Optional.of(new Found(leader, reached, last)) : Optional.empty();
  }

  /// The one of the latest term: an earlier one may not know yet that it was deposed.
  private static Status leaderOf(SortedMap<Integer, Status> statuses) {
    Status leader = null;
    for (Status one : statuses.values())
      if (one.isLeader() && (leader == null || one.role().term() > leader.role().term()))
        leader = one;
    return leader;
  }

  /// Waits until every member has a snapshot of at least that entry.
  boolean awaitSnapshots(SortedMap<Integer, Long> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + REST_MILLIS_MAX * 1_000_000;
    do {
      SortedMap<Integer, Status> statuses = cluster.statuses();
      boolean all = true;
      for (var want : wanted.entrySet()) {
        Status one = statuses.get(want.getKey());
        all &= one != null && one.log().snapshot().index() >= want.getValue();
      }
      if (all) return true;
      cluster.pause(LOOK_MILLIS);
    } while (System.nanoTime() < deadline);
    return false;
  }
}
