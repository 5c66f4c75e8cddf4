package io.jangada.cli.demo;

import io.jangada.kv.KvLimits;
import io.jangada.node.DurableMember;
import io.jangada.node.Replica;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.store.Disk;
import io.jangada.store.LogSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One member through all its lives. Whoever calls [#start], [#kill] and [#close] does so one at a
/// time.
final class DemoMember {
  static final String CLUSTER_ID = "jangada-demo";

  private static final long TICK_NANOS = 10_000_000;
  private static final long REQUEST_TIMEOUT_MILLIS = 1_000;
  private static final long RETRY_MILLIS = 200;
  private static final long SNAPSHOT_BYTES = 1 << 20;
  private static final long STATUS_MILLIS_MAX = 1_000;
  private static final long CLOSE_MILLIS_MAX = 2_000;

  /// How a data directory becomes a disk; a test may put a fault between the two.
  @FunctionalInterface
  interface DiskOpener {
    Disk open(Path directory) throws IOException;
  }

  /// What all members share.
  record Shared(LocalNetwork network, Leadership leadership, Story story, DiskOpener opener) {}

  private final int id;
  private final Path directory;
  private final DurableMember.Settings settings;
  private final Shared shared;
  private volatile Life life;

  DemoMember(int id, Path directory, Membership members, Shared shared) {
    this.id = id;
    this.directory = directory;
    this.settings = settings(id, members);
    this.shared = shared;
  }

  /// Keeps no entries behind a snapshot: the log is small here, and a member that comes back late
  /// is to show how a snapshot brings it up.
  private static DurableMember.Settings settings(int id, Membership members) {
    RaftConfig.Limits limits =
        new RaftConfig.Limits(4096, 1 << 20, 64, 8 << 20, 8L << 20, 65_536, 4 << 20, 0, 64L << 20);
    RaftConfig raft = RaftConfig.of(id, members).withLimits(limits);
    ReplicaSettings replica =
        ReplicaSettings.of(raft)
            .withTimes(TICK_NANOS, REQUEST_TIMEOUT_MILLIS, RETRY_MILLIS)
            .withSnapshotBytes(SNAPSHOT_BYTES);
    LogSettings log = new LogSettings(4 << 20, 1 << 20, 16 << 20);
    return new DurableMember.Settings(
        replica, new Start.StorageSettings(CLUSTER_ID, log, KvLimits.DEFAULT));
  }

  int id() {
    return id;
  }

  boolean isUp() {
    Life now = life;
    return now != null && !now.over;
  }

  Optional<Replica> replica() {
    Life now = life;
    return now == null || now.over ? Optional.empty() : Optional.of(now.member.replica());
  }

  /// How the member stands; empty when it is down or does not say.
  Optional<Status> status() throws InterruptedException {
    Optional<Replica> replica = replica();
    if (replica.isEmpty()) return Optional.empty();
    CompletableFuture<Status> status = new CompletableFuture<>();
    replica.get().status(status::complete);
    try {
      return Optional.of(status.get(STATUS_MILLIS_MAX, TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty();
    }
  }

  /// Begins a life on what the disk holds.
  void start() throws IOException {
    close();
    Life next = new Life(new MortalDisk(shared.opener.open(directory)));
    long seed = System.nanoTime() * 31 + id;
    shared.story.detail(Story.name(id) + " starts in " + directory + ", seed " + seed);
    next.member =
        DurableMember.start(
            settings,
            new DurableMember.Surroundings(
                next.disk, shared.network::send, new SplittableRandom(seed)),
            next);
    life = next;
    shared.network.join(id, next.member.replica());
  }

  /// Ends the life as `kill -9` would: at whatever the member is doing.
  ///
  /// @return whether it has let go of everything, so that it can be started again
  boolean kill() {
    Life now = life;
    if (now == null) return true;
    now.over = true;
    shared.network.leave(id);
    now.disk.die();
    shared.leadership.ended(id);
    return close();
  }

  /// Ends the life in good order, if there is one.
  ///
  /// @return whether the member has let go of everything
  boolean close() {
    Life now = life;
    if (now == null) return true;
    now.over = true;
    shared.network.leave(id);
    boolean closed = now.member.close(CLOSE_MILLIS_MAX);
    if (closed) life = null;
    return closed;
  }

  /// From one start to the next end. What its threads say after the end is not listened to.
  private final class Life implements DurableMember.Watcher {
    private final MortalDisk disk;
    private final Story.Chapter chapter = shared.story.new Chapter(id);
    private DurableMember member;
    private volatile boolean over;

    Life(MortalDisk disk) {
      this.disk = disk;
    }

    @Override
    public void event(RaftEvent event) {
      if (over) return;
      if (event instanceof RaftEvent.LeaderElected(long term)) shared.leadership.elected(id, term);
      if (event instanceof RaftEvent.SteppedDown) shared.leadership.ended(id);
      chapter.tell(event);
    }

    @Override
    public void diskFull(boolean full) {
      if (over) return;
      shared.story.tell(
          id,
          full
              ? "has no space left on its disk: it takes no writes until there is some"
              : "has space on its disk again");
    }

    @Override
    public void stopped(Throwable cause) {
      if (over) return;
      over = true;
      shared.network.leave(id);
      shared.leadership.ended(id);
      shared.story.tell(id, "STOPS: " + cause.getMessage() + "; 'start " + id + "' recovers it");
    }
  }
}
