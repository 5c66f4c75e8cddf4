package io.jangada.front.text;

/// The commands of one connection that are not answered yet, or whose reply is not sent yet, oldest
/// first. Limited in number, in bytes that are under way, and in bytes of values that wait to be
/// sent.
///
/// Nobody knows how large a value is before it is found. One for which there is no room when it
/// comes is let go, and asked for again when its turn to be sent is near: a client that takes no
/// replies holds no more than the limit, however much it asked for.
final class CommandQueue {
  private final int countMax;
  private final long bytesMax;
  private final KeyOrder keyOrder = new KeyOrder();

  private Slot first;
  private Slot last;
  private int count;
  private long bytes;
  private long heldBytes;
  private int postponed;

  CommandQueue(TextSettings.Limits limits) {
    countMax = limits.commandsPerConnectionMax();
    bytesMax = limits.bytesPerConnectionMax();
  }

  boolean isEmpty() {
    return first == null;
  }

  int count() {
    return count;
  }

  /// Whether another command may be taken. What is under way or held may go beyond the limit by one
  /// command's.
  boolean hasRoom() {
    return count < countMax && bytes < bytesMax && postponed == 0;
  }

  /// What is held until the client takes it, about.
  long weightBytes() {
    return heldBytes + (long) count * Slot.OVERHEAD_BYTES;
  }

  /// Whether a command would not overtake another on the same key.
  boolean mayBegin(TextCommand.Request request) {
    if (keyOrder.isFree(request.writes())) return true;
    if (!keyOrder.isTracking()) {
      keyOrder.track();
      for (Slot one = first; one != null; one = one.next)
        if (one.request != null && one.state() != Slot.State.ANSWERED)
          keyOrder.note(one.request.writes(), one.request.keyHash());
    }
    return keyOrder.isFree(request.writes(), request.keyHash());
  }

  /// Adds one that is answered already.
  void addAnswered(Slot slot) {
    if (first == null) first = slot;
    else last.next = slot;
    last = slot;
    count++;
    slot.answered();
  }

  /// Adds one that somebody will answer.
  void addUnderWay(Slot slot) {
    if (first == null) first = slot;
    else last.next = slot;
    last = slot;
    count++;
    bytes += slot.costBytes;
    TextCommand.Request request = slot.request;
    if (request != null) keyOrder.begin(request.writes(), hash(request));
  }

  /// A command has its reply.
  void answered(Slot slot) {
    int value = slot.valueBytes();
    heldBytes += value - slot.heldBytes;
    slot.heldBytes = value;
    TextCommand.Request request = slot.request;
    if (value > 0 && slot != first && heldBytes > bytesMax && request != null) {
      heldBytes -= value;
      slot.postpone();
      postponed++;
      return;
    }
    slot.answered();
    bytes -= slot.costBytes;
    if (request != null) keyOrder.end(request.writes(), hash(request));
  }

  /// Where nobody looks at keys their hash need not be found.
  private int hash(TextCommand.Request request) {
    return keyOrder.isTracking() ? request.keyHash() : 0;
  }

  /// Takes out the oldest command, if its reply can be sent; null otherwise.
  Slot poll() {
    Slot slot = first;
    if (slot == null || slot.state() != Slot.State.ANSWERED) return null;
    first = slot.next;
    if (first == null) last = null;
    count--;
    heldBytes -= slot.heldBytes;
    return slot;
  }

  boolean hasAnswer() {
    return first != null && first.state() == Slot.State.ANSWERED;
  }

  /// A read that was postponed and for which there is room now, to be asked again; or null.
  Slot pollPostponed() {
    if (postponed == 0) return null;
    Slot slot = first;
    while (slot.state() != Slot.State.POSTPONED) slot = slot.next;
    if (slot != first && heldBytes + slot.heldBytes > bytesMax) return null;
    heldBytes += slot.heldBytes;
    postponed--;
    slot.askAgain();
    return slot;
  }
}
