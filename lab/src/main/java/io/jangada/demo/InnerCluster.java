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
/// between any two operations on their disks.
final class InnerCluster implements DemoCluster {
  private static final long REPLY_MILLIS_MAX = 3_000;

  private final ServerConfig config;
  private final SortedMap<Integer, InnerMember> members = new TreeMap<>();
  private final Cuts cuts;
  private final Leadership leadership = new Leadership();
  private final CountDownLatch closing = new CountDownLatch(1);

  InnerCluster(ServerConfig config, EventNarrator story, InnerMember.DiskOpener opener) {
    this.config = config;
    SortedSet<Integer> ids = new TreeSet<>();
    for (ServerConfig.Entry entry : config.servers()) ids.add(entry.id());
    cuts = new Cuts(ids);
    InnerMember.Shared shared = new InnerMember.Shared(config, cuts, leadership, story, opener);
    for (int id : ids) members.put(id, new InnerMember(id, shared));
  }

  @Override
  public SortedSet<Integer> ids() {
    return new TreeSet<>(members.keySet());
  }

  @Override
  public String ports() {
    return config.servers().stream()
        .map(entry -> "" + entry.clientPort())
        .collect(Collectors.joining(", "));
  }

  @Override
  public Leadership leadership() {
    return leadership;
  }

  @Override
  public boolean isUp(int id) {
    return members.get(id).isUp();
  }

  @Override
  public boolean isStopped(int id) {
    return false;
  }

  Optional<Replica> replica(int id) {
    return members.get(id).replica();
  }

  @Override
  public Optional<MemberState> standing(int id) throws InterruptedException {
    return members.get(id).status().map(MemberState::of);
  }

  /// How those stand who are up, in all detail.
  SortedMap<Integer, Status> statuses() throws InterruptedException {
    SortedMap<Integer, Status> statuses = new TreeMap<>();
    for (InnerMember member : members.values())
      member.status().ifPresent(status -> statuses.put(member.id(), status));
    return statuses;
  }

  @Override
  public SortedMap<Integer, MemberState> standings() throws InterruptedException {
    SortedMap<Integer, MemberState> standings = new TreeMap<>();
    statuses().forEach((id, status) -> standings.put(id, MemberState.of(status)));
    return standings;
  }

  @Override
  public synchronized void start(int id) throws IOException {
    if (closing.getCount() > 0) members.get(id).start();
  }

  @Override
  public void awaitUp() {
    // They were up when they had been started.
  }

  @Override
  public synchronized boolean kill(int id) {
    return members.get(id).kill();
  }

  @Override
  public void stop(int id) throws UserError {
    throw new UserError("only a process can be stopped: start the demo with --processes");
  }

  @Override
  public void resume(int id) throws UserError {
    throw new UserError("only a process can be stopped and resumed");
  }

  @Override
  public void split(Set<Integer> side) {
    cuts.split(side);
  }

  @Override
  public void heal() {
    cuts.split(Set.of());
  }

  @Override
  public SortedSet<Integer> around(int id) {
    return cuts.around(id);
  }

  @Override
  public Outcome transfer(int target) throws InterruptedException {
    Optional<Replica> leader = Optional.empty();
    Leadership.Lead lead = leadership.now();
    if (lead.isKnown()) leader = replica(lead.member());
    if (leader.isEmpty()) return new Outcome.NotLeader(lead.member());
    CompletableFuture<Outcome> reply = new CompletableFuture<>();
    leader.get().transfer(target, reply::complete);
    return get(reply);
  }

  @Override
  public Outcome takeSnapshot(int id) throws InterruptedException {
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
    members.values().forEach(InnerMember::close);
  }

  @Override
  public void pause(long millis) throws InterruptedException {
    if (closing.await(millis, TimeUnit.MILLISECONDS)) throw new InterruptedException("closed");
  }
}
