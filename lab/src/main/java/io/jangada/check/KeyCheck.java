package io.jangada.check;

import io.jangada.check.Search.End;
import java.util.List;

/// The check of one key: searches, each with what the one before taught, until one settles it or
/// the effort is spent.
final class KeyCheck {
  private final String key;
  private final List<RecordedOp> operations;
  private final Checker.Limits limits;
  private final long luck;
  private final KeyTimeline course;
  private final boolean[] counted;
  private boolean lenient = true;
  private long left;

  /// `luck` is the effort, for each operation, of the first try to find an order soon.
  KeyCheck(String key, List<RecordedOp> operations, Checker.Limits limits, long luck) {
    this.key = key;
    this.operations = operations;
    this.limits = limits;
    this.luck = luck;
    this.course = KeyTimeline.of(operations);
    this.counted = new boolean[course.kinds().size()];
    this.left = limits.effortMax();
  }

  Verdict verdict() {
    if (course.tooWide()) return new Verdict.Undecided(key, "too many operations at once");
    while (true) {
      switch (search()) {
        case End.Stuck stuck -> {
          return new Explanation(key, operations, course).of(stuck);
        }
        case End.GaveUp() -> {
          return new Verdict.Undecided(
              key,
              left <= 0
                  ? "tried " + limits.effortMax() + " placements"
                  : "met " + limits.nodesMax() + " partial orders");
        }
        case End.Found(Search.Node last) -> {
          Linearization witness = Linearization.of(course, last);
          List<RecordedOp> order = witness.order();
          boolean overspent = witness.markOverspent(counted);
          if (!overspent && Linearization.verified(operations, order))
            return new Verdict.Linearizable(List.of(new Verdict.Order(key, order)));
          if (!overspent) beStrict();
        }
      }
    }
  }

  private void beStrict() {
    if (!lenient || !course.versions())
      throw new IllegalStateException("the order found is none, key " + key);
    lenient = false;
  }

  /// The same question put in up to three ways: [Search] says why.
  private End search() {
    End end = search(Search.Walk.DEEPEST_FIRST, Math.min(left, luck * operations.size()));
    if (end instanceof End.GaveUp) end = search(Search.Walk.LEVEL_BY_LEVEL, left / 2);
    if (end instanceof End.GaveUp) end = search(Search.Walk.DEEPEST_FIRST, left);
    return end;
  }

  private End search(Search.Walk walk, long effort) {
    Search search =
        new Search(course, new Search.Plan(counted, lenient, walk, effort, limits.nodesMax()));
    End end = search.run();
    left -= search.effort();
    return end;
  }
}
