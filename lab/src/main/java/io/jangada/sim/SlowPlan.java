package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/// What is decided of a transaction before its first step, on the map as it is then.
final class SlowPlan {
  private static final int KEYS_MAX = 65_536;

  /// What a range at a former revision counts among these.
  private static final int FORMER_KEYS = 4_096;

  /// What an entry has beside key and value.
  private static final int ENTRY_BYTES = 64;

  private final SlowMap map;
  private final LongPredicate isAlive;
  private final long firstReadable;
  private final ArrayDeque<Boolean> decisions = new ArrayDeque<>();
  private final ArrayDeque<Result> formers = new ArrayDeque<>();
  private Result refusal;

  /// What results may have, at worst.
  private long bytes;

  private long looked;

  /// How long values may be that are written, and how many keys may be changed or removed.
  private final TreeMap<Bytes, Long> written = new TreeMap<>();

  private long touched;

  SlowPlan(SlowMap map, LongPredicate isAlive, long firstReadable) {
    this.map = map;
    this.isAlive = isAlive;
    this.firstReadable = firstReadable;
  }

  /// Why it is not done; null if it is.
  Result refusal() {
    return refusal;
  }

  boolean nextDecision() {
    return decisions.remove();
  }

  Result nextFormer() {
    return formers.remove();
  }

  void decide(Operation.Transaction transaction) {
    boolean succeeds = SlowSteps.hold(map, transaction.compares());
    decisions.add(succeeds);
    looked += SlowSteps.keysLookedAt(map, transaction.compares());
    refuseTooMuch();
    for (Operation.Step step : succeeds ? transaction.then() : transaction.otherwise()) {
      if (refusal != null) return;
      look(step);
      refuseTooMuch();
    }
  }

  private void refuseTooMuch() {
    if (bytes > KvLimits.RESULT_BYTES_MAX || looked > KEYS_MAX)
      refuse(Result.Reason.RESULT_TOO_LARGE);
  }

  private void refuse(Result.Reason reason) {
    if (refusal == null) refusal = new Result.Refused(reason);
  }

  private void look(Operation.Step step) {
    switch (step) {
      case Operation.Get(Bytes key) -> show(key, true);
      case Operation.Range range when range.revision() != 0 -> showFormer(range);
      case Operation.Range range -> show(range);
      case Operation.Write write ->
          write(write.key(), new Change.Set(write.value(), 0), write.condition());
      case Operation.Put put -> {
        if (put.former()) show(put.key(), true);
        if (put.lifetime() instanceof Lifetime.Leased(long lease) && !isAlive.test(lease))
          refuse(Result.Reason.LEASE_NOT_FOUND);
        write(put.key(), put.change(), put.condition());
      }
      case Operation.Copy(Bytes from, Bytes to, boolean _) -> {
        touched++;
        long length = lengthMax(from);
        if (length > written.getOrDefault(to, -1L)) written.put(to, length);
      }
      case Operation.Delete delete -> {
        touched++;
        need(delete.key(), delete.condition());
      }
      case Operation.DeleteRange(KeyRange keys, boolean former) -> {
        if (former) show(new Operation.Range(keys));
        touched += keys.isOneKey() ? 1 : map.at(keys, map.revision()).size();
      }
      case Operation.Transaction inner -> decide(inner);
    }
  }

  private void need(Bytes key, Condition condition) {
    if (condition instanceof Condition.Present && map.newest(key) == null)
      refuse(Result.Reason.KEY_NOT_FOUND);
  }

  private void write(Bytes key, Change change, Condition condition) {
    need(key, condition);
    touched++;
    long present = lengthMax(key);
    long length =
        switch (change) {
          case Change.Set(Bytes value, int _) -> value.length();
          case Change.Keep(), Change.Rewrite(), Change.Invalidate() -> present;
          case Change.Add _ -> 20;
          case Change.AddDecimal _ -> 4 * (400 + 256);
          case Change.Extend(Change.Side _, Bytes more, Change.Growth _) ->
              Math.max(0, present) + more.length();
          case Change.Replace(int offset, Bytes other, Change.Growth _) ->
              Math.max(present, (long) offset + other.length());
        };
    if (length > written.getOrDefault(key, -1L)) written.put(key, length);
  }

  private long lengthMax(Bytes key) {
    long present = map.newest(key) == null ? -1 : map.newest(key).value().length();
    return Math.max(present, written.getOrDefault(key, -1L));
  }

  private void show(Bytes key, boolean hasValue) {
    long length = lengthMax(key);
    if (length >= 0) bytes += ENTRY_BYTES + key.length() + (hasValue ? length : 0);
  }

  private void show(Operation.Range range) {
    Operation.Detail detail = range.selection().detail();
    if (detail == Operation.Detail.COUNT) return;
    if (range.keys().isOneKey()) {
      show(range.keys().from(), detail == Operation.Detail.VALUES);
      return;
    }
    long limit = Long.MAX_VALUE;
    if (range.page().limit() > 0) limit = Math.min(range.page().limit(), KEYS_MAX) + touched;
    List<KeyValue> there = map.at(range.keys(), map.revision());
    for (KeyValue each : range.page().descending() ? there.reversed() : there) {
      if (limit == 0) break;
      looked++;
      if (!SlowRange.isWanted(each, range.selection())) continue;
      bytes += SlowRange.shown(each, detail).sizeBytes();
      limit--;
    }
    written.forEach(
        (key, length) -> {
          if (!range.keys().contains(key)) return;
          looked++;
          bytes += ENTRY_BYTES + key.length() + (detail == Operation.Detail.VALUES ? length : 0);
        });
  }

  private void showFormer(Operation.Range range) {
    long bytesMax = KvLimits.RESULT_BYTES_MAX - bytes;
    var room = new SlowRange.Room(bytesMax, (int) (KEYS_MAX - looked), false, true);
    Result result = SlowRange.read(map, range, firstReadable, room);
    if (!(result instanceof Result.Ranged ranged)) {
      refusal = result;
      return;
    }
    formers.add(result);
    for (KeyValue entry : ranged.entries()) bytes += entry.sizeBytes();
    boolean isFull = range.page().limit() > 0 && ranged.entries().size() == range.page().limit();
    if (ranged.rest() != null && !isFull) looked = Long.MAX_VALUE;
    else looked += keysLookedAt(range, ranged) + (range.keys().isOneKey() ? 1 : FORMER_KEYS);
  }

  /// All keys but those of the rest, and none if they alone were to be counted.
  private long keysLookedAt(Operation.Range range, Result.Ranged ranged) {
    boolean counts = range.selection().detail() == Operation.Detail.COUNT;
    if (counts && SlowRange.isNear(map, range)) return 0;
    return map.at(range.keys(), range.revision()).stream()
        .filter(each -> ranged.rest() == null || !ranged.rest().contains(each.key()))
        .count();
  }
}
