package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Restorer;
import io.jangada.kv.Result;
import io.jangada.kv.Snapshot;
import io.jangada.raft.EntryId;
import io.jangada.raft.Input;
import io.jangada.raft.RaftNode;
import io.jangada.raft.Ready;
import io.jangada.raft.SnapshotMeta;
import io.jangada.store.SnapshotDone;
import io.jangada.store.SnapshotTask;
import io.jangada.store.SnapshotTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Moves snapshots between the state machine, the snapshot store and the protocol, a chunk at a
/// time, so that nothing waits for a whole one: an own snapshot is written while commands go on
/// being applied, chunks that a peer wants are read, chunks that a leader sends are stored, and an
/// installed snapshot is loaded into a new state machine that takes the old one's place at the end.
final class SnapshotTransfer {
  /// How many chunks of an own snapshot may be on their way to the disk.
  private static final int CHUNKS_UNDER_WAY_MAX = 2;

  /// Between two snapshots so many times the size of the data is logged, within limits.
  private static final long SIZES_APART = 4;

  /// How long after a snapshot that failed no other is begun by itself.
  private static final long PAUSE_NANOS = 1_000_000_000;

  /// How many chunks for peers may be asked of the disk; what is beyond will be asked for again.
  private static final int READS_MAX = 64;

  private final SnapshotTasks tasks;
  private final Backups backups;
  private final ReplicaStats counts;
  private final ReplicaSettings settings;
  private final long hashSeed;
  private final List<Ready.ChunkRead> reads = new ArrayList<>();

  private long appliedBytes;
  private long coveredBytes;
  private boolean paused;
  private long pauseEndNanos;

  private Snapshot writing;
  private boolean finishing;
  private boolean failed;

  /// The newest snapshot could not be read, and none was taken since.
  private boolean lost;

  private int chunksUnderWay;
  private int lastChunkBytes;

  private SnapshotMeta restoring;
  private Restorer restorer;
  private int nextChunk;
  private KvStore restored;

  SnapshotTransfer(
      SnapshotTasks tasks, ReplicaSettings settings, long hashSeed, ReplicaStats counts) {
    this.tasks = tasks;
    this.backups = new Backups(tasks);
    this.counts = counts;
    this.settings = settings;
    this.hashSeed = hashSeed;
  }

  /// The backups that are made of this replica's snapshots.
  Backups backups() {
    return backups;
  }

  /// An entry of so many bytes was applied.
  void applied(long bytes) {
    appliedBytes += bytes;
  }

  /// Whether it is time for an own snapshot.
  private boolean isDue(KvStore kv, Memory memory, long nowNanos) {
    long snapshotBytes = settings.snapshotBytes();
    // Where there is much data, snapshots would otherwise be most of what the disk writes.
    long dueBytesMax = 2 * snapshotBytes + memory.spareLogBytes();
    long dueBytes = Math.clamp(SIZES_APART * kv.sizeBytes(), snapshotBytes, dueBytesMax);
    if (memory.isLogLarge()) dueBytes = snapshotBytes / 2;
    if (appliedBytes < dueBytes && !lost || isBusy() || isRestoring()) return false;
    return !paused || pauseEndNanos - nowNanos <= 0;
  }

  /// Whether an own snapshot is being written.
  boolean isBusy() {
    return writing != null || finishing || chunksUnderWay > 0;
  }

  /// Whether an installed snapshot is being loaded.
  boolean isRestoring() {
    return restoring != null;
  }

  /// Begins a snapshot of what is applied now, if that makes sense.
  Outcome begin(KvStore kv, RaftNode raft) {
    if (isBusy() || isRestoring()) return new Outcome.Busy("a snapshot is under way");
    if (kv.isBehind()) return new Outcome.Busy("very many keys are being removed");
    if (kv.appliedIndex() == 0 || appliedBytes == 0 && raft.snapshot() != null && !lost)
      return new Outcome.Refused("nothing was applied since the last snapshot");
    EntryId last = new EntryId(kv.appliedIndex(), raft.termAt(kv.appliedIndex()));
    writing = kv.snapshot(settings.upkeep().snapshotChunkBytes());
    failed = false;
    coveredBytes = appliedBytes;
    paused = false;
    tasks.submit(new SnapshotTask.Begin(last, raft.membershipAt(last.index())));
    return new Outcome.Done(new Result.Written(last.index()));
  }

  /// Does what is asked for.
  void handle(Event.OfSnapshots wish, KvStore kv, RaftNode raft, long nowNanos) {
    switch (wish) {
      case Event.TakeSnapshot(Consumer<Outcome> reply) -> reply.accept(begin(kv, raft));
      case Event.AskBackup(Consumer<Backup> reply) -> backup(kv, raft, reply, nowNanos);
      case Event.AskChunk(BackupChunk chunk, Consumer<Backup> reply) ->
          backups.read(chunk, raft.snapshot(), reply, nowNanos);
    }
  }

  /// A backup needs a snapshot.
  void backup(KvStore kv, RaftNode raft, Consumer<Backup> reply, long nowNanos) {
    backups.request(kv.appliedIndex(), raft.snapshot(), reply, nowNanos);
    if (backups.isWanted()) begin(kv, raft);
  }

  /// Time goes by.
  ///
  /// @param memory of which a snapshot makes room: it lets the log become smaller
  void tick(KvStore kv, RaftNode raft, Memory memory, long nowNanos) {
    if (backups.expire(nowNanos)) retain(raft);
    if (backups.isWanted() || isDue(kv, memory, nowNanos)) begin(kv, raft);
  }

  void read(Ready.ChunkRead asked) {
    if (reads.size() >= READS_MAX) return;
    reads.add(asked);
    tasks.submit(new SnapshotTask.Read(asked.meta().last(), asked.chunk()));
  }

  void write(Ready.ChunkWrite chunk) {
    if (tasks.hasRoom())
      tasks.submit(new SnapshotTask.Receive(chunk.meta(), chunk.chunk(), chunk.data()));
  }

  /// Begins to load an installed snapshot. One that is being written is given up: what it keeps is
  /// to make room.
  void restore(SnapshotMeta meta, KvLimits limits) {
    if (writing != null) {
      writing.close();
      writing = null;
      tasks.submit(new SnapshotTask.Abandon());
    }
    restoring = meta;
    restorer = KvStore.restorer(limits, hashSeed);
    restored = null;
    nextChunk = 0;
    tasks.submit(new SnapshotTask.Read(meta.last(), 0));
  }

  /// What the store takes that is being loaded.
  long restoringBytes() {
    return restorer == null ? 0 : restorer.memoryBytes();
  }

  /// A task is done.
  ///
  /// @throws UncheckedIOException when an installed snapshot cannot be loaded: the replica has no
  ///   state then
  void done(SnapshotDone done, RaftNode raft, long nowNanos) {
    switch (done) {
      case SnapshotDone.Accepted(SnapshotTask task) -> {
        if (task instanceof SnapshotTask.Append) chunksUnderWay--;
      }
      case SnapshotDone.Taken(SnapshotMeta meta) -> {
        finishing = false;
        appliedBytes -= coveredBytes;
        coveredBytes = 0;
        lost = false;
        counts.snapshotsTaken++;
        raft.step(new Input.SnapshotTaken(meta));
        backups.taken(meta, nowNanos);
        retain(raft);
      }
      case SnapshotDone.Received(SnapshotMeta meta, int chunks) ->
          raft.step(new Input.ChunkStored(meta, chunks));
      case SnapshotDone.Installed(SnapshotMeta meta) -> {
        raft.step(new Input.ChunkStored(meta, meta.chunks()));
        backups.taken(meta, nowNanos);
        retain(raft);
      }
      case SnapshotDone.Chunk(SnapshotMeta meta, int number, Bytes chunk) -> {
        give(meta, number, chunk, raft);
        load(meta, number, chunk);
        backups.chunk(meta.last(), number, chunk);
      }
      case SnapshotDone.Marked _ -> {}
      case SnapshotDone.Failed(SnapshotTask task, IOException cause) -> {
        failed(task, cause, raft);
        paused = true;
        pauseEndNanos = nowNanos + PAUSE_NANOS;
      }
    }
  }

  /// Drops the snapshots that are not read any more. One that is being loaded is read, even when
  /// another was installed meanwhile.
  private void retain(RaftNode raft) {
    long from = raft.snapshotsNeededFrom();
    if (restoring != null) from = Math.min(from, restoring.last().index());
    tasks.submit(new SnapshotTask.Retain(from, backups.retained()));
  }

  private void give(SnapshotMeta meta, int number, Bytes chunk, RaftNode raft) {
    for (Ready.ChunkRead asked : List.copyOf(reads)) {
      if (asked.chunk() != number || !asked.meta().equals(meta)) continue;
      reads.remove(asked);
      raft.step(new Input.ChunkLoaded(asked, chunk));
    }
  }

  private void load(SnapshotMeta meta, int number, Bytes chunk) {
    if (restored != null || number != nextChunk || !meta.equals(restoring)) return;
    restorer.accept(chunk);
    nextChunk++;
    if (nextChunk < meta.chunks()) tasks.submit(new SnapshotTask.Read(meta.last(), nextChunk));
    else restored = restorer.finish();
  }

  /// A snapshot that could not be written or received is begun again in its time.
  private void failed(SnapshotTask task, IOException cause, RaftNode raft) {
    switch (task) {
      case SnapshotTask.Begin _ -> giveUpWriting(cause);
      case SnapshotTask.Append _ -> {
        chunksUnderWay--;
        giveUpWriting(cause);
      }
      case SnapshotTask.Finish _ -> {
        finishing = false;
        giveUpWriting(cause);
      }
      case SnapshotTask.Read(EntryId last, int number) -> {
        if (restoring != null && restoring.last().equals(last))
          throw new UncheckedIOException("the installed snapshot cannot be loaded", cause);
        backups.chunkFailed(last, number, "the chunk cannot be read: " + cause.getMessage());
        lose(last, raft);
      }
      case SnapshotTask.Mark _,
          SnapshotTask.SetAside _,
          SnapshotTask.Abandon _,
          SnapshotTask.Offer _,
          SnapshotTask.Receive _,
          SnapshotTask.Retain _ -> {}
    }
  }

  /// A snapshot that cannot be read is not asked for again: it is set aside, and another one taken.
  private void lose(EntryId last, RaftNode raft) {
    boolean known = reads.removeIf(asked -> asked.meta().last().equals(last));
    if (lost && !known) return;
    lost = true;
    tasks.submit(new SnapshotTask.SetAside(last));
    raft.step(new Input.SnapshotLost(last));
  }

  private void giveUpWriting(IOException cause) {
    if (!failed) counts.snapshotsFailed++;
    failed = true;
    backups.failed("the snapshot cannot be written: " + cause.getMessage());
    if (writing != null) writing.close();
    writing = null;
  }

  /// Whether another chunk may be on its way: a large one is alone.
  private boolean takesChunk() {
    boolean large = lastChunkBytes > 2 * KvLimits.CHUNK_BYTES;
    return chunksUnderWay < (large ? 1 : CHUNKS_UNDER_WAY_MAX);
  }

  /// Goes on with what is under way: a slice of work.
  void drive(RaftNode raft, Consumer<KvStore> whenRestored) {
    while (writing != null && takesChunk() && tasks.hasRoom()) {
      Optional<Bytes> chunk = writing.nextChunk();
      if (chunk.isPresent()) {
        chunksUnderWay++;
        lastChunkBytes = chunk.get().length();
        tasks.submit(new SnapshotTask.Append(chunk.get()));
      } else {
        writing = null;
        finishing = true;
        tasks.submit(new SnapshotTask.Finish());
      }
    }
    if (restored == null) return;
    KvStore ready = restored;
    restored = null;
    restoring = null;
    restorer = null;
    appliedBytes = 0;
    coveredBytes = 0;
    retain(raft);
    whenRestored.accept(ready);
  }
}
