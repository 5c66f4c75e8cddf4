package io.jangada.sim;

import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.raft.EntryId;
import io.jangada.raft.RaftEvent;
import io.jangada.raft.RaftNode;
import io.jangada.raft.SnapshotMeta;
import io.jangada.store.DiskFullException;
import io.jangada.store.SnapshotDone;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.random.RandomGenerator;

/// One member through all its runs: its disk, and while it is up its replica. The [Scheduler] calls
/// here what threads call in production: `poll` when the replica is woken or a tick is due, the
/// log's `work` when something was submitted, and its completion after as long as the disk takes.
final class Member {
  /// How long a turn takes at most in which an entry removes a part of its keys.
  private static final long SLICE_NANOS_MAX = 4 * Scheduler.MILLI;

  /// How fast the disk is just now.
  record DiskSpeed(long nanosMin, long nanosMax) {}

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private final ReplicaSettings settings;
  final int id;
  final SimDisk disk;
  private final DurabilityChecker proof;
  private final Start.StorageSettings storage;

  private int boot;
  private Start start;
  private Replica replica;
  private SimClock clock;
  private DiskSpeed speed = new DiskSpeed(50_000, 500_000);
  private long pausedUntil;
  private boolean pollPlanned;
  private boolean logBusy;
  private boolean snapshotsBusy;
  private boolean full;

  /// Whether the disk has all that it ever had, as far as that was ever wanted.
  private boolean intact;

  /// The newest snapshot, when it could not be read; null once there is another.
  private SnapshotMeta lost;

  /// Whether something happened to the disk that the next start is to find.
  private boolean harmed;

  Member(Cluster cluster, ReplicaSettings settings, RandomGenerator random) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.settings = settings;
    this.random = random;
    this.id = settings.raft().id();
    this.disk = new SimDisk(cluster.split());
    this.storage = cluster.swarm().storage();
    this.proof = new DurabilityChecker(disk, storage);
    SwarmConfig swarm = cluster.swarm();
    boolean isInitial = settings.raft().bootstrap().isVoter(id) && !swarm.bootstrapsByMajority();
    this.intact = isInitial || !swarm.members().bootstraps();
  }

  boolean isUp() {
    return replica != null;
  }

  /// The replica of the present run; null while the member is down.
  Replica replica() {
    return replica;
  }

  void setSpeed(DiskSpeed speed) {
    this.speed = speed;
  }

  void setFull(boolean full) {
    this.full = full;
    disk.setFull(full);
    if (!full && isUp()) wakeLog(boot);
  }

  boolean isFull() {
    return full;
  }

  /// Whether the member has all that it ever had. One that lost something has it again when it
  /// takes part again; an initial member has it from the beginning, for there is nothing that it
  /// could have lost. Where a majority bootstraps the cluster, no member has it before it takes
  /// part: the loss of an initial member is not survived before those have come that were absent
  /// (decision 18).
  boolean isIntact() {
    return intact;
  }

  /// All that the member kept is gone. For one that is down.
  void wipe() {
    disk.wipe();
    harm();
  }

  /// A bit flips on the disk. Returns where; null when there is nothing to flip.
  String rot(String place, RandomGenerator dice) {
    String where = disk.rot(place, dice);
    if (where != null) harm();
    return where;
  }

  /// The last file of the log is gone. Returns its name; null where that is not possible. For a
  /// member that is down.
  String loseLastSegment() {
    String name = disk.loseLastSegment();
    if (name != null) harm();
    return name;
  }

  private void harm() {
    intact = false;
    harmed = true;
  }

  /// Starts on what the disk holds.
  void start(int driftPpm) {
    int mine = ++boot;
    pollPlanned = false;
    logBusy = false;
    snapshotsBusy = false;
    pausedUntil = 0;
    clock = new SimClock(world, random.nextLong(1L << 40), driftPpm);
    try {
      start =
          Start.open(
              settings,
              new Start.Storage(disk, storage, () -> wakeLog(mine), () -> wakeSnapshots(mine)),
              cluster.split());
    } catch (SimDisk.CrashedException crashed) {
      kill(Death.POWER, "crashed while starting");
      return;
    } catch (SimDisk.FailedSyncException failed) {
      kill(Death.PROCESS, "does not start: " + failed.getMessage());
      return;
    } catch (DiskFullException full) {
      kill(Death.PROCESS, "does not start: " + full.getMessage());
      return;
    } catch (IOException e) {
      throw new io.jangada.raft.LawBrokenException(
          "a member starts with what its disk kept: " + id + ": " + e.getMessage());
    }
    replica =
        new Replica(
            settings,
            start,
            new Replica.Dependencies(clock, this::send, this::observe),
            () -> wake(mine));
    cluster.trace(id, "starts: " + replica.raft().hardState() + " last=" + replica.raft().last());
    cluster.laws().restarted(replica, harmed);
    harmed = false;
    lost = null;
    disk.checked();
    lookAtStanding();
    wake(mine);
  }

  private void observe(RaftEvent event) {
    if (event instanceof RaftEvent.SnapshotLost(EntryId last)) {
      SnapshotMeta newest = replica.raft().snapshot();
      if (newest.last().equals(last)) {
        intact = false;
        lost = newest;
      }
    }
    cluster.observe(id, event);
  }

  private void lookAtStanding() {
    RaftNode raft = replica.raft();
    if (raft.incarnation().rejoining()) return;
    if (raft.snapshot() != lost) lost = null;
    // Where a majority founds, a founder says that it is new until it has met a term: with others
    // that are new, or without their data, it would found the cluster once more (decision 18).
    boolean hasMetTerm = raft.term() > 0 || !cluster.swarm().bootstrapsByMajority();
    if (!intact) intact = hasMetTerm && lost == null && !disk.isRotten();
    cluster.incarnations().look(raft, proof::incarnationFile);
  }

  /// How a run ends.
  enum Death {
    /// Only the process dies.
    PROCESS,
    /// What was not synced may be lost.
    POWER;

    static Death draw(RandomGenerator random) {
      return random.nextBoolean() ? POWER : PROCESS;
    }
  }

  void kill(Death death, String how) {
    boot++;
    Replica dead = replica;
    replica = null;
    start = null;
    if (death == Death.POWER) disk.crash();
    else disk.restart();
    cluster.trace(id, how);
    if (dead != null) dead.abandon();
    cluster.died(this);
  }

  /// Has its clock run at another rate for a while.
  void setClock(int driftPpm, long nanos) {
    if (!isUp()) return;
    SimClock changed = clock;
    changed.setDrift(driftPpm);
    world.after(nanos, () -> changed.setDrift(0));
  }

  /// Has its clock leap ahead.
  void leap(long nanos) {
    clock.leap(nanos);
  }

  /// Does nothing for a while: a stopped process, a long collection of garbage.
  void pause(long nanos) {
    pausedUntil = Math.max(pausedUntil, world.now() + nanos);
  }

  void receive(PeerMessage message) {
    if (replica != null) replica.receive(message);
  }

  private void send(PeerMessage message) {
    lookAtStanding();
    cluster.laws().observe(replica.raft(), message);
    if (message instanceof PeerMessage.Raft raft) proof.check(replica.raft(), raft.message());
    cluster.send(message);
  }

  private void wake(int of) {
    wakeWithin(100_000, of);
  }

  private void wakeWithin(long nanosMax, int of) {
    if (of != boot || pollPlanned) return;
    pollPlanned = true;
    world.after(random.nextLong(1_000, nanosMax), () -> pollOf(of));
  }

  private void pollOf(int of) {
    if (of != boot) return;
    if (pausedUntil > world.now()) {
      world.at(pausedUntil, () -> pollOf(of));
      return;
    }
    pollPlanned = false;
    boolean more;
    try {
      more = replica.poll();
    } catch (UncheckedIOException failed) {
      if (!disk.isRotten() && !(failed.getCause() instanceof SimDisk.FailedSyncException))
        throw failed;
      kill(Death.POWER, "stops: " + failed.getMessage() + ": " + failed.getCause().getMessage());
      return;
    }
    lookAtStanding();
    cluster.polled(this);
    // A slice of a removal takes its time.
    if (replica.kv().isBehind()) wakeWithin(SLICE_NANOS_MAX, of);
    else if (more) wake(of);
    else awaitTick(of);
  }

  private void awaitTick(int of) {
    if (of != boot) return;
    long wait = replica.nextPollNanos() - clock.nanos();
    if (wait <= 0) wake(of);
    else world.after(clock.worldNanos(wait), () -> awaitTick(of));
  }

  // ---- the log's disk ----

  private void wakeLog(int of) {
    if (of != boot || logBusy) return;
    logBusy = true;
    world.after(1_000, () -> writeLog(of));
  }

  private void writeLog(int of) {
    if (of != boot) return;
    long batch;
    try {
      batch = start.log().work();
    } catch (SimDisk.CrashedException crashed) {
      kill(Death.POWER, "crashed in the middle of writing its log");
      return;
    } catch (DiskFullException e) {
      replica.diskFull(true);
      world.after(50 * Scheduler.MILLI, () -> writeLog(of));
      return;
    } catch (IOException e) {
      kill(Death.POWER, "stops: " + e.getMessage());
      return;
    }
    if (!full) replica.diskFull(false);
    long latency = random.nextLong(speed.nanosMin, speed.nanosMax + 1);
    world.after(latency, () -> logWritten(of, batch));
  }

  private void logWritten(int of, long batch) {
    if (of != boot) return;
    logBusy = false;
    replica.synced(batch);
    if (start.log().isBehind()) wakeLog(of);
  }

  // ---- the snapshots' disk ----

  private void wakeSnapshots(int of) {
    if (of != boot || snapshotsBusy) return;
    snapshotsBusy = true;
    world.after(random.nextLong(speed.nanosMin, speed.nanosMax + 1), () -> workSnapshots(of));
  }

  private void workSnapshots(int of) {
    if (of != boot) return;
    snapshotsBusy = false;
    List<SnapshotDone> done;
    try {
      done = start.snapshots().work();
    } catch (SimDisk.CrashedException crashed) {
      kill(Death.POWER, "crashed in the middle of writing a snapshot");
      return;
    }
    done.forEach(replica::stored);
    if (start.snapshots().isBehind()) wakeSnapshots(of);
  }
}
