package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.List;
import java.util.function.Function;

/// A script with its keys and arguments, as what the store does for it.
///
/// @param millis how long something is to live; 0 where nothing is said of that
record ScriptCall(LockScript script, List<Bytes> keys, List<Bytes> arguments, long millis) {
  private static final Bytes ADDED = Bytes.utf8("0");

  /// The step. It can stand alone, or in a transaction.
  Operation.Step step() {
    return switch (script.program()) {
      case DELETE -> deletes(keys.getFirst());
      case EXPIRE_MILLIS, EXPIRE_SECONDS ->
          millis <= 0
              ? deletes(keys.getFirst())
              : new Operation.Put(
                  keys.getFirst(),
                  new Change.Keep(),
                  lifetime(),
                  new Condition.Value(token()),
                  false);
      case EXTEND -> transaction(List.of(isEqual(keys.getFirst())), List.of(extended()));
      case TAKE -> sets(keys.getFirst(), new Condition.AbsentOrValue(token()));
      case TAKE_ALL -> setsAll(ScriptCall::isAbsent);
      case EXTEND_ALL -> setsAll(this::isEqual);
      case DELETE_ALL -> transaction(List.of(), keys.stream().map(this::deletes).toList());
    };
  }

  private Bytes token() {
    return arguments.getFirst();
  }

  private Lifetime lifetime() {
    return new Lifetime.Of(millis);
  }

  private Operation.Step deletes(Bytes key) {
    return new Operation.Delete(key, new Condition.Value(token()));
  }

  /// A key without an end stays so.
  private Operation.Step extended() {
    Bytes key = keys.getFirst();
    Condition ends = new Condition.Ends(Condition.End.SOMETIME, 0);
    boolean isAdded = isAdded(arguments);
    if (!isAdded && millis <= 0) return new Operation.Delete(key, ends);
    Lifetime extended = isAdded ? new Lifetime.Extended(millis) : lifetime();
    return new Operation.Put(key, new Change.Keep(), extended, ends, false);
  }

  /// Whether the time that a key has is extended, and not replaced.
  static boolean isAdded(List<Bytes> arguments) {
    return arguments.get(2).equals(ADDED);
  }

  private Operation.Step sets(Bytes key, Condition condition) {
    return new Operation.Put(key, new Change.Set(token(), 0), lifetime(), condition, false);
  }

  private Operation.Step setsAll(Function<Bytes, Compare> guard) {
    return transaction(
        keys.stream().map(guard).toList(),
        keys.stream().map(key -> sets(key, new Condition.Always())).toList());
  }

  private static Operation.Transaction transaction(
      List<Compare> compares, List<Operation.Step> then) {
    return new Operation.Transaction(compares, then, List.of());
  }

  private static Compare isAbsent(Bytes key) {
    return new Compare.Number(KeyRange.of(key), Compare.Field.CREATED, Compare.Relation.EQUAL, 0);
  }

  private Compare isEqual(Bytes key) {
    return new Compare.Value(KeyRange.of(key), Compare.Relation.EQUAL, token());
  }

  /// What the script returns; null for nil.
  ///
  /// @param result of the step, no [Result.Refused]
  Long returned(Result result) {
    long done =
        switch (script.program()) {
          case DELETE, EXPIRE_MILLIS, EXPIRE_SECONDS, TAKE -> isDone(result) ? 1 : 0;
          case EXTEND -> doneOf(result) > 0 ? 1 : 0;
          case TAKE_ALL, EXTEND_ALL, DELETE_ALL -> doneOf(result);
        };
    if (done > 0) return done;
    return switch (script.otherwise()) {
      case ZERO -> 0L;
      case NIL -> null;
      case MINUS_ONE_FOR_ABSENT -> result instanceof Result.NotFound ? -1L : 0L;
    };
  }

  private static boolean isDone(Result result) {
    return result instanceof Result.Changed || result instanceof Result.Deleted;
  }

  private static long doneOf(Result result) {
    return result instanceof Result.Transacted(_, _, List<Result> results)
        ? results.stream().filter(ScriptCall::isDone).count()
        : 0;
  }
}
