package io.jangada.demo;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.harness.AdminClient;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.Waiting;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.raft.Membership;
import io.jangada.server.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Servers that are processes of their own, spoken to through their ports alone. They can be killed
/// and stopped as processes are; the network between them is the machine's and stays whole.
final class OuterCluster implements DemoCluster {
  private static final int HEAP_MEBIBYTES = 128;
  private static final int REPLY_MILLIS_MAX = 1_000;
  private static final long START_MILLIS_MAX = 30_000;

  private final ProcessCluster cluster;
  private final AdminClient admin;
  private final Leadership leadership = new Leadership();
  private final Watch watch;
  private final CountDownLatch closing = new CountDownLatch(1);

  /// @param config of the servers; what they say is kept beside it
  OuterCluster(Path config, EventNarrator story) throws IOException {
    Path folder = config.toAbsolutePath().getParent();
    try {
      cluster = ProcessCluster.of(folder, config, ServerProgram.own(HEAP_MEBIBYTES), Map.of());
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
    admin = new AdminClient(cluster, REPLY_MILLIS_MAX);
    watch = new Watch(this, story);
  }

  ProcessCluster processes() {
    return cluster;
  }

  @Override
  public SortedSet<Integer> ids() {
    return cluster.ids();
  }

  @Override
  public String ports() {
    return ids().stream()
        .map(id -> "" + cluster.entry(id).clientPort())
        .collect(Collectors.joining(", "));
  }

  @Override
  public Leadership leadership() {
    return leadership;
  }

  @Override
  public boolean isUp(int id) {
    return cluster.isUp(id);
  }

  @Override
  public boolean isStopped(int id) {
    return cluster.isUp(id) && !cluster.awake().contains(id);
  }

  @Override
  public Optional<MemberState> standing(int id) {
    if (!cluster.awake().contains(id)) return Optional.empty();
    try {
      return Optional.of(MemberState.of(admin.status(id)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public SortedMap<Integer, MemberState> standings() {
    SortedMap<Integer, MemberState> standings = new TreeMap<>();
    for (int id : cluster.awake()) standing(id).ifPresent(standing -> standings.put(id, standing));
    return standings;
  }

  @Override
  public void start(int id) throws IOException {
    if (closing.getCount() == 0) return;
    cluster.start(id);
    watch.begin();
  }

  @Override
  public void awaitUp() throws InterruptedException {
    Waiting.until(
        START_MILLIS_MAX,
        () -> closing.getCount() == 0 || standings().keySet().equals(cluster.awake()));
  }

  @Override
  public boolean kill(int id) throws InterruptedException {
    watch.expectEnd(id);
    cluster.kill(id);
    leadership.ended(id);
    return true;
  }

  @Override
  public void stop(int id) throws IOException, InterruptedException {
    cluster.pause(id);
    leadership.ended(id);
  }

  @Override
  public void resume(int id) throws IOException, InterruptedException {
    cluster.resume(id);
  }

  @Override
  public void split(Set<Integer> side) throws UserError {
    throw new UserError("processes cannot be cut off from each other here; 'pause 1' silences one");
  }

  @Override
  public void heal() throws UserError {
    throw new UserError("the network is whole: processes cannot be cut off from each other here");
  }

  @Override
  public SortedSet<Integer> around(int id) {
    return ids();
  }

  @Override
  public Outcome transfer(int target) {
    return ordered("transfer " + target, new Result.Written(0));
  }

  private Outcome ordered(String line, Result done) {
    try {
      return outcome(admin.ofLeader(line), done);
    } catch (IOException e) {
      return new Outcome.NotLeader(Membership.NONE);
    }
  }

  private static Outcome outcome(Json.Obj said, Result done) {
    try {
      return said.flag("ok") ? new Outcome.Done(done) : new Outcome.Refused(said.text("error"));
    } catch (MalformedException e) {
      return new Outcome.Refused(e.getMessage());
    }
  }

  /// What was applied when it began is in it.
  @Override
  public Outcome takeSnapshot(int id) {
    Optional<MemberState> standing = standing(id);
    if (standing.isEmpty()) return new Outcome.Busy("it does not answer");
    try {
      long applied = standing.get().log().applied();
      return outcome(admin.json(id, "snapshot"), new Result.Written(applied));
    } catch (IOException e) {
      return new Outcome.Unknown();
    }
  }

  @Override
  public void pause(long millis) throws InterruptedException {
    if (closing.await(millis, TimeUnit.MILLISECONDS)) throw new InterruptedException("closed");
  }

  @Override
  public void close() {
    closing.countDown();
    watch.end();
    cluster.close();
  }
}
