package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KvStore;
import io.jangada.kv.Restorer;
import io.jangada.node.Backup;
import io.jangada.node.BackupChunk;
import io.jangada.node.Replica;
import io.jangada.raft.SnapshotMeta;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/// Makes backups of members, one at a time. What was begun may end at any moment; what is complete
/// holds all that was applied at the member when it was asked.
final class BackupProbe {
  /// A backup that is being made of a member in one of its runs.
  private final class Made {
    final Replica replica;
    final SnapshotMeta meta;
    final Restorer restorer = KvStore.restorer(cluster.swarm().limits(), 0);
    final CRC32C crc = new CRC32C();
    int chunks;

    Made(Replica replica, SnapshotMeta meta) {
      this.replica = replica;
      this.meta = meta;
    }

    void next() {
      if (chunks == meta.chunks()) check();
      else replica.backupChunk(new BackupChunk(meta.last(), chunks), this::answered);
    }

    private void answered(Backup reply) {
      if (!(reply instanceof Backup.Chunk(Bytes data))) return;
      chunks++;
      data.update(crc);
      restorer.accept(data);
      world.after(random.nextLong(20) * Scheduler.MILLI, this::next);
    }

    private void check() {
      KvStore kv = restorer.finish();
      SafetyChecker.check(
          (int) crc.getValue() == meta.crc32c() && kv.appliedIndex() == meta.last().index(),
          "a backup is the snapshot that was named: " + meta);
    }
  }

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private boolean stopped;

  BackupProbe(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = cluster.split();
  }

  void start() {
    world.after(random.nextLong(4_000) * Scheduler.MILLI, this::ask);
  }

  void stop() {
    stopped = true;
  }

  private void ask() {
    if (stopped) return;
    world.after(random.nextLong(300, 6_000) * Scheduler.MILLI, this::ask);
    List<Member> up = cluster.upMembers();
    if (up.isEmpty()) return;
    Replica replica = up.get(random.nextInt(up.size())).replica();
    long applied = replica.kv().appliedIndex();
    replica.backup(
        reply -> {
          if (!(reply instanceof Backup.Snapshot(SnapshotMeta meta))) return;
          SafetyChecker.check(
              meta.last().index() >= applied,
              "a backup holds what was applied: " + meta + ", not " + applied);
          world.after(random.nextLong(20) * Scheduler.MILLI, new Made(replica, meta)::next);
        });
  }
}
