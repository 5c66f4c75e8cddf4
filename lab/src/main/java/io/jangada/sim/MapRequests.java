package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.check.MapOp;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Draws what clients of ranges and transactions ask for. Their keys are `m0`, `m1`, … with words,
/// and `n0`, `n1`, … with numbers.
final class MapRequests {
  private static final int VALUES = 4;
  private static final int LENGTH_MAX = 12;
  private static final Lifetime FOR_EVER = new Lifetime.ForEver();
  private static final Condition ALWAYS = new Condition.Always();
  private static final int NESTING_MAX = 2;

  /// A transaction with so many steps, of 1 to 4, is decided ahead.
  private static final int LONG = 4;

  private final RandomGenerator random;
  private final int keys;

  MapRequests(RandomGenerator random, int keys) {
    this.random = random;
    this.keys = keys;
  }

  /// A command.
  MapRequest command() {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> transaction(1);
      case 3 -> toggle();
      case 4 -> guarded();
      case 5 -> deletion();
      default -> put();
    };
  }

  KeyRange range() {
    return switch (random.nextInt(4)) {
      case 0 -> KeyRange.prefix(Bytes.utf8("m"));
      case 1 -> KeyRange.of(Bytes.utf8(anyKey()));
      case 2 -> new KeyRange(Bytes.utf8(word()), Bytes.utf8(number()));
      default -> new KeyRange(Bytes.utf8("m"), Bytes.utf8("o"));
    };
  }

  private String word() {
    return "m" + random.nextInt(keys);
  }

  private String number() {
    return "n" + random.nextInt(keys);
  }

  private String anyKey() {
    return random.nextBoolean() ? word() : number();
  }

  private String value() {
    return "v" + random.nextInt(VALUES);
  }

  private MapRequest put() {
    String word = word();
    Bytes key = Bytes.utf8(word);
    return switch (random.nextInt(6)) {
      case 0, 1 -> {
        String value = value();
        yield new MapRequest(put(key, set(value), ALWAYS), new MapOp.Put(word, value));
      }
      case 2 -> {
        String more = value();
        var growth = new Change.Growth(true, LENGTH_MAX);
        Change change = new Change.Extend(Change.Side.END, Bytes.utf8(more), growth);
        yield new MapRequest(put(key, change, ALWAYS), new MapOp.Append(word, more));
      }
      case 3 -> add(random.nextInt(4) == 0 ? word : number());
      default -> add(number());
    };
  }

  private MapRequest add(String key) {
    long delta = random.nextInt(-3, 10);
    Change change = new Change.Add(Change.Arithmetic.SIGNED, delta, delta);
    return new MapRequest(put(Bytes.utf8(key), change, ALWAYS), new MapOp.Add(key, delta));
  }

  private Operation.Put put(Bytes key, Change change, Condition condition) {
    return new Operation.Put(key, change, FOR_EVER, condition, random.nextInt(4) == 0);
  }

  private static Change set(String value) {
    return new Change.Set(Bytes.utf8(value), value.charAt(1));
  }

  /// A put with a guard: where that fails, the answer does not say at which revision.
  private MapRequest guarded() {
    String key = word();
    String value = value();
    String other = value();
    var keys = io.jangada.check.KeyRange.of(key);
    Condition condition;
    io.jangada.check.Compare compare;
    if (random.nextBoolean()) {
      condition = new Condition.Absent();
      compare = created(keys, io.jangada.check.Compare.Relation.EQUAL);
    } else if (random.nextBoolean()) {
      condition = new Condition.Present();
      compare = created(keys, io.jangada.check.Compare.Relation.GREATER);
    } else {
      condition = new Condition.Value(Bytes.utf8(other));
      var equal = io.jangada.check.Compare.Relation.EQUAL;
      compare = new io.jangada.check.Compare.Value(keys, equal, other);
    }
    MapOp op =
        new MapOp.Transaction(List.of(compare), List.of(new MapOp.Put(key, value)), List.of());
    return new MapRequest(put(Bytes.utf8(key), set(value), condition), op);
  }

  /// Writes a key that is not there, and deletes it where it is.
  private MapRequest toggle() {
    String key = word();
    MapRequest put = setting(key);
    Bytes asked = Bytes.utf8(key);
    var compare =
        new Compare.Number(KeyRange.of(asked), Compare.Field.CREATED, Compare.Relation.EQUAL, 0);
    var recorded =
        created(io.jangada.check.KeyRange.of(key), io.jangada.check.Compare.Relation.EQUAL);
    var delete = new Operation.Delete(asked, ALWAYS);
    return new MapRequest(
        new Operation.Transaction(
            List.of(compare), List.of((Operation.Step) put.operation()), List.of(delete)),
        new MapOp.Transaction(List.of(recorded), List.of(put.op()), List.of(MapOp.delete(key))));
  }

  private static io.jangada.check.Compare created(
      io.jangada.check.KeyRange keys, io.jangada.check.Compare.Relation relation) {
    return new io.jangada.check.Compare.Number(
        keys, io.jangada.check.Compare.Field.CREATED, relation, 0);
  }

  private MapRequest deletion() {
    if (random.nextInt(3) != 0) {
      String key = anyKey();
      return new MapRequest(new Operation.Delete(Bytes.utf8(key), ALWAYS), MapOp.delete(key));
    }
    KeyRange range = range();
    return new MapRequest(
        new Operation.DeleteRange(range, random.nextBoolean()),
        new MapOp.Delete(MapRequest.recorded(range)));
  }

  private MapRequest transaction(int depth) {
    List<Compare> compares = new ArrayList<>();
    List<io.jangada.check.Compare> recorded = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) compare(compares, recorded);
    List<Operation.Step> then = new ArrayList<>();
    List<MapOp> thenRecorded = new ArrayList<>();
    List<Operation.Step> otherwise = new ArrayList<>();
    List<MapOp> otherwiseRecorded = new ArrayList<>();
    for (int i = random.nextInt(1, 5); i > 0; i--) step(depth, then, thenRecorded);
    for (int i = random.nextInt(3); i > 0; i--) step(depth, otherwise, otherwiseRecorded);
    // As etcd's are. What is drawn stays as it was.
    boolean isAhead = depth == 1 && then.size() == LONG;
    var decision = isAhead ? Operation.Decision.AHEAD : Operation.Decision.STEP_BY_STEP;
    return new MapRequest(
        new Operation.Transaction(compares, then, otherwise, decision),
        new MapOp.Transaction(recorded, thenRecorded, otherwiseRecorded, isAhead));
  }

  private void compare(List<Compare> compares, List<io.jangada.check.Compare> recorded) {
    KeyRange keys = random.nextInt(4) == 0 ? range() : MapRequest.asked(anyKey());
    var same = MapRequest.recorded(keys);
    int relation = random.nextBoolean() ? 0 : random.nextInt(4);
    Compare.Relation asked = Compare.Relation.values()[relation];
    var known = io.jangada.check.Compare.Relation.valueOf(asked.name());
    if (random.nextBoolean()) {
      String value = value();
      compares.add(new Compare.Value(keys, asked, Bytes.utf8(value)));
      recorded.add(new io.jangada.check.Compare.Value(same, known, value));
      return;
    }
    Compare.Field field = random.nextBoolean() ? Compare.Field.CREATED : Compare.Field.CHANGES;
    long number = field == Compare.Field.CREATED ? 0 : random.nextInt(4);
    compares.add(new Compare.Number(keys, field, asked, number));
    var knownField = io.jangada.check.Compare.Field.valueOf(field.name());
    recorded.add(new io.jangada.check.Compare.Number(same, knownField, known, number));
  }

  private void step(int depth, List<Operation.Step> steps, List<MapOp> recorded) {
    MapRequest step =
        switch (random.nextInt(7)) {
          case 0, 1 -> setting(word());
          case 2 -> add(number());
          case 3 -> deletion();
          case 4 -> {
            String key = anyKey();
            yield new MapRequest(new Operation.Get(Bytes.utf8(key)), MapOp.get(key));
          }
          case 5 -> read(range(), 0);
          default -> depth < NESTING_MAX ? transaction(depth + 1) : setting(word());
        };
    steps.add((Operation.Step) step.operation());
    recorded.add(step.op());
  }

  private MapRequest setting(String key) {
    String value = value();
    return new MapRequest(put(Bytes.utf8(key), set(value), ALWAYS), new MapOp.Put(key, value));
  }

  /// What the history has no words for: its answer alone is looked at.
  Operation.Command other() {
    Bytes key = Bytes.utf8("o" + random.nextInt(2));
    Bytes bytes = Bytes.utf8(value());
    var growth = new Change.Growth(random.nextBoolean(), LENGTH_MAX);
    long delta = random.nextLong();
    Long initial = random.nextBoolean() ? null : random.nextLong();
    Change change =
        switch (random.nextInt(6)) {
          case 0 -> new Change.Keep();
          case 1 -> new Change.Add(Change.Arithmetic.UNSIGNED, delta, initial);
          case 2 -> new Change.Add(Change.Arithmetic.UNSIGNED_DOWN, delta, initial);
          case 3 -> new Change.Add(Change.Arithmetic.SIGNED, delta, initial);
          case 4 -> new Change.Extend(Change.Side.FRONT, bytes, growth);
          default -> new Change.Replace(random.nextInt(4), bytes, growth);
        };
    Condition condition =
        switch (random.nextInt(6)) {
          case 0 -> new Condition.Unique(random.nextLong(100));
          case 1 -> new Condition.Changes(random.nextLong(1, 4));
          case 2 -> new Condition.Present();
          default -> ALWAYS;
        };
    Lifetime lifetime = random.nextBoolean() ? new Lifetime.Same() : new Lifetime.Of(200);
    return new Operation.Put(key, change, lifetime, condition, random.nextBoolean());
  }

  /// A range, or its first part, or how many there are.
  ///
  /// @param revision 0 for the newest
  MapRequest read(KeyRange keys, long revision) {
    var recorded = MapRequest.recorded(keys);
    if (random.nextInt(4) == 0) {
      var counting =
          new Operation.Selection(
              Operation.Detail.COUNT, Operation.Between.ANY, Operation.Between.ANY);
      var count = new Operation.Range(keys, revision, counting, Operation.Page.ALL);
      return new MapRequest(count, new MapOp.Count(recorded));
    }
    int limit = random.nextInt(1, 2 * this.keys + 2);
    boolean descending = random.nextBoolean();
    Operation.Page page = new Operation.Page(descending, limit);
    return new MapRequest(
        new Operation.Range(keys, revision, Operation.Selection.ALL, page),
        new MapOp.Range(recorded, limit, descending));
  }
}
