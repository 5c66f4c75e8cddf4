package io.jangada.check;

import io.jangada.check.Compare.Field;
import io.jangada.check.Compare.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Histories of a real map under clients with delays and timeouts, drawn from a seed: explained by
/// how they come about. And spoilt ones, in which one answer was changed.
final class RandomMap {
  /// What to draw. `values` 0 means that every write has a value of its own; `lost` is in
  /// thousandths of all operations.
  record Shape(int operations, int processes, int keys, int values, int lost) {}

  /// A history with what watchers were told.
  record Drawn(MapHistory history, List<Watch> watches) {}

  private static final class Open {
    int id;
    MapOp op;
    boolean lost;
    int effectAt;
    int endAt;
    long revision;
    MapResult result;
  }

  private static final MapOp.Range WHOLE =
      new MapOp.Range(KeyRange.all(), Integer.MAX_VALUE, false);

  private final Shape shape;
  private final RandomGenerator dice;
  private final MapHistory.Recorder recorder = new MapHistory.Recorder(1);
  private final MapModel model = new MapModel(List.of());
  private final List<List<MapItem>> states = new ArrayList<>(List.of(List.of(), List.of()));
  private final Open[] busy;
  private final List<Open> lost = new ArrayList<>();
  private int invoked;
  private int now;
  private int fresh;

  private RandomMap(Shape shape, RandomGenerator dice) {
    this.shape = shape;
    this.dice = dice;
    this.busy = new Open[shape.processes];
  }

  static Drawn draw(Shape shape, RandomGenerator dice) {
    RandomMap map = new RandomMap(shape, dice);
    map.run();
    List<Watch> watches = new ArrayList<>();
    for (int i = 0; i < 3; i++) watches.add(map.watch("w" + i));
    return new Drawn(map.recorder.history(), watches);
  }

  private void run() {
    boolean more = true;
    while (more) {
      now++;
      lost.removeIf(
          open -> {
            if (open.effectAt == now) takeEffect(open);
            return open.effectAt == now;
          });
      more = invoked < shape.operations;
      for (int p = 0; p < busy.length; p++) {
        step(p);
        more |= busy[p] != null;
      }
    }
  }

  private void step(int p) {
    Open open = busy[p];
    if (open == null) {
      if (invoked < shape.operations && dice.nextInt(3) == 0) busy[p] = invoke(p);
      return;
    }
    if (open.effectAt == now) takeEffect(open);
    if (open.endAt > now) return;
    busy[p] = null;
    if (!open.lost) recorder.complete(open.id, open.revision, open.result, now);
    else {
      recorder.unknown(open.id);
      if (open.effectAt > now) lost.add(open);
    }
  }

  private Open invoke(int p) {
    Open open = new Open();
    open.op = op();
    open.id = recorder.invoke(p, open.op, now);
    open.lost = dice.nextInt(1000) < shape.lost;
    open.effectAt = now + 1 + dice.nextInt(10);
    open.endAt = open.effectAt + dice.nextInt(10);
    if (open.lost) {
      open.endAt = now + 1 + dice.nextInt(20);
      open.effectAt = dice.nextBoolean() ? now + 1 + dice.nextInt(100) : Integer.MAX_VALUE;
    }
    invoked++;
    return open;
  }

  private void takeEffect(Open open) {
    long revision = states.size() - 1;
    if (open.op instanceof MapOp.Stale(MapOp read)) {
      open.revision = 1 + dice.nextLong(revision);
      open.result = new MapModel(states.get((int) open.revision)).apply(read, 0);
      return;
    }
    int before = model.changes().size();
    open.result = model.apply(open.op, revision + 1);
    boolean changed = model.changes().size() > before;
    open.revision = changed ? revision + 1 : revision;
    if (changed) states.add(((MapResult.Items) model.apply(WHOLE, 0)).items());
  }

  private MapOp op() {
    return switch (dice.nextInt(13)) {
      case 0, 1, 2 -> MapOp.get(key());
      case 3 -> new MapOp.Range(range(), 1 + dice.nextInt(shape.keys), dice.nextBoolean());
      case 4 -> new MapOp.Count(range());
      case 5 -> new MapOp.Stale(MapOp.get(key()));
      case 6 -> transaction();
      default -> step();
    };
  }

  private MapOp step() {
    return switch (dice.nextInt(9)) {
      case 0 -> MapOp.delete(key());
      case 1 -> dice.nextInt(4) == 0 ? new MapOp.Delete(range()) : MapOp.delete(key());
      case 2, 3 -> new MapOp.Add(key(), 1 + dice.nextInt(3));
      case 4 -> new MapOp.Append(key(), value());
      default -> new MapOp.Put(key(), value());
    };
  }

  private MapOp transaction() {
    long revision = states.size() - 1 - dice.nextInt(Math.min(6, states.size() - 1));
    List<Compare> compares =
        List.of(
            dice.nextBoolean()
                ? new Compare.Value(KeyRange.of(key()), Relation.LESS, value())
                : new Compare.Number(range(), Field.MODIFIED, Relation.LESS, revision));
    return new MapOp.Transaction(
        compares, List.of(step(), MapOp.get(key()), step()), List.of(step()));
  }

  private String key() {
    return "k" + dice.nextInt(shape.keys);
  }

  private KeyRange range() {
    return dice.nextInt(4) == 0 ? new KeyRange(key(), null) : new KeyRange(key(), key());
  }

  private String value() {
    return "" + (shape.values == 0 ? fresh++ : dice.nextInt(shape.values));
  }

  private Watch watch(String name) {
    KeyRange keys = range();
    long from = 1 + dice.nextLong(states.size());
    List<Watch.Delivery> deliveries = new ArrayList<>();
    var byRevision = new TreeMap<Long, List<MapModel.Change>>();
    for (MapModel.Change change : model.changes())
      byRevision.computeIfAbsent(change.revision(), _ -> new ArrayList<>()).add(change);
    byRevision
        .tailMap(from)
        .forEach(
            (number, changes) -> {
              var revision = new MapEvent.Revision(number, null, MapEvent.of(changes));
              List<MapEvent> events = revision.of(keys);
              if (!events.isEmpty()) deliveries.add(new Watch.Delivery.Batch(number, events));
            });
    return new Watch(name, keys, from, true, deliveries);
  }

  /// The same history with another answer to one operation.
  static MapHistory spoilt(MapHistory history, RandomGenerator dice) {
    List<MapHistory.Call> answered =
        history.calls().stream()
            .filter(
                c ->
                    c.end() instanceof MapHistory.End.Ok ok
                        && !(ok.result() instanceof MapResult.Done))
            .toList();
    if (answered.isEmpty()) return history;
    MapHistory.Call victim = answered.get(dice.nextInt(answered.size()));
    return withAnswer(
        history, victim.id(), spoilt(((MapHistory.End.Ok) victim.end()).result(), dice));
  }

  private static MapResult spoilt(MapResult result, RandomGenerator dice) {
    return switch (result) {
      case MapResult.Items(List<MapItem> items, long count, boolean more) -> {
        if (items.isEmpty() || dice.nextInt(3) == 0)
          yield dice.nextBoolean()
              ? new MapResult.Items(items, count + 1, more)
              : new MapResult.Items(items, count, !more);
        List<MapItem> others = new ArrayList<>(items);
        others.set(dice.nextInt(items.size()), spoilt(items.get(dice.nextInt(items.size())), dice));
        yield new MapResult.Items(others, count, more);
      }
      case MapResult.Counted(long count) -> new MapResult.Counted(count + 1);
      case MapResult.Deleted(long count) -> new MapResult.Deleted(count + 1);
      case MapResult.Number(long value) -> new MapResult.Number(value + 1);
      case MapResult.Transacted(boolean succeeded, List<MapResult> results) -> {
        List<MapResult> others = new ArrayList<>(results);
        int place = dice.nextInt(others.size());
        others.set(place, spoilt(others.get(place), dice));
        yield new MapResult.Transacted(succeeded, others);
      }
      case MapResult.Done _, MapResult.Refused _ -> result;
    };
  }

  private static MapItem spoilt(MapItem item, RandomGenerator dice) {
    int what = dice.nextInt(4);
    return new MapItem(
        item.key(),
        what == 0 ? item.value() + "0" : item.value(),
        item.created() - (what == 1 ? 1 : 0),
        item.modified() - (what == 2 ? 1 : 0),
        item.changes() + (what == 3 ? 1 : 0));
  }

  private static MapHistory withAnswer(MapHistory history, int id, MapResult answer) {
    var copy = new MapHistory.Recorder(history.start(), history.items());
    var events = new TreeMap<Integer, Runnable>();
    for (MapHistory.Call call : history.calls()) {
      events.put(call.invoked().order(), () -> copy.invoke(call.process(), call.op(), 0));
      if (call.end() instanceof MapHistory.End.Ok ok) {
        MapResult result = call.id() == id ? answer : ok.result();
        events.put(ok.order(), () -> copy.complete(call.id(), ok.revision(), result, 0));
      }
    }
    events.values().forEach(Runnable::run);
    return copy.history();
  }
}
