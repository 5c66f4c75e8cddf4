package io.jangada.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;

/// A map that does one operation at a time and can be taken back to where it was: what a store of
/// any size has to be told from.
final class MapModel {
  /// What a revision did to one key; null is no item.
  record Change(long revision, String key, MapItem before, MapItem after) {}

  private final TreeMap<String, MapItem> items = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();

  /// Whether the compares of the present operation were made before its first step, and what they
  /// came to, in the order in which its transactions are done.
  private boolean isAhead;

  private final Queue<Boolean> decided = new ArrayDeque<>();

  MapModel(List<MapItem> items) {
    items.forEach(item -> this.items.put(item.key(), item));
  }

  /// All changes so far, in order.
  List<Change> changes() {
    return changes;
  }

  MapItem get(String key) {
    return items.get(key);
  }

  /// Takes back all changes but the first `count`.
  void rewind(int count) {
    while (changes.size() > count) {
      Change last = changes.removeLast();
      if (last.before == null) items.remove(last.key);
      else items.put(last.key, last.before);
    }
  }

  /// Does `op` as `revision` and answers.
  MapResult apply(MapOp op, long revision) {
    decided.clear();
    isAhead = op instanceof MapOp.Transaction transaction && transaction.isAhead();
    if (isAhead) decide((MapOp.Transaction) op);
    return step(op, revision);
  }

  private void decide(MapOp.Transaction transaction) {
    boolean succeeded = transaction.compares().stream().allMatch(this::holds);
    decided.add(succeeded);
    for (MapOp step : transaction.steps(succeeded))
      if (step instanceof MapOp.Transaction inner) decide(inner);
  }

  private MapResult step(MapOp op, long revision) {
    return switch (op) {
      case MapOp.Range range -> range(range);
      case MapOp.Count(KeyRange keys) -> new MapResult.Counted(keys.in(items).size());
      case MapOp.Stale(MapOp read) -> step(read, revision);
      case MapOp.Put(String key, String value) -> {
        put(key, value, revision);
        yield new MapResult.Done();
      }
      case MapOp.Append(String key, String text) -> {
        MapItem item = items.get(key);
        put(key, item == null ? text : item.value() + text, revision);
        yield new MapResult.Done();
      }
      case MapOp.Add add -> add(add, revision);
      case MapOp.Delete(KeyRange keys) -> {
        List<MapItem> gone = List.copyOf(keys.in(items).values());
        for (MapItem item : gone) set(new Change(revision, item.key(), item, null));
        yield new MapResult.Deleted(gone.size());
      }
      case MapOp.Transaction transaction -> transact(transaction, revision);
    };
  }

  private MapResult range(MapOp.Range range) {
    NavigableMap<String, MapItem> all = range.keys().in(items);
    int count = all.size();
    List<MapItem> page =
        (range.descending() ? all.descendingMap() : all)
            .values().stream().limit(range.limit()).toList();
    return new MapResult.Items(page, count, count > page.size());
  }

  private MapResult add(MapOp.Add add, long revision) {
    MapItem item = items.get(add.key());
    String value = item == null ? "0" : item.value();
    try {
      long number = Long.parseLong(value);
      if (!value.equals(Long.toString(number))) return new MapResult.Refused();
      long sum = Math.addExact(number, add.delta());
      put(add.key(), Long.toString(sum), revision);
      return new MapResult.Number(sum);
    } catch (NumberFormatException | ArithmeticException e) {
      return new MapResult.Refused();
    }
  }

  private MapResult transact(MapOp.Transaction transaction, long revision) {
    int before = changes.size();
    boolean succeeded =
        isAhead ? decided.remove() : transaction.compares().stream().allMatch(this::holds);
    List<MapResult> results = new ArrayList<>();
    for (MapOp step : transaction.steps(succeeded)) {
      results.add(step(step, revision));
      if (results.getLast() instanceof MapResult.Refused) {
        rewind(before);
        return new MapResult.Refused();
      }
    }
    return new MapResult.Transacted(succeeded, results);
  }

  private boolean holds(Compare compare) {
    NavigableMap<String, MapItem> all = compare.keys().in(items);
    return switch (compare) {
      case Compare.Value(KeyRange _, Compare.Relation relation, String value) ->
          !all.isEmpty()
              && all.values().stream()
                  .allMatch(item -> relation.holds(item.value().compareTo(value)));
      case Compare.Number(
              KeyRange _,
              Compare.Field field,
              Compare.Relation relation,
              long number) ->
          all.isEmpty()
              ? relation.holds(Long.compare(0, number))
              : all.values().stream()
                  .allMatch(item -> relation.holds(Long.compare(field.of(item), number)));
    };
  }

  private void put(String key, String value, long revision) {
    MapItem old = items.get(key);
    // All that one transaction does to a key counts as one change.
    long more = old != null && old.modified() == revision ? 0 : 1;
    MapItem item =
        old == null
            ? new MapItem(key, value, revision, revision, 1)
            : new MapItem(key, value, old.created(), revision, old.changes() + more);
    set(new Change(revision, key, old, item));
  }

  private void set(Change change) {
    changes.add(change);
    if (change.after == null) items.remove(change.key);
    else items.put(change.key, change.after);
  }
}
