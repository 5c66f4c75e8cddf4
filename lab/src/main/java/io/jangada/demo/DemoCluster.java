package io.jangada.demo;

import io.jangada.node.Outcome;
import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// Servers in this process, with their ports open. They can be cut off from each other, and killed
/// between any two operations on their disks. These doings are called one at a time; [#close] may
/// come from elsewhere in the middle of one.
final class DemoCluster implements AutoCloseable {
  private static final long LEAD_NANOS_MAX = 5_000_000_000L;
  private static final long LOOK_NANOS = 100_000_000;
  private static final long REPLY_MILLIS_MAX = 3_000;

  private final ServerConfig config;
  private final SortedMap<Integer, DemoMember> members = new TreeMap<>();
  private final Cuts cuts;
  private final Leadership leadership = new Leadership();
  private final CountDownLatch closing = new CountDownLatch(1);

  DemoCluster(ServerConfig config, EventNarrator narrator, DemoMember.DiskOpener opener) {
    this.config = config;
    SortedSet<Integer> ids = new TreeSet<>();
    for (ServerConfig.Entry entry : config.servers()) ids.add(entry.id());
    cuts = new Cuts(ids);
    DemoMember.Shared shared = new DemoMember.Shared(config, cuts, leadership, narrator, opener);
    for (int id : ids) members.put(id, new DemoMember(id, shared));
  }

  SortedSet<Integer> ids() {
    return new TreeSet<>(members.keySet());
  }

  /// Where its clients come to, for people.
  String ports() {
    return config.servers().stream()
        .map(entry -> "" + entry.clientPort())
        .collect(Collectors.joining(", "));
  }

  Leadership leadership() {
    return leadership;
  }

  boolean isUp(int id) {
    return members.get(id).isUp();
  }

  Optional<Replica> replica(int id) {
    return members.get(id).replica();
  }

  /// How the member stands; empty when it is down or does not say.
  Optional<Status> status(int id) throws InterruptedException {
    return members.get(id).status();
  }

  /// How those stand who are up, in all detail.
  SortedMap<Integer, Status> statuses() throws InterruptedException {
    SortedMap<Integer, Status> statuses = new TreeMap<>();
    for (DemoMember member : members.values())
      member.status().ifPresent(status -> statuses.put(member.id(), status));
    return statuses;
  }

  /// Starts it on what its disk holds.
  synchronized void start(int id) throws IOException {
    if (closing.getCount() > 0) members.get(id).start();
  }

  /// Ends it as `kill -9` would.
  ///
  /// @return whether it has let go of everything, so that it can be started again
  synchronized boolean kill(int id) {
    return members.get(id).kill();
  }

  /// Cuts these off from the others; an earlier cut is healed.
  void split(Set<Integer> side) {
    cuts.split(side);
  }

  void heal() {
    cuts.split(Set.of());
  }

  /// Those who can hear it, itself included, up or not.
  private SortedSet<Integer> around(int id) {
    return cuts.around(id);
  }

  Outcome transfer(int target) throws InterruptedException {
    Optional<Replica> leader = Optional.empty();
    Leadership.Lead lead = leadership.now();
    if (lead.isKnown()) leader = replica(lead.member());
    if (leader.isEmpty()) return new Outcome.NotLeader(lead.member());
    CompletableFuture<Outcome> reply = new CompletableFuture<>();
    leader.get().transfer(target, reply::complete);
    return get(reply);
  }

  /// Has the member begin a snapshot.
  ///
  /// @return [io.jangada.kv.Result.Written] with the last entry in it, if it has begun
  Outcome takeSnapshot(int id) throws InterruptedException {
    Optional<Replica> replica = replica(id);
    if (replica.isEmpty()) return new Outcome.Busy("it is down");
    CompletableFuture<Outcome> reply = new CompletableFuture<>();
    replica.get().takeSnapshot(reply::complete);
    return get(reply);
  }

  private static Outcome get(CompletableFuture<Outcome> reply) throws InterruptedException {
    try {
      return reply.get(REPLY_MILLIS_MAX, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return new Outcome.Unknown();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    closeMembers();
  }

  private synchronized void closeMembers() {
    members.values().forEach(DemoMember::close);
  }

  /// Lets time pass, until it is up or the cluster is closed.
  void pause(long millis) throws InterruptedException {
    if (closing.await(millis, TimeUnit.MILLISECONDS)) throw new InterruptedException("closed");
  }

  /// Who leads; waits a while for a leader, if there can be one.
  Leadership.Lead awaitLead() throws InterruptedException {
    long deadline = System.nanoTime() + LEAD_NANOS_MAX;
    Leadership.Lead lead = leadership.now();
    while (!lead.isKnown() && canServe() && System.nanoTime() < deadline) {
      leadership.awaitOtherThan(lead, LOOK_NANOS);
      lead = leadership.now();
    }
    return lead;
  }

  boolean isMajority(int count) {
    return 2 * count > members.size();
  }

  /// Whether the network leaves a member with less than a majority.
  boolean isCut(int id) {
    return !isMajority(around(id).size());
  }

  /// The members that are up and can talk with this one, itself included.
  SortedSet<Integer> reachable(int id) {
    SortedSet<Integer> reachable = around(id);
    reachable.removeIf(other -> !isUp(other));
    return reachable;
  }

  /// Whether enough members are up, and can talk with each other, to elect a leader.
  boolean canServe() {
    return members.keySet().stream().anyMatch(id -> isUp(id) && isMajority(reachable(id).size()));
  }
}
