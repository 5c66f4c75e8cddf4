package io.jangada.protocol.text;

import io.jangada.protocol.port.PortLimits;
import java.util.function.Predicate;

/// The commands of one connection that are not answered yet, or whose reply is not sent yet, oldest
/// first. Limited in number, in bytes of commands, and in bytes of values that wait to be sent.
///
/// The size of a value is unknown before it is found. One for which there is no room when it comes
/// is let go, and asked for again when its turn to be sent is near: a client that takes no replies
/// holds no more than the limit, however much it asked for.
final class CommandQueue {
  private final int countMax;
  private final long bytesMax;
  private final KeyOrder keyOrder = new KeyOrder();

  private PendingReply first;
  private PendingReply last;
  private int count;
  private long bytes;
  private long bufferedBytes;
  private int postponed;

  /// Those that wait for others on their key, a list of its own.
  private PendingReply firstWaiting;

  private PendingReply lastWaiting;

  CommandQueue(PortLimits.PerConnection limits) {
    countMax = limits.commandsMax();
    bytesMax = limits.bytesMax();
  }

  boolean isEmpty() {
    return first == null;
  }

  /// Whether another command may be taken. What is under way or held may go beyond the limit by one
  /// command's.
  boolean hasRoom() {
    return count < countMax && bytes < bytesMax && postponed == 0;
  }

  /// What is held until the client takes it, about.
  long weightBytes() {
    return bufferedBytes + (long) count * PendingReply.OVERHEAD_BYTES;
  }

  // ---- commands ----

  /// Adds one that is answered already.
  void addAnswered(PendingReply slot) {
    append(slot);
    slot.become(PendingReply.State.ANSWERED);
  }

  /// Adds one that the replica must answer.
  ///
  /// @return whether it is to be asked for now; otherwise it is for [#beginWaiting] to say
  boolean add(PendingReply slot) {
    append(slot);
    bytes += slot.costBytes;
    TextCommand.Request request = slot.request;
    if (request == null) return true;
    if (tryBegin(request)) {
      keyOrder.begin(request.writes(), hash(request));
      return true;
    }
    slot.become(PendingReply.State.WAITING);
    keyOrder.await(request.writes(), request.keyHash());
    if (firstWaiting == null) firstWaiting = slot;
    else lastWaiting.nextWaiting = slot;
    lastWaiting = slot;
    return false;
  }

  private void append(PendingReply slot) {
    if (first == null) first = slot;
    else last.next = slot;
    last = slot;
    count++;
  }

  private boolean tryBegin(TextCommand.Request request) {
    if (keyOrder.isFree(request.writes())) return true;
    if (!keyOrder.isTracking()) track();
    return keyOrder.isFree(request.writes(), request.keyHash());
  }

  private void track() {
    keyOrder.track();
    for (PendingReply one = first; one != null; one = one.next)
      if (one.request != null && one != last && one.state() != PendingReply.State.ANSWERED)
        keyOrder.note(one.request.writes(), one.request.keyHash());
  }

  /// Without tracking of keys their hash is not needed.
  private int hash(TextCommand.Request request) {
    return keyOrder.isTracking() ? request.keyHash() : 0;
  }

  /// Begins what need wait no longer, oldest first, until there is no room for one.
  ///
  /// @param begins whether there is room; if so, it is asked for
  void beginWaiting(Predicate<PendingReply> begins) {
    // All are counted out, and those that stay are counted in again: each minds only older ones.
    for (PendingReply slot = firstWaiting; slot != null; slot = slot.nextWaiting)
      keyOrder.awaitNoLonger(slot.request.writes(), slot.request.keyHash());
    PendingReply before = null;
    boolean room = true;
    for (PendingReply slot = firstWaiting; slot != null; slot = slot.nextWaiting) {
      boolean writes = slot.request.writes();
      int hash = slot.request.keyHash();
      boolean free = room && keyOrder.isFree(writes, hash);
      if (free) room = begins.test(slot);
      if (free && room) {
        keyOrder.begin(writes, hash);
        if (before == null) firstWaiting = slot.nextWaiting;
        else before.nextWaiting = slot.nextWaiting;
      } else {
        keyOrder.await(writes, hash);
        before = slot;
      }
    }
    lastWaiting = before;
  }

  boolean hasWaiting() {
    return firstWaiting != null;
  }

  /// A command has its reply.
  void answered(PendingReply slot) {
    int value = slot.valueBytes();
    bufferedBytes += value - slot.bufferedBytes;
    slot.bufferedBytes = value;
    TextCommand.Request request = slot.request;
    if (value > 0 && slot != first && bufferedBytes > bytesMax && request != null) {
      bufferedBytes -= value;
      slot.postpone();
      postponed++;
      return;
    }
    slot.become(PendingReply.State.ANSWERED);
    bytes -= slot.costBytes;
    if (request != null) keyOrder.end(request.writes(), hash(request));
  }

  // ---- replies ----

  boolean hasAnswer() {
    return first != null && first.state() == PendingReply.State.ANSWERED;
  }

  /// Takes out the oldest command, if its reply can be sent; null otherwise.
  PendingReply poll() {
    if (!hasAnswer()) return null;
    PendingReply slot = first;
    first = slot.next;
    if (first == null) last = null;
    count--;
    bufferedBytes -= slot.bufferedBytes;
    return slot;
  }

  /// A read that was postponed and for which there is room now, to be asked again; or null.
  PendingReply pollPostponed() {
    if (postponed == 0) return null;
    PendingReply slot = first;
    while (slot.state() != PendingReply.State.POSTPONED) slot = slot.next;
    if (slot != first && bufferedBytes + slot.bufferedBytes > bytesMax) return null;
    bufferedBytes += slot.bufferedBytes;
    postponed--;
    slot.become(PendingReply.State.UNDER_WAY);
    return slot;
  }
}
