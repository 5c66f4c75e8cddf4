package io.jangada.check;

import java.util.List;

/// What a store answered to a [MapOp], or to a step of a transaction.
public sealed interface MapResult {
  /// What a read saw, in the order asked for; `count` is of all in the range, whatever the limit,
  /// or [MapItem#NOT_NAMED]; `more` whether the limit left some out.
  record Items(List<MapItem> items, long count, boolean more) implements MapResult {
    public Items {
      items = List.copyOf(items);
    }
  }

  /// How many keys there were.
  record Counted(long count) implements MapResult {}

  /// The write took effect.
  record Done() implements MapResult {}

  /// So many keys were taken away.
  record Deleted(long count) implements MapResult {}

  /// The sum that was written.
  record Number(long value) implements MapResult {}

  /// Which of its lists a transaction did, and what its steps answered.
  record Transacted(boolean succeeded, List<MapResult> results) implements MapResult {
    public Transacted {
      results = List.copyOf(results);
    }
  }

  /// It cannot be done over what is there, and nothing was changed.
  record Refused() implements MapResult {}

  /// Whether a store can answer `op` so at all.
  default boolean answers(MapOp op) {
    return switch (op) {
      case MapOp.Range _ -> this instanceof Items;
      case MapOp.Count _ -> this instanceof Counted;
      case MapOp.Stale(MapOp read) -> answers(read);
      case MapOp.Put _, MapOp.Append _ -> this instanceof Done;
      case MapOp.Delete _ -> this instanceof Deleted;
      case MapOp.Add _ -> this instanceof Number || this instanceof Refused;
      case MapOp.Transaction t -> this instanceof Refused || answersSteps(t);
    };
  }

  private boolean answersSteps(MapOp.Transaction t) {
    if (!(this instanceof Transacted(boolean succeeded, List<MapResult> results))) return false;
    List<MapOp> steps = t.steps(succeeded);
    if (steps.size() != results.size()) return false;
    for (int i = 0; i < steps.size(); i++)
      if (results.get(i) instanceof Refused || !results.get(i).answers(steps.get(i))) return false;
    return true;
  }

  /// Whether it says that something was changed, so that the operation has a revision of its own.
  default boolean changed() {
    return switch (this) {
      case Items _, Counted _, Refused _ -> false;
      case Done _, Number _ -> true;
      case Deleted(long count) -> count > 0;
      case Transacted(boolean _, List<MapResult> results) ->
          results.stream().anyMatch(MapResult::changed);
    };
  }
}
