package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.kv.Result;
import io.jangada.node.WaitingRequest.Reading;
import io.jangada.raft.Entry;
import io.jangada.raft.Ready;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/// The state machine of a replica, and what waits to go into it while it is *behind*: an installed
/// snapshot is being loaded, or an entry removes more keys than one turn of the owner is for
/// ([KvStore#begin]). Requests that wait for an entry or a read are answered.
final class StateMachine {
  /// How many nodes are looked at in a tick to free history that was given up.
  private static final int SWEPT_MAX = 1_000;

  /// So many entries that waited are applied in the first turn, and twice as many in each that
  /// follows, so that the state catches up however many come meanwhile…
  private static final int CAUGHT_UP_MIN = 1_000;

  /// …up to so many.
  private static final int CAUGHT_UP_MAX = 1 << 20;

  /// What the protocol said is to be applied, and then read.
  private static final class Work {
    final List<Entry> committed;
    final List<Long> reads;

    /// How many entries are applied.
    int applied;

    Work(List<Entry> committed, List<Long> reads) {
      this.committed = committed;
      this.reads = reads;
    }
  }

  private final WaitingRequests waiting;
  private final SnapshotTransfer snapshots;
  private final Consumer<Entry> applied;
  private final ArrayDeque<Work> deferred = new ArrayDeque<>();
  private long deferredBytes;
  private int entriesMax = CAUGHT_UP_MIN;
  private KvStore kv;
  private RangePins pins;
  private long now;
  private boolean isFreeing;

  /// @param applied gets each entry that is applied
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

  /// The entries that wait, in bytes.
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

  /// Whether the state lags behind what is to be applied; it may be in the middle of an entry.
  boolean isBehind() {
    return snapshots.isRestoring() || !deferred.isEmpty();
  }

  /// Time goes by.
  ///
  /// @param isMemoryFull whether nothing is to be kept for readers that may not come again
  void tick(boolean isMemoryFull, long nowNanos) {
    now = nowNanos;
    pins.tick(now);
    if (isMemoryFull) pins.clear();
    isFreeing = kv.keepsHistory() && !isBehind() && kv.sweep(SWEPT_MAX);
  }

  /// Whether history that was given up is yet to be freed.
  boolean isFreeing() {
    return isFreeing;
  }

  /// Answers the reads that are served without leading and that enough is applied for.
  void serve() {
    if (!isBehind()) waiting.serve(kv.appliedIndex(), pins::read);
  }

  /// @param leader the leader now, for requests whose entry was truncated
  void take(Ready ready, int leader) {
    if (ready.apply().committed().isEmpty() && ready.apply().reads().isEmpty()) return;
    Work work = new Work(ready.apply().committed(), ready.apply().reads());
    boolean mustWait = isBehind();
    deferred.add(work);
    for (Entry entry : work.committed) deferredBytes += entry.sizeBytes();
    if (!mustWait) apply(Integer.MAX_VALUE, leader);
  }

  /// Begins a turn of the owner: goes on with what waits, a turn's part of it.
  void beginTurn(int leader) {
    kv.beginTurn();
    if (!hasMore()) return;
    apply(entriesMax, leader);
    boolean isCatchingUp = hasMore() && !kv.isBehind();
    entriesMax = isCatchingUp ? Math.min(2 * entriesMax, CAUGHT_UP_MAX) : CAUGHT_UP_MIN;
  }

  /// Whether there is something to go on with.
  boolean hasMore() {
    return !snapshots.isRestoring() && !deferred.isEmpty();
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

  /// Applies what waits, up to an entry that takes more than this turn.
  private void apply(int most, int leader) {
    int left = most;
    for (Work work; (work = deferred.peek()) != null; deferred.poll()) {
      if (work.applied == 0 && !kv.isBehind()) readAhead(work);
      for (; work.applied < work.committed.size(); work.applied++) {
        if (left-- == 0) return;
        Entry entry = work.committed.get(work.applied);
        Result result = kv.isBehind() ? kv.goOn() : begin(entry);
        if (result == null) return;
        applied(entry, result, leader);
      }
      for (long ticket : work.reads) read(ticket);
    }
  }

  private Result begin(Entry entry) {
    return switch (entry.kind()) {
      case COMMAND -> kv.begin(entry.index(), entry.data());
      case NO_OP, MEMBERSHIP -> {
        kv.advance(entry.index());
        yield new Result.Written(entry.index());
      }
    };
  }

  private void applied(Entry entry, Result result, int leader) {
    deferredBytes -= entry.sizeBytes();
    snapshots.applied(entry.sizeBytes());
    applied.accept(entry);
    waiting.applied(entry, result, leader);
  }

  private void read(long ticket) {
    Reading read = waiting.read(ticket);
    // What is no read of a client asks for the read index, which is reached.
    Result result = read == null ? new Result.Written(kv.appliedIndex()) : pins.read(read);
    waiting.answer(ticket, new Outcome.Done(result));
  }

  /// An installed snapshot is loaded: it becomes the state, and what came after it is applied.
  void restored(KvStore restored, int leader) {
    become(restored);
    waiting.jumped(kv.appliedIndex());
    beginTurn(leader);
  }
}
