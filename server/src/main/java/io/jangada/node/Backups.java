package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.raft.EntryId;
import io.jangada.raft.SnapshotMeta;
import io.jangada.store.SnapshotTask;
import io.jangada.store.SnapshotTasks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Backups of this replica: the requests that wait for a snapshot, the snapshots that are kept
/// because their chunks are being read, and the reads in progress.
final class Backups {
  private static final int WAITING_MAX = 16;
  private static final int READS_MAX = 16;
  private static final int HELD_MAX = 2;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long WAIT_NANOS = 600_000 * NANOS_PER_MILLI;
  private static final long READ_NANOS = 10_000 * NANOS_PER_MILLI;

  /// @param index the snapshot must hold this entry
  private record Waiting(long index, Consumer<Backup> reply, long deadlineNanos) {}

  private record Reading(EntryId last, int number, Consumer<Backup> reply, long deadlineNanos) {}

  private record Retained(SnapshotMeta meta, long endNanos) {}

  private final SnapshotTasks tasks;
  private final List<Waiting> waiting = new ArrayList<>();
  private final List<Reading> reads = new ArrayList<>();
  private final SortedMap<Long, Retained> retained = new TreeMap<>();

  Backups(SnapshotTasks tasks) {
    this.tasks = tasks;
  }

  /// A backup needs a snapshot that holds the entry `index`.
  ///
  /// @param newest the newest durable snapshot, or null
  void request(long index, SnapshotMeta newest, Consumer<Backup> reply, long nowNanos) {
    if (index == 0) reply.accept(new Backup.Failed("nothing was applied here yet"));
    else if (newest != null && newest.last().index() >= index) name(newest, reply, nowNanos);
    else if (waiting.size() >= WAITING_MAX)
      reply.accept(new Backup.Busy("others wait for backups"));
    else waiting.add(new Waiting(index, reply, nowNanos + WAIT_NANOS));
  }

  /// Whether a snapshot is to be taken.
  boolean isWanted() {
    return !waiting.isEmpty();
  }

  private void name(SnapshotMeta meta, Consumer<Backup> reply, long nowNanos) {
    if (retain(meta, nowNanos)) reply.accept(new Backup.Snapshot(meta));
    else reply.accept(new Backup.Busy("other backups are under way"));
  }

  private boolean retain(SnapshotMeta meta, long nowNanos) {
    long index = meta.last().index();
    if (retained.size() >= HELD_MAX && !retained.containsKey(index)) return false;
    retained.put(index, new Retained(meta, nowNanos + Backup.HELD_MILLIS * NANOS_PER_MILLI));
    return true;
  }

  /// A snapshot is durable.
  void taken(SnapshotMeta meta, long nowNanos) {
    for (Waiting one : remove(waiting, w -> w.index <= meta.last().index()))
      name(meta, one.reply, nowNanos);
  }

  /// No snapshot could be taken.
  void failed(String reason) {
    for (Waiting one : remove(waiting, _ -> true)) one.reply.accept(new Backup.Failed(reason));
  }

  /// Asks for a chunk of a snapshot that was named before.
  ///
  /// @param newest the newest durable snapshot, or null
  void read(BackupChunk chunk, SnapshotMeta newest, Consumer<Backup> reply, long nowNanos) {
    Retained known = retained.get(chunk.last().index());
    SnapshotMeta meta = known == null ? newest : known.meta;
    if (meta == null || !meta.last().equals(chunk.last())) {
      reply.accept(new Backup.Failed("there is no such snapshot any more: begin anew"));
    } else if (chunk.number() < 0 || chunk.number() >= meta.chunks()) {
      reply.accept(new Backup.Failed("the snapshot has " + meta.chunks() + " chunks"));
    } else if (reads.size() >= READS_MAX || !tasks.hasRoom() || !retain(meta, nowNanos)) {
      reply.accept(new Backup.Busy("the disk is behind, or other backups are under way"));
    } else {
      reads.add(new Reading(chunk.last(), chunk.number(), reply, nowNanos + READ_NANOS));
      tasks.submit(new SnapshotTask.Read(chunk.last(), chunk.number()));
    }
  }

  void chunk(EntryId last, int number, Bytes data) {
    for (Reading one : remove(reads, r -> r.last.equals(last) && r.number == number))
      one.reply.accept(new Backup.Chunk(data));
  }

  void chunkFailed(EntryId last, int number, String reason) {
    for (Reading one : remove(reads, r -> r.last.equals(last) && r.number == number))
      one.reply.accept(new Backup.Failed(reason));
  }

  /// The indexes of the snapshots that are kept.
  SortedSet<Long> retained() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(retained.keySet()));
  }

  /// Ends what waited too long. Returns whether a snapshot is kept no longer.
  boolean expire(long nowNanos) {
    for (Waiting one : remove(waiting, w -> w.deadlineNanos - nowNanos <= 0))
      one.reply.accept(new Backup.Busy("the snapshot takes too long"));
    for (Reading one : remove(reads, r -> r.deadlineNanos - nowNanos <= 0))
      one.reply.accept(new Backup.Busy("the disk takes too long"));
    return retained.values().removeIf(one -> one.endNanos - nowNanos <= 0);
  }

  /// The replica stops.
  void abandon() {
    failed("the member stops");
    for (Reading one : remove(reads, _ -> true))
      one.reply.accept(new Backup.Failed("the member stops"));
  }

  private static <T> List<T> remove(List<T> from, Predicate<T> chosen) {
    List<T> removed = from.stream().filter(chosen).toList();
    from.removeAll(removed);
    return removed;
  }
}
