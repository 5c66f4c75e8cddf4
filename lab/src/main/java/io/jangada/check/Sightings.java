package io.jangada.check;

import io.jangada.check.MapHistory.Call;
import io.jangada.check.MapHistory.End;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What answers and watchers tell of revisions that no answered operation took: which keys those
/// changed and to what, and which they left alone. An item seen at revision 9 and modified at 4
/// says what 4 wrote, and that 5 to 9 did not touch its key.
final class Sightings {
  private final Map<Long, List<Seen>> modified = new HashMap<>();
  private final Map<Long, Set<String>> written = new HashMap<>();

  /// By key: since which revision an item stood unchanged, and how long at least.
  private final TreeMap<String, TreeMap<Long, Long>> unchanged = new TreeMap<>();

  /// By key: the revisions at which all that it held is known, from a read of it.
  private final TreeMap<String, TreeSet<Long>> settled = new TreeMap<>();

  private final List<Watched> watches = new ArrayList<>();

  /// An item and an operation that saw it.
  record Seen(MapItem item, Call by) {}

  private record Watched(Watch watch, Map<Long, List<MapEvent>> batches, long last) {}

  Sightings(List<Call> calls, List<Watch> watches) {
    for (Call call : calls)
      call.op().written().filter(KeyRange::isSingle).forEach(key -> settle(key.from(), 0));
    for (Call call : calls) {
      if (!(call.end() instanceof End.Ok ok)) continue;
      see(ok.result(), call, ok.revision());
      MapOp op = call.op() instanceof MapOp.Stale(MapOp read) ? read : call.op();
      if (op instanceof MapOp.Range range && !((MapResult.Items) ok.result()).more())
        seeAbsent(range.keys(), ((MapResult.Items) ok.result()).items(), ok.revision());
    }
    for (Watch watch : watches) see(watch);
  }

  private void see(MapResult result, Call by, long revision) {
    switch (result) {
      case MapResult.Items(List<MapItem> items, long _, boolean _) ->
          items.forEach(item -> see(item, by, revision));
      case MapResult.Transacted(boolean _, List<MapResult> results) ->
          results.forEach(step -> see(step, by, revision));
      case MapResult.Counted _, MapResult.Done _, MapResult.Deleted _ -> {}
      case MapResult.Number _, MapResult.Refused _ -> {}
    }
  }

  private void see(MapItem item, Call by, long revision) {
    boolean writes = ((End.Ok) by.end()).result().changed();
    // What a transaction saw of its own changes need not be what it left.
    if (writes && item.modified() == revision) return;
    if (item.created() != MapItem.NOT_NAMED) write(item.key(), item.created());
    if (item.modified() == MapItem.NOT_NAMED) return;
    write(item.key(), item.modified());
    List<Seen> all = modified.computeIfAbsent(item.modified(), _ -> new ArrayList<>());
    if (all.stream().noneMatch(seen -> seen.item.equals(item))) all.add(new Seen(item, by));
    unchanged
        .computeIfAbsent(item.key(), _ -> new TreeMap<>())
        .merge(item.modified(), revision, Math::max);
    if (item.created() == MapItem.NOT_NAMED || item.changes() == MapItem.NOT_NAMED) return;
    settle(item.key(), item.modified());
    if (!writes) settle(item.key(), revision);
  }

  private void seeAbsent(KeyRange keys, List<MapItem> items, long revision) {
    Set<String> there = items.stream().map(MapItem::key).collect(Collectors.toSet());
    for (Map.Entry<String, TreeSet<Long>> entry : keys.in(settled).entrySet())
      if (!there.contains(entry.getKey())) entry.getValue().add(revision);
  }

  private void settle(String key, long revision) {
    settled.computeIfAbsent(key, _ -> new TreeSet<>()).add(revision);
  }

  /// The last revision before this one at which all that a key held is known, or 0.
  long settledBefore(String key, long revision) {
    TreeSet<Long> revisions = settled.get(key);
    Long last = revisions == null ? null : revisions.lower(revision);
    return last == null ? 0 : last;
  }

  private void write(String key, long revision) {
    written.computeIfAbsent(revision, _ -> new TreeSet<>()).add(key);
  }

  private void see(Watch watch) {
    Map<Long, List<MapEvent>> batches = new HashMap<>();
    for (Watch.Delivery delivery : watch.deliveries()) {
      if (!(delivery instanceof Watch.Delivery.Batch(long revision, List<MapEvent> events)))
        continue;
      batches.putIfAbsent(revision, events);
      events.forEach(event -> write(event.key(), revision));
    }
    watches.add(new Watched(watch, batches, watch.last()));
  }

  /// Whether something tells of what `revision` did.
  boolean tellOf(long revision) {
    return written.containsKey(revision);
  }

  /// The revisions of which something tells.
  Set<Long> toldOf() {
    return written.keySet();
  }

  /// What tells of it, for people.
  String text(long revision) {
    if (modified.containsKey(revision))
      return "; "
          + modified.get(revision).getFirst().by
          + " saw "
          + modified.get(revision).getFirst().item;
    return tellOf(revision) ? "; it changed " + written.get(revision).iterator().next() : "";
  }

  /// Whether `op` can have taken `revision`, whatever the map held.
  boolean allow(MapOp op, long revision) {
    return op instanceof MapOp.Transaction t
        ? allow(t.then(), revision) || allow(t.otherwise(), revision)
        : allow(List.of(op), revision);
  }

  private boolean allow(List<MapOp> steps, long revision) {
    for (String key : written.getOrDefault(revision, Set.of()))
      if (steps.stream().flatMap(MapOp::written).noneMatch(range -> range.contains(key)))
        return false;
    for (Seen seen : modified.getOrDefault(revision, List.of()))
      if (steps.stream().noneMatch(step -> canLeave(step, seen.item))) return false;
    return steps.stream().allMatch(step -> allowed(step, revision));
  }

  /// Whether a step can have left this item.
  private static boolean canLeave(MapOp step, MapItem item) {
    return switch (step) {
      case MapOp.Put(String key, String value) ->
          key.equals(item.key()) && value.equals(item.value());
      case MapOp.Add(String key, long _) -> key.equals(item.key());
      case MapOp.Append(String key, String text) ->
          key.equals(item.key()) && item.value().endsWith(text);
      case MapOp.Transaction _ -> true;
      case MapOp.Delete _, MapOp.Range _, MapOp.Count _, MapOp.Stale _ -> false;
    };
  }

  /// Whether a step leaves alone what stood unchanged.
  private boolean allowed(MapOp step, long revision) {
    return switch (step) {
      case MapOp.Put(String key, String _) -> !stood(key, revision);
      case MapOp.Add(String key, long _) -> !stood(key, revision);
      case MapOp.Append(String key, String _) -> !stood(key, revision);
      case MapOp.Delete(KeyRange range) ->
          range.in(unchanged).keySet().stream().noneMatch(key -> stood(key, revision));
      case MapOp.Transaction _, MapOp.Range _, MapOp.Count _, MapOp.Stale _ -> true;
    };
  }

  /// Whether an item was there before and after, and is the same.
  private boolean stood(String key, long revision) {
    NavigableMap<Long, Long> spans = unchanged.get(key);
    if (spans == null) return false;
    Map.Entry<Long, Long> span = spans.lowerEntry(revision);
    return span != null && span.getValue() >= revision;
  }

  /// What was seen of a change that `revision` did, and is not what the map holds after it; or
  /// null.
  Seen contradiction(long revision, MapModel model) {
    for (Seen seen : modified.getOrDefault(revision, List.of()))
      if (!MapItem.same(seen.item, model.get(seen.item.key()))) return seen;
    return null;
  }

  /// Whether these changes can be what `revision` did.
  boolean fit(List<MapModel.Change> changes, long revision, MapModel model) {
    for (MapModel.Change change : changes) if (stood(change.key(), revision)) return false;
    if (contradiction(revision, model) != null) return false;
    if (watches.isEmpty()) return true;
    MapEvent.Revision done = new MapEvent.Revision(revision, null, MapEvent.of(changes));
    for (Watched watched : watches) {
      Watch watch = watched.watch;
      if (revision >= watch.from()
          && revision <= watched.last
          && !watch.same(watched.batches.getOrDefault(revision, List.of()), done.of(watch.keys())))
        return false;
    }
    return true;
  }
}
