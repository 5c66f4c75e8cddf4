package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;

/// Reads of a range.
final class SlowRange {
  /// How many revisions and changes there are at most between now and a revision at which keys are
  /// counted.
  private static final int CHANGES_MAX = 16_384;

  /// How many bytes of entries go into one result.
  ///
  /// @param keysMax how many keys are looked at
  /// @param isAlone whether the first entry may have more
  /// @param counts whether former keys are counted
  record Room(long bytesMax, int keysMax, boolean isAlone, boolean counts) {
    static final Room ALONE =
        new Room(KvLimits.RANGE_BYTES_MAX, KvLimits.RANGE_KEYS_MAX, true, true);
  }

  private SlowRange() {}

  /// @param firstReadable the least revision that may be asked for
  static Result read(SlowMap map, Operation.Range range, long firstReadable, Room room) {
    long revision = range.revision() == 0 ? map.revision() : range.revision();
    if (revision > map.revision()) return new Result.Refused(Result.Reason.FUTURE_REVISION);
    if (revision < firstReadable) return new Result.Compacted(map.compacted());
    List<KeyValue> there = map.at(range.keys(), revision);
    boolean isKnown = revision == map.revision() || room.counts() && isNear(map, range);
    long count = isKnown ? there.size() : -1;
    if (range.page().descending()) there = there.reversed();
    if (range.selection().detail() != Operation.Detail.COUNT)
      return entries(range, there, new Result.Ranged(revision, count, List.of(), null), room);
    if (count >= 0) return new Result.Ranged(revision, count, List.of(), null);
    int looked = Math.min(there.size(), room.keysMax());
    return new Result.Ranged(revision, looked, List.of(), rest(range, there, looked));
  }

  /// Whether it can be counted how many keys there were: so little changed since, or it is one key.
  static boolean isNear(SlowMap map, Operation.Range range) {
    long revision = range.revision();
    if (range.keys().isOneKey()) return true;
    if (map.revision() - revision > CHANGES_MAX) return false;
    return map.changesAfter(revision) <= CHANGES_MAX
        || map.events(revision + 1).size() <= CHANGES_MAX;
  }

  private static Result entries(
      Operation.Range range, List<KeyValue> there, Result.Ranged none, Room room) {
    List<KeyValue> entries = new ArrayList<>();
    long bytes = 0;
    int looked = 0;
    for (KeyValue each : there) {
      if (looked == room.keysMax()) break;
      if (range.page().limit() != 0 && entries.size() == range.page().limit()) break;
      if (isWanted(each, range.selection())) {
        KeyValue entry = shown(each, range.selection().detail());
        boolean fits = bytes + entry.sizeBytes() <= room.bytesMax();
        if (!fits && !(room.isAlone() && entries.isEmpty())) break;
        bytes += entry.sizeBytes();
        entries.add(entry);
      }
      looked++;
    }
    boolean isWhole = room.counts() && looked == there.size();
    long count = isWhole ? looked : none.count();
    return new Result.Ranged(none.revision(), count, entries, rest(range, there, looked));
  }

  /// What is left of a range when so many of the keys in it were looked at.
  private static KeyRange rest(Operation.Range range, List<KeyValue> there, int looked) {
    if (looked == there.size()) return null;
    if (looked == 0) return range.keys();
    Bytes last = there.get(looked - 1).key();
    return range.page().descending()
        ? new KeyRange(range.keys().from(), last)
        : new KeyRange(KeyRange.after(last), range.keys().to());
  }

  static boolean isWanted(KeyValue entry, Operation.Selection selection) {
    return isBetween(entry.revisions().created(), selection.created())
        && isBetween(entry.revisions().modified(), selection.modified());
  }

  private static boolean isBetween(long revision, Operation.Between bounds) {
    return bounds.min() <= revision && revision <= bounds.max();
  }

  static KeyValue shown(KeyValue entry, Operation.Detail detail) {
    if (detail == Operation.Detail.VALUES) return entry;
    return new KeyValue(entry.key(), Bytes.EMPTY, entry.flags(), entry.revisions(), entry.terms());
  }
}
