package io.jangada.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The batches that the disk was given and has not reported yet, and the messages that may not
/// leave before it has the term and vote they speak of (thesis §3.8).
final class DiskQueue {
  private record Deferred(long batch, Message message) {}

  private record Given(long batch, long tick) {}

  /// The messages that wait for a batch, in the order of their batches.
  private final ArrayDeque<Deferred> deferred = new ArrayDeque<>();

  /// The batches under way, oldest first.
  private final ArrayDeque<Given> given = new ArrayDeque<>();

  /// The number of the next batch.
  private long nextBatch = 1;

  /// The disk has everything up to this batch; 0 before the first.
  private long syncedBatch;

  /// The batch that takes the present term and vote along; 0 while they are those recovered.
  private long hardBatch;

  /// Whether the oldest batch took too long when last looked at.
  private boolean stalled;

  /// Term or vote changed: the next batch takes them along.
  void hardStateChanged() {
    hardBatch = nextBatch;
  }

  /// Whether the next batch has to take the hard state along.
  boolean isHardStateWaiting() {
    return hardBatch == nextBatch;
  }

  boolean isHardStateDurable() {
    return hardBatch <= syncedBatch;
  }

  /// Keeps the message until the present hard state is durable. The same message is kept once: a
  /// stuck disk does not gather the replies to repeated requests.
  void deferUntilDurable(Message message) {
    Deferred next = new Deferred(hardBatch, message);
    if (!deferred.contains(next)) deferred.add(next);
  }

  /// A batch goes to the disk; this is its number.
  long give(long tick) {
    given.add(new Given(nextBatch, tick));
    return nextBatch++;
  }

  /// The disk has everything up to `batch`. Returns the messages that waited for that.
  List<Message> synced(long batch) {
    Invariants.check(batch < nextBatch, "the disk reports only batches it was given");
    syncedBatch = Math.max(syncedBatch, batch);
    while (!given.isEmpty() && given.peek().batch <= syncedBatch) given.poll();
    List<Message> free = new ArrayList<>();
    while (!deferred.isEmpty() && deferred.peek().batch <= syncedBatch)
      free.add(deferred.poll().message);
    return free;
  }

  /// Looks whether the oldest batch under way takes longer than `ticksMax`, and reports a change.
  void watch(long tick, int ticksMax, Outbox out) {
    boolean late = !given.isEmpty() && tick - given.peek().tick > ticksMax;
    if (late != stalled) out.events.add(new RaftEvent.StorageStalled(late));
    stalled = late;
  }

  /// Whether it did when [#watch] last looked.
  boolean isStalled() {
    return stalled;
  }
}
