package io.jangada.protocol;

import io.jangada.node.Replica;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.raft.Input;
import io.jangada.store.DurableLog;
import io.jangada.store.MemoryDisk;
import io.jangada.store.SnapshotDone;
import io.jangada.store.SnapshotTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;

/// A replica that keeps nothing: its disk is memory, and the log's and the snapshots' work is done
/// on the owner's thread, between two polls. For media that never start a process twice.
public final class MemoryReplica {
  private final Replica replica;
  private final DurableLog log;
  private final SnapshotTasks snapshots;

  public MemoryReplica(
      ReplicaSettings settings,
      Start.StorageSettings storage,
      Replica.Dependencies world,
      long seed) {
    Start start = open(settings, storage, seed);
    log = start.log();
    snapshots = start.snapshots();
    replica = new Replica(settings, start, world, () -> {});
  }

  private static Start open(ReplicaSettings settings, Start.StorageSettings storage, long seed) {
    try {
      return Start.open(
          settings,
          new Start.Storage(new MemoryDisk(), storage, () -> {}, () -> {}),
          new SplittableRandom(seed));
    } catch (IOException e) {
      throw new UncheckedIOException("a disk in memory failed", e);
    }
  }

  public Replica replica() {
    return replica;
  }

  /// Has this member campaign at once, if its cluster was just made and has no leader yet. For one
  /// member of a cluster, and between two cycles.
  public void campaign() {
    replica.raft().step(new Input.Campaign());
  }

  /// Does all that can be done now.
  public void cycle() {
    boolean more;
    do more = replica.poll() | store();
    while (more);
  }

  private boolean store() {
    boolean worked = false;
    try {
      if (log.isBehind()) {
        replica.synced(log.work());
        worked = true;
      }
      while (snapshots.isBehind()) {
        for (SnapshotDone done : snapshots.work()) replica.stored(done);
        worked = true;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a disk in memory failed", e);
    }
    return worked;
  }
}
