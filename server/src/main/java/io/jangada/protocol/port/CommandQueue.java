package io.jangada.protocol.port;

import java.util.function.BooleanSupplier;
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
  private final KeyOrder keyOrder;

  private CommandSlot first;
  private CommandSlot last;
  private int count;
  private long bytes;
  private long bufferedBytes;
  private int postponed;

  /// Those that wait for others on their key, a list of its own.
  private CommandSlot firstWaiting;

  private CommandSlot lastWaiting;

  /// @param leads whether this member leads
  CommandQueue(PortLimits.PerConnection limits, BooleanSupplier leads) {
    keyOrder = new KeyOrder(leads);
    countMax = limits.commandsMax();
    bytesMax = limits.bytesMax();
  }

  boolean isEmpty() {
    return first == null;
  }

  /// Whether another command may be taken. What is in progress or held may go beyond the limit by
  /// one command's.
  boolean hasRoom() {
    return count < countMax && bytes < bytesMax && bufferedBytes < bytesMax && postponed == 0;
  }

  /// What is held until the client takes it, about.
  long weightBytes() {
    return bufferedBytes + (long) count * CommandSlot.OVERHEAD_BYTES;
  }

  // ---- commands ----

  /// Adds one that is answered already.
  void addAnswered(CommandSlot slot) {
    append(slot);
    slot.foundBytes = slot.valueBytes();
    buffer(slot);
    slot.become(CommandSlot.State.ANSWERED);
  }

  /// Adds one that is not answered.
  ///
  /// @return whether it is to be asked for now; otherwise it is for [#beginWaiting] to say
  boolean add(CommandSlot slot) {
    append(slot);
    bytes += slot.costBytes();
    if (tryBegin(slot)) {
      keyOrder.begin(slot);
      return true;
    }
    slot.become(CommandSlot.State.WAITING);
    keyOrder.await(slot);
    if (firstWaiting == null) firstWaiting = slot;
    else lastWaiting.nextWaiting = slot;
    lastWaiting = slot;
    return false;
  }

  private void append(CommandSlot slot) {
    if (first == null) first = slot;
    else last.next = slot;
    last = slot;
    count++;
  }

  private boolean tryBegin(CommandSlot slot) {
    if (keyOrder.isFree(slot.isWriting())) return true;
    if (slot.keyCount() == 0) return true;
    if (!keyOrder.isTracking()) track();
    return keyOrder.isFree(slot);
  }

  private void track() {
    keyOrder.track();
    for (CommandSlot one = first; one != last; one = one.next)
      if (one.state() != CommandSlot.State.ANSWERED) keyOrder.note(one);
  }

  /// Begins what need wait no longer, oldest first, until there is no room for one.
  ///
  /// @param begins whether there is room; if so, it is asked for
  void beginWaiting(Predicate<CommandSlot> begins) {
    // All are counted out, and those that stay are counted in again: each minds only older ones.
    for (CommandSlot slot = firstWaiting; slot != null; slot = slot.nextWaiting)
      keyOrder.awaitNoLonger(slot);
    CommandSlot before = null;
    boolean room = true;
    for (CommandSlot slot = firstWaiting; slot != null; slot = slot.nextWaiting) {
      boolean free = room && keyOrder.isFree(slot);
      if (free) room = begins.test(slot);
      if (free && room) {
        keyOrder.begin(slot);
        if (before == null) firstWaiting = slot.nextWaiting;
        else before.nextWaiting = slot.nextWaiting;
      } else {
        keyOrder.await(slot);
        before = slot;
      }
    }
    lastWaiting = before;
  }

  boolean hasWaiting() {
    return firstWaiting != null;
  }

  /// A command has its reply.
  void answered(CommandSlot slot) {
    if (slot.isDropped) {
      postpone(slot);
      slot.bufferedBytes = slot.foundBytes;
      return;
    }
    buffer(slot);
    boolean isTooMuch = slot != first && bufferedBytes > bytesMax;
    if (isTooMuch && slot.foundBytes > 0 && slot.canReadAgain()) {
      slot.letGo();
      postpone(slot);
      return;
    }
    slot.become(CommandSlot.State.ANSWERED);
    bytes -= slot.costBytes();
    keyOrder.end(slot);
  }

  private void postpone(CommandSlot slot) {
    bufferedBytes -= slot.bufferedBytes;
    slot.become(CommandSlot.State.POSTPONED);
    postponed++;
  }

  /// Counts what is held until the reply is sent: the values that it brings, and its command.
  private void buffer(CommandSlot slot) {
    int held = slot.foundBytes + slot.costBytes() - CommandSlot.OVERHEAD_BYTES;
    bufferedBytes += held - slot.bufferedBytes;
    slot.bufferedBytes = held;
  }

  // ---- replies ----

  boolean hasAnswer() {
    return first != null && first.state() == CommandSlot.State.ANSWERED;
  }

  /// Takes out the oldest command, if its reply can be sent; null otherwise.
  CommandSlot poll() {
    if (!hasAnswer()) return null;
    CommandSlot slot = first;
    first = slot.next;
    if (first == null) last = null;
    count--;
    bufferedBytes -= slot.bufferedBytes;
    return slot;
  }

  /// A read that was postponed and for which there is room now, to be asked again; or null.
  CommandSlot pollPostponed() {
    if (postponed == 0) return null;
    CommandSlot slot = first;
    while (slot.state() != CommandSlot.State.POSTPONED) slot = slot.next;
    if (slot != first && bufferedBytes + slot.bufferedBytes > bytesMax) return null;
    bufferedBytes += slot.bufferedBytes;
    postponed--;
    slot.become(CommandSlot.State.UNDER_WAY);
    return slot;
  }
}
