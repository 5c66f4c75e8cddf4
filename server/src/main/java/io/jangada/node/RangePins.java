package io.jangada.node;

import io.jangada.kv.KeyRange;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.WaitingRequest.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The revisions at which ranges are read in pieces, in one store.
///
/// A piece that is not the last pins its revision ([KvStore#pin]): the others can be read whether
/// or not history is kept. The pin ends with the last piece of every range that was begun there, or
/// [#IDLE_NANOS] after the latest piece. Whatever of a range is asked for later may come to
/// [Result.Compacted], and the reader begins anew.
///
/// Pins are known to this member alone, and end with the store.
final class RangePins {
  static final int PINS_MAX = 64;
  static final long IDLE_NANOS = 10_000_000_000L;

  /// How many ranges are followed to their ends at one revision. Beyond, its pin ends by time.
  private static final int RANGES_MAX = 64;

  private static final class Pin {
    /// What is left of the ranges that were begun here.
    final List<KeyRange> left = new ArrayList<>();

    /// Whether there are ranges beside those.
    boolean hasMore;

    /// Whether there is a range that was not cut by its own limit: its reader surely goes on.
    boolean isAwaited;

    long usedNanos;

    /// The number of the latest use.
    long lastUse;
  }

  private final KvStore kv;
  private final TreeMap<Long, Pin> pins = new TreeMap<>();
  private long uses;
  private long now;

  RangePins(KvStore kv, long nowNanos) {
    this.kv = kv;
    this.now = nowNanos;
  }

  int count() {
    return pins.size();
  }

  /// Reads as of the last applied entry, if that is permitted.
  Result read(Reading reading) {
    Operation.Read read = reading.read();
    Result result = kv.read(reading.caller(), read);
    if (read instanceof Operation.Range range && result instanceof Result.Ranged piece)
      served(range, piece);
    return result;
  }

  private void served(Operation.Range range, Result.Ranged piece) {
    long revision = piece.revision();
    Pin pin = pins.get(revision);
    boolean goesOn = pin != null && range.revision() != 0 && pin.left.remove(range.keys());
    if (piece.rest() != null) {
      if (pin == null) pin = pin(revision);
      if (pin.left.size() < RANGES_MAX) pin.left.add(piece.rest());
      else pin.hasMore = true;
      long limit = range.page().limit();
      pin.isAwaited |= goesOn || limit == 0 || piece.entries().size() < limit;
      pin.usedNanos = now;
      pin.lastUse = ++uses;
      if (pins.size() > PINS_MAX) unpin(leastWanted());
    } else if (goesOn && pin.left.isEmpty() && !pin.hasMore) {
      unpin(revision);
    }
  }

  private Pin pin(long revision) {
    kv.pin(revision);
    Pin pin = new Pin();
    pins.put(revision, pin);
    return pin;
  }

  private void unpin(long revision) {
    pins.remove(revision);
    kv.unpin(revision);
  }

  /// The pin that is not used for longest, of those first that may not be used again.
  private long leastWanted() {
    Map.Entry<Long, Pin> least = pins.firstEntry();
    for (var other : pins.entrySet())
      if (isLessWanted(other.getValue(), least.getValue())) least = other;
    return least.getKey();
  }

  private static boolean isLessWanted(Pin pin, Pin other) {
    if (pin.isAwaited != other.isAwaited) return !pin.isAwaited;
    return pin.lastUse < other.lastUse;
  }

  /// Time goes by.
  void tick(long nowNanos) {
    now = nowNanos;
    for (long revision : List.copyOf(pins.keySet()))
      if (now - pins.get(revision).usedNanos > IDLE_NANOS) unpin(revision);
  }

  /// Ends all pins: memory is needed for other things.
  void clear() {
    while (!pins.isEmpty()) unpin(pins.firstKey());
  }
}
