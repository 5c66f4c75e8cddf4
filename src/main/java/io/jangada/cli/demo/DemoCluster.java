package io.jangada.cli.demo;

import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// All members and the network between them. The doings of the person at the shell are called one
/// at a time; [#close] may come from elsewhere in the middle of one.
final class DemoCluster implements AutoCloseable {
  private static final long LEAD_NANOS_MAX = 5_000_000_000L;
  private static final long LOOK_NANOS = 100_000_000;

  private final SortedMap<Integer, DemoMember> members = new TreeMap<>();
  private final LocalNetwork network = new LocalNetwork();
  private final Leadership leadership = new Leadership();
  private final CountDownLatch closing = new CountDownLatch(1);

  /// @param data where member 2, say, has its data in `n2`
  DemoCluster(Path data, int count, Story story, DemoMember.DiskOpener opener) {
    SortedSet<Integer> ids = new TreeSet<>();
    for (int id = 1; id <= count; id++) ids.add(id);
    DemoMember.Shared shared = new DemoMember.Shared(network, leadership, story, opener);
    for (int id : ids)
      members.put(id, new DemoMember(id, data.resolve(Story.name(id)), Membership.of(ids), shared));
  }

  SortedSet<Integer> ids() {
    return new TreeSet<>(members.keySet());
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

  Optional<Status> status(int id) throws InterruptedException {
    return members.get(id).status();
  }

  /// Who leads; waits a while for somebody to come to it, if that can happen.
  Leadership.Lead awaitLead() throws InterruptedException {
    long deadline = System.nanoTime() + LEAD_NANOS_MAX;
    Leadership.Lead lead = leadership.now();
    while (!lead.isKnown() && canServe() && System.nanoTime() < deadline) {
      leadership.awaitOtherThan(lead, LOOK_NANOS);
      lead = leadership.now();
    }
    return lead;
  }

  /// How those stand who are up.
  SortedMap<Integer, Status> statuses() throws InterruptedException {
    SortedMap<Integer, Status> statuses = new TreeMap<>();
    for (DemoMember member : members.values())
      member.status().ifPresent(status -> statuses.put(member.id(), status));
    return statuses;
  }

  synchronized void start(int id) throws IOException {
    if (closing.getCount() > 0) members.get(id).start();
  }

  synchronized boolean kill(int id) {
    return members.get(id).kill();
  }

  void split(Set<Integer> side) {
    network.split(side);
  }

  void heal() {
    network.heal();
  }

  /// Whether the network leaves a member with less than a majority.
  boolean isCut(int id) {
    return !isMajority(network.around(id, ids()).size());
  }

  boolean isMajority(int count) {
    return 2 * count > members.size();
  }

  /// The members that are up and can talk with this one, itself included.
  SortedSet<Integer> reachable(int id) {
    SortedSet<Integer> reachable = new TreeSet<>(network.around(id, ids()));
    reachable.removeIf(other -> !isUp(other));
    return reachable;
  }

  /// Whether enough members are up, and can talk with each other, to elect a leader.
  boolean canServe() {
    return ids().stream().anyMatch(id -> isUp(id) && isMajority(reachable(id).size()));
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
}
