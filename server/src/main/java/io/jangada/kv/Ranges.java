package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import java.util.ArrayList;
import java.util.List;

/// Reads one range, up to the limits of one result.
final class Ranges {
  /// How many keys that are not there are looked at in one result, beside those that are.
  private static final int ABSENT_MAX = 1 << 16;

  private final Keyspace keys;
  private final Operation.Range range;

  /// The revision that is read; the greatest number for the newest.
  private final long revision;

  private final Room room;

  private final List<KeyValue> entries = new ArrayList<>();
  private long bytes;
  private int present;
  private int absent;
  private int lastPresent = NONE;
  private boolean isFull;
  private boolean isCut;

  private Ranges(Keyspace keys, Operation.Range range, long revision, Room room) {
    this.keys = keys;
    this.range = range;
    this.revision = revision;
    this.room = room;
  }

  /// What there is room for.
  ///
  /// @param keys how many keys that are there are looked at, at most
  record Room(long bytes, int keys, Use use) {
    static final Room ALONE =
        new Room(KvLimits.RANGE_BYTES_MAX, KvLimits.RANGE_KEYS_MAX, Use.ALONE);

    /// For what was found to fit.
    static final Room WHOLE = new Room(Long.MAX_VALUE, Integer.MAX_VALUE, Use.AHEAD);

    /// That of a step which takes what is left.
    static Room left(long bytes) {
      return new Room(bytes, KvLimits.RANGE_KEYS_MAX, Use.STEP);
    }

    /// Whether at least one entry goes into the result, and what it costs to find is bounded.
    boolean isAlone() {
      return use == Use.ALONE;
    }
  }

  /// What a result is for.
  enum Use {
    /// It stands alone.
    ALONE,
    /// It is that of a step. Logs hold such steps: what they come to stays as it was.
    STEP,
    /// It is that of a step of a transaction that is decided ahead.
    AHEAD
  }

  /// Reads the newest state.
  ///
  /// @param revision its revision
  static Result.Ranged read(Keyspace keys, Operation.Range range, long revision, Room room) {
    KeyRange of = range.keys();
    long count = of.isEmpty() ? 0 : count(keys, of);
    if (range.selection().detail() == Operation.Detail.COUNT)
      return new Result.Ranged(revision, count, List.of(), null);
    Ranges reader = new Ranges(keys, range, Long.MAX_VALUE, room);
    if (count > 0) reader.scan();
    return new Result.Ranged(revision, count, reader.entries, reader.rest());
  }

  private static long count(Keyspace keys, KeyRange range) {
    if (range.isOneKey()) return keys.find(range.from()) == NONE ? 0 : 1;
    return keys.ordered.count(range.from(), range.to());
  }

  /// Reads a former state, which is kept.
  ///
  /// @param now the latest revision
  static Former readAt(Keyspace keys, Operation.Range range, long now, Room room) {
    long revision = range.revision();
    boolean counts = range.selection().detail() == Operation.Detail.COUNT;
    boolean isKnown = room.use != Use.STEP;
    long count = counts && isKnown ? FormerCount.of(keys, range.keys(), revision, now) : -1;
    if (count >= 0) return new Former(new Result.Ranged(revision, count, List.of(), null), 0);
    Ranges reader = new Ranges(keys, range, revision, room);
    if (!range.keys().isEmpty()) reader.scan();
    if (counts || isKnown && !reader.isCut) count = reader.present;
    else if (isKnown) count = FormerCount.of(keys, range.keys(), revision, now);
    var ranged = new Result.Ranged(revision, count, reader.entries, reader.rest());
    return new Former(ranged, reader.present);
  }

  /// What was read of a former state.
  ///
  /// @param looked how many keys were looked at
  record Former(Result.Ranged ranged, int looked) {}

  private void scan() {
    KeyRange of = range.keys();
    if (of.isOneKey()) {
      int head = keys.head(of.from());
      if (head != NONE) visit(head);
    } else {
      keys.ordered.scan(of.from(), of.to(), range.page().descending(), this::visit);
    }
  }

  private boolean visit(int head) {
    int node = keys.at(head, revision);
    if (node == NONE) {
      isCut = room.isAlone() && ++absent > ABSENT_MAX;
      if (isCut) lastPresent = head;
      return !isCut;
    }
    isCut = isFull || !take(node);
    if (isCut) return false;
    lastPresent = node;
    present++;
    long limit = range.page().limit();
    isFull = present == room.keys || entries.size() == limit && limit > 0;
    return true;
  }

  /// Takes a value if it is wanted. Returns false if there is no room for it.
  private boolean take(int node) {
    Operation.Selection selection = range.selection();
    if (selection.detail() == Operation.Detail.COUNT
        || !selection.created().contains(keys.nodes.created(node))
        || !selection.modified().contains(keys.nodes.revision(node))) return true;
    boolean isValueWanted = selection.detail() == Operation.Detail.VALUES;
    long size = keys.sizeOf(node, isValueWanted);
    if (bytes + size > room.bytes && !(room.isAlone() && entries.isEmpty())) return false;
    bytes += size;
    entries.add(keys.toKeep(node, isValueWanted));
    return true;
  }

  private KeyRange rest() {
    if (!isCut) return null;
    if (lastPresent == NONE) return range.keys();
    var last = keys.key(lastPresent).compact();
    if (range.page().descending()) return new KeyRange(range.keys().from(), last);
    return new KeyRange(KeyRange.after(last), range.keys().to());
  }
}
