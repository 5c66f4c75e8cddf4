package io.jangada.node;

import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Restorer;
import io.jangada.raft.Incarnation;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftNode;
import io.jangada.raft.Recovered;
import io.jangada.raft.SnapshotMeta;
import io.jangada.store.DataOpening;
import io.jangada.store.Disk;
import io.jangada.store.DurableLog;
import io.jangada.store.Identity;
import io.jangada.store.IncarnationFile;
import io.jangada.store.LogSettings;
import io.jangada.store.SnapshotStore;
import io.jangada.store.SnapshotTasks;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What a replica starts from: its log, its snapshots, the protocol and the state machine, as the
/// disk held them.
public record Start(RaftNode raft, KvStore kv, DurableLog log, SnapshotTasks snapshots, Boot boot) {
  /// What is particular to this start.
  ///
  /// @param id a number that no other start of any member has, in all likelihood
  /// @param hashSeed the state machine's, drawn by chance so that no client can guess it; never
  ///   told
  /// @param incarnation empty for a member that keeps none
  /// @param damage what was set aside, a sentence each
  record Boot(long id, long hashSeed, Optional<IncarnationFile> incarnation, List<String> damage) {}

  /// Chunks that wait for the snapshots' disk.
  private static final long QUEUE_BYTES_MAX = 16L << 20;

  /// What a value and its key have beside them in a snapshot, at most. Results of transactions have
  /// less than [SnapshotStore#CHUNK_BYTES_MAX].
  private static final int SNAPSHOT_RECORD_BYTES = 1 << 10;

  /// @param clusterId the name of the cluster; a directory of another one is refused
  /// @param limits the longest value and key must fit into a chunk of a snapshot, on all members
  /// @param policy what is done about data that is new, or damaged
  public record StorageSettings(
      String clusterId, LogSettings log, KvLimits limits, DataOpening.Policy policy) {
    public StorageSettings(String clusterId, LogSettings log, KvLimits limits) {
      this(clusterId, log, limits, DataOpening.Policy.DEFAULT);
    }

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

    public StorageSettings withPolicy(DataOpening.Policy policy) {
      return new StorageSettings(clusterId, log, limits, policy);
    }

    public static StorageSettings defaults(String clusterId) {
      return new StorageSettings(clusterId, LogSettings.defaults(), KvLimits.DEFAULT);
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
  /// @throws IOException when the disk cannot be read, is another member's, or is corrupt beyond
  ///   repair; the message says which
  public static Start open(ReplicaSettings settings, Storage storage, RandomGenerator random)
      throws IOException {
    RaftConfig raft = settings.raft();
    Identity identity = Identity.of(storage.settings.clusterId, raft.id());
    DataOpening.Owner owner =
        new DataOpening.Owner(
            identity, storage.settings.log, storage.settings.policy, raft.bootstrap());
    DataOpening.Opened opened =
        DataOpening.open(storage.disk, owner, storage.wakeLog, random::nextLong);
    try {
      return assemble(settings, storage, opened, random);
    } catch (IOException | RuntimeException e) {
      try (DurableLog _ = opened.log().log();
          SnapshotStore _ = opened.snapshots()) {
        throw e;
      }
    }
  }

  private static Start assemble(
      ReplicaSettings settings, Storage storage, DataOpening.Opened opened, RandomGenerator random)
      throws IOException {
    SnapshotStore snapshots = opened.snapshots();
    DurableLog.Opened log = opened.log();
    SnapshotMeta latest = opened.latest().orElse(null);
    long hashSeed = random.nextLong();
    Restorer empty = KvStore.restorer(storage.settings.limits, hashSeed);
    KvStore kv =
        latest == null
            ? new KvStore(storage.settings.limits, hashSeed)
            : restore(snapshots, latest, empty);
    Incarnation incarnation =
        opened.incarnation().map(IncarnationFile::toIncarnation).orElse(Incarnation.NONE);
    Recovered recovered =
        new Recovered(log.hardState(), log.compacted(), log.entries(), latest, incarnation);
    SnapshotTasks tasks = new SnapshotTasks(snapshots, QUEUE_BYTES_MAX, storage.wakeSnapshots);
    RaftNode raft =
        new RaftNode(withInitialMembers(settings.raft(), opened.incarnation()), recovered, random);
    Boot boot = new Boot(random.nextLong(), hashSeed, opened.incarnation(), opened.damage());
    return new Start(raft, kv, log.log(), tasks, boot);
  }

  /// The initial members stand on the disk, and no other configuration changes them afterwards.
  private static RaftConfig withInitialMembers(
      RaftConfig config, Optional<IncarnationFile> incarnation) {
    return incarnation
        .filter(file -> !file.initialMembers().isEmpty())
        .map(file -> config.withBootstrap(Membership.of(file.initialMembers().keySet())))
        .orElse(config);
  }

  private static KvStore restore(SnapshotStore snapshots, SnapshotMeta meta, Restorer restorer)
      throws IOException {
    for (int chunk = 0; chunk < meta.chunks(); chunk++)
      restorer.accept(snapshots.readChunk(meta.last(), chunk));
    return restorer.finish();
  }
}
