package io.jangada.node;

import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Restorer;
import io.jangada.raft.RaftNode;
import io.jangada.raft.Recovered;
import io.jangada.raft.SnapshotMeta;
import io.jangada.store.Disk;
import io.jangada.store.DurableLog;
import io.jangada.store.Identity;
import io.jangada.store.LogSettings;
import io.jangada.store.SnapshotStore;
import io.jangada.store.SnapshotTasks;
import java.io.IOException;
import java.util.random.RandomGenerator;

/// What a replica starts from: its log, its snapshots, the protocol and the state machine, as the
/// disk held them.
///
/// @param life a number that no other life of any member has, in all likelihood
/// @param hashSeed the state machine's, drawn by chance so that no client can guess it; never told
public record Start(
    RaftNode raft, KvStore kv, DurableLog log, SnapshotTasks snapshots, long life, long hashSeed) {
  /// Chunks that wait for the snapshots' disk.
  private static final long QUEUE_BYTES_MAX = 16L << 20;

  /// What a value and its key have beside them in a snapshot, at most.
  private static final int SNAPSHOT_RECORD_BYTES = 1 << 10;

  /// @param clusterId the name of the cluster; a directory of another one is refused
  /// @param limits the longest value and key must fit into a chunk of a snapshot, on all members
  public record StorageSettings(String clusterId, LogSettings log, KvLimits limits) {
    public StorageSettings {
      long chunk = (long) KvLimits.CHUNK_BYTES + SNAPSHOT_RECORD_BYTES;
      chunk += limits.keyBytesMax() + (long) limits.valueBytesMax();
      if (chunk > SnapshotStore.CHUNK_BYTES_MAX)
        throw new IllegalArgumentException(
            "valueBytesMax "
                + limits.valueBytesMax()
                + ": with a key it must fit into a snapshot's chunk of "
                + SnapshotStore.CHUNK_BYTES_MAX);
    }

    public static StorageSettings standard(String clusterId) {
      return new StorageSettings(clusterId, LogSettings.standard(), KvLimits.DEFAULT);
    }

    /// For many members in one process, or members that keep little.
    public static StorageSettings small(String clusterId) {
      return new StorageSettings(clusterId, LogSettings.small(), KvLimits.DEFAULT);
    }
  }

  /// @param wakeLog called when the log has work
  /// @param wakeSnapshots called when the snapshot store has work
  public record Storage(
      Disk disk, StorageSettings settings, Runnable wakeLog, Runnable wakeSnapshots) {}

  /// Recovers what the disk holds, or begins with nothing.
  ///
  /// @throws IOException when the disk cannot be read, is another member's, or is corrupt; the
  ///   message says which
  public static Start open(ReplicaSettings settings, Storage storage, RandomGenerator random)
      throws IOException {
    Identity identity = Identity.of(storage.settings.clusterId, settings.raft().id());
    identity.claim(storage.disk);
    DurableLog.Opened opened =
        DurableLog.open(storage.disk, storage.settings.log, identity, storage.wakeLog);
    DurableLog log = opened.log();
    try {
      return assemble(settings, storage, opened, random);
    } catch (IOException | RuntimeException e) {
      try (log) {
        throw e;
      }
    }
  }

  private static Start assemble(
      ReplicaSettings settings, Storage storage, DurableLog.Opened opened, RandomGenerator random)
      throws IOException {
    SnapshotStore snapshots = SnapshotStore.open(storage.disk);
    SnapshotMeta latest = snapshots.latest(opened.base()).meta().orElse(null);
    long hashSeed = random.nextLong();
    Restorer empty = KvStore.restorer(storage.settings.limits, hashSeed);
    KvStore kv =
        latest == null
            ? new KvStore(storage.settings.limits, hashSeed)
            : restore(snapshots, latest, empty);
    Recovered recovered =
        new Recovered(opened.hardState(), opened.base(), opened.entries(), latest);
    SnapshotTasks tasks = new SnapshotTasks(snapshots, QUEUE_BYTES_MAX, storage.wakeSnapshots);
    return new Start(
        new RaftNode(settings.raft(), recovered, random),
        kv,
        opened.log(),
        tasks,
        random.nextLong(),
        hashSeed);
  }

  private static KvStore restore(SnapshotStore snapshots, SnapshotMeta meta, Restorer restorer)
      throws IOException {
    for (int chunk = 0; chunk < meta.chunks(); chunk++)
      restorer.accept(snapshots.readChunk(meta.last(), chunk));
    return restorer.finish();
  }
}
