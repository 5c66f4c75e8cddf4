package io.jangada.protocol.port;

import java.util.function.BooleanSupplier;

/// Which keys the commands of one connection read and write, about: those in progress, and those
/// that wait for them. A read overtakes no write of its keys and no write a read, so that one
/// client's commands on one key take effect in the order in which it sent them. Reads do not mind
/// reads. Writes keep their order whatever their keys: once they are in progress at a leader by
/// themselves, and before by waiting for each other. Where another member leads, a write waits for
/// those of its keys: what is sent to a leader may be sent again, after what came later.
///
/// Keys are told apart by a part of their hash: two that share it wait for each other without need,
/// which is harmless. As long as nothing but reads, or nothing but writes, are in progress, their
/// number is all that is kept.
final class KeyOrder {
  private static final int PLACES = 1_024;

  /// The place of commands on all keys.
  private static final int ALL = PLACES;

  private final BooleanSupplier leads;
  private final Tally reads = new Tally();
  private final Tally writes = new Tally();
  private final Tally waits = new Tally();
  private int waitingWrites;

  /// How many commands there are of a kind, and at each place.
  private static final class Tally {
    int count;

    /// Null while they are not needed.
    int[] places;

    void add(CommandSlot slot, int step) {
      if (slot.keyCount() == 0) return;
      count += step;
      if (places != null) note(slot, step);
    }

    void note(CommandSlot slot, int step) {
      int keys = slot.keyCount();
      if (keys == CommandSlot.ALL_KEYS) places[ALL] += step;
      for (int i = 0; i < keys; i++) places[place(slot.keyHash(i))] += step;
    }

    boolean isFree(CommandSlot slot) {
      int keys = slot.keyCount();
      if (places[ALL] > 0 || keys == CommandSlot.ALL_KEYS && count > 0) return false;
      for (int i = 0; i < keys; i++) if (places[place(slot.keyHash(i))] > 0) return false;
      return true;
    }

    private static int place(int hash) {
      return (hash ^ hash >>> 10 ^ hash >>> 20) & PLACES - 1;
    }
  }

  /// @param leads whether this member leads
  KeyOrder(BooleanSupplier leads) {
    this.leads = leads;
  }

  /// Whether any command of this kind may begin.
  boolean isFree(boolean isWriting) {
    if (waits.count > 0) return false;
    if (!isWriting) return writes.count == 0;
    return reads.count == 0 && (writes.count == 0 || leads.getAsBoolean());
  }

  boolean isTracking() {
    return reads.places != null;
  }

  /// From now on keys are looked at. Those in progress are to be [#note]d.
  void track() {
    reads.places = new int[PLACES + 1];
    writes.places = new int[PLACES + 1];
    waits.places = new int[PLACES + 1];
  }

  void note(CommandSlot slot) {
    tally(slot).note(slot, 1);
  }

  /// Whether such a command need wait neither for those in progress nor for those that wait. Only
  /// while tracking.
  boolean isFree(CommandSlot slot) {
    if (!waits.isFree(slot)) return false;
    if (!slot.isWriting()) return writes.isFree(slot);
    return waitingWrites == 0
        && reads.isFree(slot)
        && (leads.getAsBoolean() || writes.isFree(slot));
  }

  void await(CommandSlot slot) {
    waits.add(slot, 1);
    if (slot.isWriting()) waitingWrites++;
  }

  void awaitNoLonger(CommandSlot slot) {
    waits.add(slot, -1);
    if (slot.isWriting()) waitingWrites--;
  }

  void begin(CommandSlot slot) {
    tally(slot).add(slot, 1);
  }

  void end(CommandSlot slot) {
    tally(slot).add(slot, -1);
  }

  private Tally tally(CommandSlot slot) {
    return slot.isWriting() ? writes : reads;
  }
}
