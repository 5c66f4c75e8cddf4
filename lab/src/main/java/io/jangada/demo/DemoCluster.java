package io.jangada.demo;

import io.jangada.node.Outcome;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/// The servers of a demo, and what a person can do to them. These doings are called one at a time;
/// [#close] may come from elsewhere in the middle of one.
interface DemoCluster extends AutoCloseable {
  long LEAD_NANOS_MAX = 5_000_000_000L;
  long LOOK_NANOS = 100_000_000;

  SortedSet<Integer> ids();

  /// Where its clients come to, for people.
  String ports();

  Leadership leadership();

  /// Whether it runs, be it cut off or stopped.
  boolean isUp(int id);

  /// Whether it was stopped, and stands still.
  boolean isStopped(int id);

  /// How the member stands; empty when it is down or does not say.
  Optional<MemberState> standing(int id) throws InterruptedException;

  /// How those stand who say it.
  SortedMap<Integer, MemberState> standings() throws InterruptedException;

  /// Starts it on what its disk holds. It need not have come up when this returns.
  void start(int id) throws IOException;

  /// Waits until those that were started have come up, within a bound.
  void awaitUp() throws InterruptedException;

  /// Ends it as `kill -9` would.
  ///
  /// @return whether it has let go of everything, so that it can be started again
  boolean kill(int id) throws InterruptedException;

  /// Stops it at whatever it is doing, its connections open.
  void stop(int id) throws IOException, InterruptedException, UserError;

  /// Lets it go on.
  void resume(int id) throws IOException, InterruptedException, UserError;

  /// Cuts these off from the others; an earlier cut is healed.
  void split(Set<Integer> side) throws UserError;

  void heal() throws UserError;

  /// Those who can hear it, itself included, up or not.
  SortedSet<Integer> around(int id);

  /// Hands the lead over.
  Outcome transfer(int target) throws InterruptedException;

  /// Has the member begin a snapshot.
  ///
  /// @return [io.jangada.kv.Result.Written] with the last entry in it, if it has begun
  Outcome takeSnapshot(int id) throws InterruptedException;

  /// Lets time pass, until it is up or the cluster is closed.
  void pause(long millis) throws InterruptedException;

  @Override
  void close();

  // ---- what follows from that ----

  /// Who leads; waits a while for somebody to come to it, if that can happen.
  default Leadership.Lead awaitLead() throws InterruptedException {
    long deadline = System.nanoTime() + LEAD_NANOS_MAX;
    Leadership.Lead lead = leadership().now();
    while (!lead.isKnown() && canServe() && System.nanoTime() < deadline) {
      leadership().awaitOtherThan(lead, LOOK_NANOS);
      lead = leadership().now();
    }
    return lead;
  }

  default boolean isMajority(int count) {
    return 2 * count > ids().size();
  }

  /// Whether the network leaves a member with less than a majority.
  default boolean isCut(int id) {
    return !isMajority(around(id).size());
  }

  /// The members that are up, not stopped, and can talk with this one, itself included.
  default SortedSet<Integer> reachable(int id) {
    SortedSet<Integer> reachable = new TreeSet<>(around(id));
    reachable.removeIf(other -> !isUp(other) || isStopped(other));
    return reachable;
  }

  /// Whether enough members are up, and can talk with each other, to elect a leader.
  default boolean canServe() {
    return ids().stream()
        .anyMatch(id -> isUp(id) && !isStopped(id) && isMajority(reachable(id).size()));
  }
}
