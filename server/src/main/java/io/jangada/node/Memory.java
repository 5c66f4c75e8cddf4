package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.auth.AuthChange;
import io.jangada.raft.RaftEvent;
import io.jangada.raft.RaftEvent.MemoryLevel;
import io.jangada.raft.RaftNode;
import io.jangada.store.DurableLog;
import java.util.function.Consumer;

/// What a replica takes in memory, in one place, and what it does not take in for want of it.
///
/// A leader refuses before the log: at the limit writes that add to the data, half a margin beyond
/// all writes, and a margin beyond what has nothing to delete and a session would remember. So
/// deletes go on, and what is in the log can be applied by all members. What would go beyond only
/// together with what is not applied yet, or for as long as there is no new snapshot, waits.
///
/// History is in no write's way: it is given up some time before the limit is reached, and so are,
/// at the limit, the pins of ranges.
///
/// A follower takes no entries from two margins beyond on while a snapshot is being written, which
/// keeps what was overwritten, or is needed for the log. Otherwise it does so from four on, where
/// it can only come by a smaller limit than its leader's. All of this goes by how much is there,
/// never by what a command comes to, which has to be the same on all members.
final class Memory {
  /// From here on a shortage is reported, in percent of the limit…
  private static final int SHORT_PERCENT = 80;

  /// …and below that it is over.
  private static final int ROOMY_PERCENT = 75;

  /// From here on no history is kept.
  private static final int HISTORY_PERCENT = 90;

  /// Below that, and when nothing was refused for a while, it is no longer called full. What is
  /// refused goes by the limit itself.
  private static final int NOT_FULL_PERCENT = 95;

  private static final long REFUSED_LATELY_NANOS = 10_000_000_000L;

  /// What a request that waits takes beside its key and its value, about.
  private static final int REQUEST_BYTES = 256;

  /// What is asked how much it takes.
  record Parts(
      RaftNode raft,
      StateMachine state,
      SnapshotTransfer snapshots,
      Inbox inbox,
      WaitingRequests waiting) {}

  private final MemoryLimits limits;
  private final Parts parts;
  private Growth growth = new Growth();
  private MemoryLevel level = MemoryLevel.ROOMY;
  private long refused;
  private long refusedTold;
  private long refusedNanos;

  Memory(MemoryLimits limits, Parts parts) {
    this.limits = limits;
    this.parts = parts;
  }

  private long dataBytes() {
    return parts.state.kv().dataMemoryBytes() + parts.snapshots.restoringBytes();
  }

  private long logBytes() {
    long bytes = parts.raft.logUse().memoryBytes() + parts.state.deferredBytes();
    return Math.max(limits.logBytes(), bytes);
  }

  /// How much more than usual the log may take: where there is much data, so that snapshots, which
  /// hold all of it, are rarer, and only half of what is left.
  long spareLogBytes() {
    if (limits.isNone()) return 0;
    long much = parts.state.kv().sizeBytes() - 2 * limits.logBytes();
    return Math.max(0, Math.min(much, (limits.bytesMax() - lastingBytes()) / 2));
  }

  /// Whether the log takes more than it may.
  boolean isLogLarge() {
    return !limits.isNone() && logBytes() > limits.logBytes() + spareLogBytes();
  }

  private long requestBytes() {
    long count = parts.waiting.submitted() + (long) parts.waiting.awaitingLeader();
    return parts.inbox.bytes() + parts.waiting.bytes() + REQUEST_BYTES * count;
  }

  /// Data and sessions.
  private long storeBytes() {
    return dataBytes() + parts.state.kv().sessionMemoryBytes();
  }

  /// Data, sessions and the log as it usually is: the bytes that no answer to a request frees.
  private long lastingBytes() {
    return storeBytes() + limits.logBytes();
  }

  /// Of [#lastingBytes] what counts for writes. History is given up before one is refused, which
  /// takes a moment: so much of it as goes into a margin counts as given up already.
  private long neededBytes() {
    KvStore kv = parts.state.kv();
    long goingBytes = kv.keepsHistory() ? Math.min(kv.historyBytes(), limits.marginBytes()) : 0;
    return lastingBytes() - goingBytes;
  }

  /// Whether history is to be given up to make room.
  boolean isHistoryTooMuch() {
    return !limits.isNone() && lastingBytes() >= part(HISTORY_PERCENT);
  }

  /// Whether there was no room for something lately.
  boolean isFull() {
    return level == MemoryLevel.FULL;
  }

  /// What entries that are not committed may add when they are applied: a small value takes more in
  /// memory than in an entry, and a few bytes may make many of what is there.
  private long comingBytes() {
    return 2
        * (parts.raft.logUse().uncommittedBytes() + growth.bytes(parts.state.kv().appliedIndex()));
  }

  /// A leader's command has an index.
  void proposed(Event.Submit submit, long index) {
    if (!limits.isNone()) growth.proposed(parts.state.kv(), submit, index);
  }

  /// What was proposed in another term is not counted.
  void termBegan() {
    growth = new Growth();
  }

  /// Whether commands are to wait: with what is in the log and not applied there may be too much,
  /// or the log waits for a snapshot to become smaller.
  boolean isTight() {
    if (limits.isNone()) return false;
    long coming = comingBytes();
    long needed = neededBytes();
    boolean fits = needed >= limits.bytesMax() || needed + coming < limits.bytesMax();
    return coming > 0 && !fits || isLogFull();
  }

  /// Whether the log takes so much more than it may that nothing may be added to it.
  boolean isLogFull() {
    if (limits.isNone()) return false;
    long more = logBytes() - limits.logBytes() - limits.marginBytes();
    return more >= 0 && more >= spareLogBytes();
  }

  /// Whether a request must not go into the log.
  boolean isTooMuch(Event.Submit submit) {
    if (limits.isNone()) return false;
    long beyond = neededBytes() - limits.bytesMax();
    if (beyond + submit.sizeBytes() < 0) return false;
    long margin = limits.marginBytes();
    KvStore kv = parts.state.kv();
    boolean isRemembered = submit.requestId() != null;
    return switch (submit.operation()) {
      case Operation.Read _,
          Operation.Expire _,
          Operation.Flush _,
          Operation.Revoke _,
          Operation.KeepAlive _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _ ->
          false;
      case Operation.ChangeUsers(AuthChange change) -> change.isAdding() || beyond >= margin;
      case Operation.Delete delete -> beyond >= margin && isRemembered && !kv.holds(delete.key());
      case Operation.DeleteRange delete -> beyond >= margin && isRemembered && delete.former();
      case Operation.Transaction transaction when !writes(transaction) ->
          beyond >= margin && isRemembered;
      // Many that are on their way may count on the same room.
      case Operation.Write write -> beyond + comingBytes() >= margin / 2 || kv.grows(write);
      case Operation.Put put -> beyond + comingBytes() >= margin / 2 || grows(put);
      case Operation.Transaction _, Operation.Copy _, Operation.Grant _ -> true;
      case Operation.Claim claim -> claim.creation() != null && !kv.holds(claim.key());
    };
  }

  private boolean grows(Operation.Put put) {
    KvStore kv = parts.state.kv();
    return switch (put.change()) {
      case Change.Set(Bytes value, int _) ->
          kv.grows(new Operation.Write(put.key(), value, 0, new Condition.Always()));
      case Change.Keep(), Change.Rewrite(), Change.Invalidate() -> false;
      case Change.Add _, Change.AddDecimal _ -> !kv.holds(put.key());
      case Change.Extend _, Change.Replace _ -> true;
    };
  }

  /// Whether a step may write a value.
  private static boolean writes(Operation.Step step) {
    return switch (step) {
      case Operation.Write _, Operation.Copy _ -> true;
      case Operation.Put put ->
          !(put.change() instanceof Change.Keep || put.change() instanceof Change.Rewrite);
      case Operation.Transaction(_, var then, var otherwise, _) ->
          then.stream().anyMatch(Memory::writes) || otherwise.stream().anyMatch(Memory::writes);
      case Operation.Get _, Operation.Range _, Operation.Delete _, Operation.DeleteRange _ -> false;
    };
  }

  /// Answers a request that [#isTooMuch].
  void refuse(Event.Submit submit) {
    refused++;
    submit.reply().accept(new Outcome.NoMemory());
  }

  /// Whether entries of a leader may be accepted: a message that brings some is as good as lost
  /// while the disk, or the loading of a snapshot, is far behind, or memory is short. Where no
  /// snapshot will make room they may, far beyond the limit: there may be deletes among them.
  boolean hasRoomForEntries(DurableLog log, ReplicaSettings settings) {
    boolean loads = parts.state.deferredBytes() < settings.snapshotBytes();
    if (!loads || !log.hasRoom()) return false;
    if (limits.isNone()) return true;
    long beyond = storeBytes() + logBytes() - limits.bytesMax();
    boolean willShrink = parts.snapshots.isBusy() || isLogFull();
    return beyond < (willShrink ? 2 : 4) * limits.marginBytes();
  }

  /// Tells when it becomes short, or is so no longer. What comes and goes with bursts of requests
  /// and with snapshots does not count for that.
  void look(long nowNanos, Consumer<RaftEvent> observer) {
    if (limits.isNone()) return;
    boolean refuses = refused > refusedTold;
    if (refuses) refusedNanos = nowNanos;
    refusedTold = refused;
    refuses |= level == MemoryLevel.FULL && nowNanos - refusedNanos < REFUSED_LATELY_NANOS;
    long used = lastingBytes();
    MemoryLevel now = refuses ? MemoryLevel.FULL : level(used);
    if (now == level) return;
    level = now;
    observer.accept(new RaftEvent.MemoryUsed(now, used, limits.bytesMax()));
  }

  private MemoryLevel level(long used) {
    if (used >= limits.bytesMax()) return MemoryLevel.FULL;
    if (level == MemoryLevel.FULL && used >= part(NOT_FULL_PERCENT)) return MemoryLevel.FULL;
    int low = level == MemoryLevel.ROOMY ? SHORT_PERCENT : ROOMY_PERCENT;
    return used >= part(low) ? MemoryLevel.SHORT : MemoryLevel.ROOMY;
  }

  private long part(int percent) {
    return limits.bytesMax() / 100 * percent;
  }

  Status.Memory status() {
    return new Status.Memory(level, limits.bytesMax(), use(), refused);
  }

  private Status.Use use() {
    KvStore kv = parts.state.kv();
    long data = dataBytes();
    return new Status.Use(
        data,
        Math.min(data, kv.historyBytes()),
        kv.sessionMemoryBytes(),
        logBytes(),
        requestBytes());
  }
}
