package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.check.MapItem;
import io.jangada.check.MapOp;
import io.jangada.check.MapResult;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;

/// A request of a [MapClient] as members and as the history have it.
///
/// @param op what is recorded
record MapRequest(Operation operation, MapOp op) {
  /// What is recorded of an answer.
  ///
  /// @param revision of what was done, or of the state that it saw
  record Answer(long revision, MapResult result) {}

  /// What is recorded of a result; null where it names no revision of the whole store: then nothing
  /// was changed, and nothing is recorded.
  Answer answer(Result result) {
    return switch (result) {
      case Result.Changed changed -> {
        MapResult done = done(changed);
        boolean isGuarded = op instanceof MapOp.Transaction;
        if (isGuarded) done = new MapResult.Transacted(true, List.of(done));
        yield new Answer(changed.revision(), done);
      }
      case Result.Removed removed ->
          new Answer(removed.revision(), new MapResult.Deleted(removed.count()));
      case Result.Deleted(long revision) -> new Answer(revision, new MapResult.Deleted(1));
      case Result.Transacted transacted -> {
        MapResult all = step((MapOp.Transaction) op, transacted);
        yield new Answer(transacted.revision(), all);
      }
      case Result.Ranged ranged -> new Answer(ranged.revision(), read(op, ranged));
      case Result.Written _,
          Result.Found _,
          Result.NotFound _,
          Result.Exists _,
          Result.Mismatch _,
          Result.Granted _,
          Result.KeptAlive _,
          Result.Leased _,
          Result.LeaseList _,
          Result.OfUsers _,
          Result.Noted _,
          Result.Marked _,
          Result.Scanned _,
          Result.Compacted _,
          Result.Expired _,
          Result.Forgotten _,
          Result.Refused _ ->
          null;
    };
  }

  private static MapResult done(Result.Changed changed) {
    return changed.number() == null
        ? new MapResult.Done()
        : new MapResult.Number(Long.parseLong(changed.number().toUtf8()));
  }

  private static MapResult read(MapOp op, Result.Ranged ranged) {
    MapOp read = op instanceof MapOp.Stale(MapOp stale) ? stale : op;
    if (read instanceof MapOp.Count) return new MapResult.Counted(ranged.count());
    return items(ranged.entries(), ranged.count(), ranged.rest() != null);
  }

  static MapResult.Items items(List<KeyValue> entries, long count, boolean more) {
    long known = count < 0 ? MapItem.NOT_NAMED : count;
    return new MapResult.Items(entries.stream().map(MapRequest::item).toList(), known, more);
  }

  private static MapItem item(KeyValue entry) {
    KeyValue.Revisions revisions = entry.revisions();
    String key = entry.key().toUtf8();
    String value = entry.value().toUtf8();
    return new MapItem(key, value, revisions.created(), revisions.modified(), revisions.changes());
  }

  private static MapResult step(MapOp op, Result result) {
    return switch (result) {
      case Result.Changed changed -> done(changed);
      case Result.Removed removed -> new MapResult.Deleted(removed.count());
      case Result.Deleted _ -> new MapResult.Deleted(1);
      case Result.Found found -> {
        String key = ((MapOp.Range) op).keys().from();
        MapItem item =
            new MapItem(
                key, found.value().toUtf8(), MapItem.NOT_NAMED, found.version(), found.changes());
        yield new MapResult.Items(List.of(item), 1, false);
      }
      case Result.NotFound() ->
          op instanceof MapOp.Range
              ? new MapResult.Items(List.of(), 0, false)
              : new MapResult.Deleted(0);
      case Result.Ranged ranged -> read(op, ranged);
      case Result.Transacted(long _, boolean succeeded, List<Result> results) -> {
        MapOp.Transaction transaction = (MapOp.Transaction) op;
        List<MapOp> steps = succeeded ? transaction.then() : transaction.otherwise();
        List<MapResult> all = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) all.add(step(steps.get(i), results.get(i)));
        yield new MapResult.Transacted(succeeded, all);
      }
      case Result.Written _,
          Result.Exists _,
          Result.Mismatch _,
          Result.Granted _,
          Result.KeptAlive _,
          Result.Leased _,
          Result.LeaseList _,
          Result.OfUsers _,
          Result.Noted _,
          Result.Marked _,
          Result.Scanned _,
          Result.Compacted _,
          Result.Expired _,
          Result.Forgotten _,
          Result.Refused _ ->
          throw new IllegalStateException(op + " was answered " + result);
    };
  }

  static io.jangada.check.KeyRange recorded(KeyRange keys) {
    String to = keys.to() == null ? null : keys.to().toUtf8();
    return new io.jangada.check.KeyRange(keys.from().toUtf8(), to);
  }

  static KeyRange asked(String key) {
    return KeyRange.of(Bytes.utf8(key));
  }
}
