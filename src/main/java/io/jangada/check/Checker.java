package io.jangada.check;

import io.jangada.check.Search.End;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Says whether a [History] is linearizable: whether the operations of each key have an order,
/// fitting with what ended before what, in which a single register that does one at a time gives
/// every answer that was given. A key is a register of its own, and a history is linearizable
/// exactly when each key's part is (Herlihy and Wing 1990), so keys are checked one by one.
///
/// Deterministic: equal histories get equal verdicts, after equal effort.
public final class Checker {

  /// How much one key may take: `effortMax` placements and comparisons tried, `nodesMax` partial
  /// orders held in memory (about 200 bytes each).
  public record Limits(long effortMax, int nodesMax) {

    /// A few seconds and a few hundred megabytes at the most.
    public static final Limits USUAL = new Limits(200_000_000, 1_500_000);

    /// See the record; both are at least 1.
    public Limits {
      if (effortMax < 1 || nodesMax < 1) {
        throw new IllegalArgumentException("limits are at least 1");
      }
    }
  }

  private final Limits limits;

  /// A checker with the usual limits.
  public Checker() {
    this(Limits.USUAL);
  }

  /// A checker with limits of its caller's.
  public Checker(Limits limits) {
    this.limits = limits;
  }

  /// Checks every key until one is found wanting. Keys that stay undecided count only if none is.
  public Verdict check(History history) {
    List<Verdict.Order> orders = new ArrayList<>();
    Verdict.Undecided undecided = null;
    for (Map.Entry<String, List<Operation>> entry : history.byKey().entrySet()) {
      switch (checkKey(entry.getKey(), entry.getValue())) {
        case Verdict.Linearizable(List<Verdict.Order> found) -> orders.addAll(found);
        case Verdict.NotLinearizable bad -> {
          return bad;
        }
        case Verdict.Undecided open -> undecided = undecided == null ? open : undecided;
      }
    }
    return undecided != null ? undecided : new Verdict.Linearizable(orders);
  }

  private Verdict checkKey(String key, List<Operation> operations) {
    Course course = Course.of(operations);
    if (course.tooWide()) {
      return new Verdict.Undecided(key, "too many operations at once");
    }
    boolean[] counted = new boolean[course.kinds().size()];
    long effort = 0;
    while (true) {
      Search search = new Search(course, counted, limits, effort);
      switch (search.run()) {
        case End.Stuck stuck -> {
          return new Explanation(key, operations, course).of(stuck);
        }
        case End.GaveUp(String why) -> {
          return new Verdict.Undecided(key, why);
        }
        case End.Found(Search.Node last) -> {
          Witness witness = Witness.of(course, last);
          if (!witness.markOverspent(counted)) {
            List<Operation> order = witness.order();
            Witness.verify(operations, order);
            return new Verdict.Linearizable(List.of(new Verdict.Order(key, order)));
          }
        }
      }
      effort = search.effort();
    }
  }
}
