package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import java.util.TreeMap;

/// How many bytes the results of a transaction may have, found out before any of its steps is done.
///
/// A step can show what is there now and what steps before it write. Both count, though one may
/// take the place of the other. A range with a limit can show as many keys beyond it as steps
/// before it remove or change.
final class ResultBound {
  /// How many keys the comparisons and the steps of one transaction look at.
  static final int KEYS_MAX = 1 << 16;

  /// What a range at a former revision counts among these beside its own, for the changes that are
  /// looked at to count it.
  static final int FORMER_KEYS = 1 << 12;

  private final Keyspace keys;
  private long bytes;
  private long looked;

  /// The greatest length of a value that steps may have written, by key.
  private final TreeMap<Bytes, Long> written = new TreeMap<>();

  /// Of these the ones that are made of values which are there, whatever their length.
  private final TreeMap<Bytes, Long> made = new TreeMap<>();

  /// How many keys steps may have removed or changed.
  private long touched;

  /// How many more keys the present range may show.
  private long left;

  ResultBound(Keyspace keys) {
    this.keys = keys;
  }

  boolean isExceeded() {
    return bytes > KvLimits.RESULT_BYTES_MAX || looked > KEYS_MAX;
  }

  /// For a range at a former revision.
  Ranges.Room room() {
    return new Ranges.Room(
        KvLimits.RESULT_BYTES_MAX - bytes, (int) (KEYS_MAX - looked), Ranges.Use.AHEAD);
  }

  /// Counts a key that a comparison over a range looks at. Returns false if there are too many.
  boolean look() {
    looked++;
    return !isExceeded();
  }

  // ---- what steps show ----

  void show(Bytes key) {
    show(key, true);
  }

  private void show(Bytes key, boolean hasValue) {
    long length = lengthMax(key);
    if (length < 0) return;
    bytes += KeyValue.OVERHEAD_BYTES + key.length() + (hasValue ? length : 0);
  }

  /// Counts what a range shows, which is not read at a former revision.
  void show(Operation.Range range) {
    Operation.Detail detail = range.selection().detail();
    if (detail == Operation.Detail.COUNT || range.keys().isEmpty()) return;
    boolean hasValues = detail == Operation.Detail.VALUES;
    KeyRange of = range.keys();
    if (of.isOneKey()) {
      show(of.from(), hasValues);
      return;
    }
    long limit = range.page().limit();
    left = limit == 0 ? Long.MAX_VALUE : Math.min(limit, KEYS_MAX) + touched;
    keys.ordered.scan(
        of.from(),
        of.to(),
        range.page().descending(),
        head -> look(head, range.selection(), hasValues));
    var within = of.to() == null ? written.tailMap(of.from()) : written.subMap(of.from(), of.to());
    for (var one : within.entrySet()) {
      if (isExceeded()) return;
      looked++;
      bytes += KeyValue.OVERHEAD_BYTES + one.getKey().length() + (hasValues ? one.getValue() : 0);
    }
  }

  private boolean look(int head, Operation.Selection selection, boolean hasValues) {
    if (!keys.hasValue(head)) return true;
    looked++;
    if (selection.created().contains(keys.nodes.created(head))
        && selection.modified().contains(keys.nodes.revision(head))) {
      bytes += keys.sizeOf(head, hasValues);
      left--;
    }
    return left > 0 && !isExceeded();
  }

  /// Counts what was read of a former revision. If it did not fit, the bound is exceeded.
  void shown(Operation.Range range, Ranges.Former former) {
    looked += former.looked() + (range.keys().isOneKey() ? 1 : FORMER_KEYS);
    Result.Ranged ranged = former.ranged();
    for (KeyValue entry : ranged.entries()) bytes += entry.sizeBytes();
    long limit = range.page().limit();
    boolean isWhole = ranged.rest() == null || limit > 0 && ranged.entries().size() == limit;
    if (!isWhole) looked = Long.MAX_VALUE;
  }

  // ---- what steps change ----

  void change(Bytes key, Change change) {
    touched++;
    long present = lengthMax(key);
    long length =
        switch (change) {
          case Change.Set(Bytes value, int _) -> value.length();
          case Change.Keep(), Change.Rewrite(), Change.Invalidate() -> present;
          case Change.Add _ -> Changes.DIGITS_MAX;
          case Change.AddDecimal _ -> Decimal.SUM_BYTES_MAX;
          case Change.Extend(Change.Side _, Bytes more, Change.Growth _) ->
              Math.max(present, 0) + more.length();
          case Change.Replace(int offset, Bytes other, Change.Growth _) ->
              Math.max(present, (long) offset + other.length());
        };
    if (length < 0) return;
    written.merge(key, length, Math::max);
    long more = Sizes.made(change, length);
    if (more > 0) made.merge(key, more, Math::max);
  }

  void copy(Bytes from, Bytes to) {
    touched++;
    long length = lengthMax(from);
    if (length < 0) return;
    written.merge(to, length, Math::max);
    made.merge(to, length, Math::max);
  }

  /// How many bytes are made of values that are there.
  long madeBytes() {
    return made.values().stream().mapToLong(Long::longValue).sum();
  }

  void remove(KeyRange range) {
    if (range.isOneKey()) touched++;
    else if (!range.isEmpty()) touched += keys.ordered.count(range.from(), range.to());
  }

  /// The greatest length that a key's value may have; -1 if it cannot be there.
  private long lengthMax(Bytes key) {
    int head = keys.find(key);
    long present = head == NONE ? -1 : keys.value(head).length();
    return Math.max(present, written.getOrDefault(key, -1L));
  }
}
