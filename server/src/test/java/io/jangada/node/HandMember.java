package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.raft.Entry;
import io.jangada.store.Disk;
import io.jangada.store.DiskFile;
import io.jangada.store.DiskFullException;
import io.jangada.store.ForwardingDisk;
import io.jangada.store.MemoryDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// One member driven by hand: a real replica, log and snapshots on a disk in memory. Nothing
/// happens but what a test has done.
final class HandMember {
  /// A disk in memory that can be full, for the log, for snapshots or for both.
  private static final class FillableDisk extends ForwardingDisk {
    String full = "none";

    FillableDisk(Disk disk) {
      super(disk);
    }

    private void needRoom(String name) throws DiskFullException {
      if (name.startsWith(full)) throw new DiskFullException("no room for " + name, null);
    }

    @Override
    public DiskFile create(String name) throws IOException {
      needRoom(name);
      return super.create(name);
    }

    @Override
    protected void beforeWrite(String name) throws IOException {
      needRoom(name);
    }
  }

  final int id;
  private final HandCluster cluster;
  private final ReplicaSettings settings;
  private final Start.StorageSettings storage;
  private FillableDisk disk = new FillableDisk(new MemoryDisk());
  private Start start;
  private Replica replica;

  /// What the replica told of the commands that it applied, in order; a test may add what else it
  /// was told.
  final List<String> told = new ArrayList<>();

  /// Whether the log's disk does anything.
  boolean logStalled;

  /// Whether the snapshots' disk does anything.
  boolean snapshotsStalled;

  HandMember(HandCluster cluster, ReplicaSettings settings, Start.StorageSettings storage) {
    this.cluster = cluster;
    this.settings = settings;
    this.storage = storage;
    this.id = settings.raft().id();
    begin();
  }

  /// Begins a life on what the disk holds.
  void begin() {
    try {
      start =
          Start.open(
              settings,
              new Start.Storage(disk, storage, () -> {}, () -> {}),
              new SplittableRandom(id + 1000L * cluster.nextLife++));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Replica.Dependencies world =
        new Replica.Dependencies(
            () -> cluster.clock.nanos(), cluster::send, cluster.events::add, this::applied);
    replica = new Replica(settings, start, world, () -> {});
  }

  /// Loses all it has, and begins a life on an empty disk.
  void wipe() {
    disk = new FillableDisk(new MemoryDisk());
    begin();
  }

  /// Begins a life on the disk of another member, which is down.
  void beginOn(HandMember other) {
    disk = other.disk;
    begin();
  }

  Disk disk() {
    return disk;
  }

  private void applied(Entry entry) {
    if (entry.kind() == Entry.Kind.COMMAND) told.add("applied " + entry.term());
  }

  Replica replica() {
    return replica;
  }

  /// Files whose names begin so take nothing more; `none` for room everywhere.
  void fill(String names) {
    disk.full = names;
  }

  /// The snapshots that its disk holds.
  List<String> snapshots() {
    try {
      return disk.list("snapshot");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Status status() {
    List<Status> statuses = new ArrayList<>();
    replica.status(statuses::add);
    replica.poll();
    return statuses.getFirst();
  }

  boolean leads() {
    return replica.raft().isLeader();
  }

  void poll() {
    while (replica.poll()) {}
  }

  /// Lets the disks do what they were given. Returns whether there was anything.
  boolean work() {
    boolean worked = false;
    try {
      if (!logStalled && start.log().isBehind()) {
        replica.synced(start.log().work());
        replica.diskFull(false);
        worked = true;
      }
    } catch (DiskFullException e) {
      replica.diskFull(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!snapshotsStalled && start.snapshots().isBehind()) {
      start.snapshots().work().forEach(replica::stored);
      worked = true;
    }
    return worked;
  }

  // ---- asking ----

  /// Asks, and gives what was answered: nothing, as long as there is no answer.
  List<Outcome> ask(Operation operation) {
    List<Outcome> outcomes = new ArrayList<>();
    replica.submit(operation, null, outcomes::add);
    return outcomes;
  }

  List<Outcome> write(String key, String value) {
    return ask(HandMember.writing(key, value, 0));
  }

  List<Outcome> read(String key) {
    return ask(new Operation.Get(Bytes.utf8(key)));
  }

  List<Outcome> read(String key, ReadConsistency reading) {
    List<Outcome> outcomes = new ArrayList<>();
    replica.read(null, new Operation.Get(Bytes.utf8(key)), reading, outcomes::add);
    return outcomes;
  }

  static Operation.Write writing(String key, String value, long ttlMillis) {
    return new Operation.Write(
        Bytes.utf8(key), Bytes.utf8(value), ttlMillis, new Condition.Always());
  }
}
