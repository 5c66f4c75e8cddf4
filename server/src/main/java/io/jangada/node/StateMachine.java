package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.kv.Result;
import io.jangada.node.WaitingRequest.Reading;
import io.jangada.raft.Entry;
import io.jangada.raft.Ready;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/// The state machine of a replica, and what waits to go into it while an installed snapshot is
/// being loaded. Requests that wait for an entry or a read are answered.
final class StateMachine {
  /// How many nodes are looked at in a tick to free history that was given up.
  private static final int SWEPT_MAX = 1_000;

  /// What the protocol said is to be applied, and then read.
  private record Work(List<Entry> committed, List<Long> reads) {}

  private final WaitingRequests waiting;
  private final SnapshotTransfer snapshots;
  private final Consumer<Entry> applied;
  private final ArrayDeque<Work> deferred = new ArrayDeque<>();
  private long deferredBytes;
  private KvStore kv;
  private RangePins pins;
  private long now;
  private boolean isFreeing;

  StateMachine(
      KvStore kv, WaitingRequests waiting, SnapshotTransfer snapshots, Consumer<Entry> applied) {
    this.waiting = waiting;
    this.snapshots = snapshots;
    this.applied = applied;
    become(kv);
  }

  private void become(KvStore kv) {
    this.kv = kv;
    pins = new RangePins(kv, now);
  }

  /// Another object after a restore.
  KvStore kv() {
    return kv;
  }

  /// The entries that wait for an installed snapshot, in bytes.
  long deferredBytes() {
    return deferredBytes;
  }

  /// A snapshot was installed, and is about to be loaded: it covers what waits and what is here,
  /// which makes room for it.
  void letGo() {
    deferred.clear();
    deferredBytes = 0;
    become(kv.emptied());
  }

  /// Whether an installed snapshot is still being loaded.
  boolean isRestoring() {
    return snapshots.isRestoring();
  }

  /// Time goes by.
  ///
  /// @param isMemoryFull whether nothing is to be kept for readers that may not come again
  void tick(boolean isMemoryFull, long nowNanos) {
    now = nowNanos;
    pins.tick(now);
    if (isMemoryFull) pins.clear();
    isFreeing = kv.keepsHistory() && !isRestoring() && kv.sweep(SWEPT_MAX);
  }

  /// Whether history that was given up is yet to be freed.
  boolean isFreeing() {
    return isFreeing;
  }

  /// Answers the reads that are served without leading and that enough is applied for.
  void serve() {
    if (!isRestoring()) waiting.serve(kv.appliedIndex(), pins::read);
  }

  /// @param leader the leader now, for requests whose entry was truncated
  void take(Ready ready, int leader) {
    if (ready.apply().committed().isEmpty() && ready.apply().reads().isEmpty()) return;
    Work work = new Work(ready.apply().committed(), ready.apply().reads());
    if (snapshots.isRestoring()) defer(work);
    else apply(work, leader);
  }

  private void defer(Work work) {
    deferred.add(work);
    for (Entry entry : work.committed) deferredBytes += entry.sizeBytes();
  }

  private void readAhead(Work work) {
    if (work.committed.size() + work.reads.size() < 2 || !kv.readsAhead()) return;
    for (Entry entry : work.committed)
      if (entry.kind() == Entry.Kind.COMMAND) kv.expect(entry.data());
    for (long ticket : work.reads) expect(waiting.read(ticket));
    kv.readAhead();
  }

  private void expect(Reading reading) {
    if (reading != null) kv.expect(reading.read());
  }

  private void apply(Work work, int leader) {
    readAhead(work);
    for (Entry entry : work.committed) {
      Result result =
          switch (entry.kind()) {
            case COMMAND -> kv.apply(entry.index(), entry.data());
            case NO_OP, MEMBERSHIP -> {
              kv.advance(entry.index());
              yield new Result.Written(entry.index());
            }
          };
      snapshots.applied(entry.sizeBytes());
      applied.accept(entry);
      waiting.applied(entry, result, leader);
    }
    for (long ticket : work.reads) {
      Reading read = waiting.read(ticket);
      // What is no read of a client asks for the read index, which is reached.
      Result result = read == null ? new Result.Written(kv.appliedIndex()) : pins.read(read);
      waiting.answer(ticket, new Outcome.Done(result));
    }
  }

  /// An installed snapshot is loaded: it becomes the state, and what came after it is applied.
  void restored(KvStore restored, int leader) {
    become(restored);
    waiting.jumped(kv.appliedIndex());
    while (!deferred.isEmpty()) apply(deferred.poll(), leader);
    deferredBytes = 0;
  }
}
