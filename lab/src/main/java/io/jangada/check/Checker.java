package io.jangada.check;

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
  /// orders met in one search (about 200 bytes each while they are held).
  public record Limits(long effortMax, int nodesMax) {
    /// Ten to twenty seconds and a few hundred megabytes at the most.
    public static final Limits USUAL = new Limits(500_000_000, 2_000_000);

    /// See the record; both are at least 1.
    public Limits {
      if (effortMax < 1 || nodesMax < 1)
        throw new IllegalArgumentException("limits are at least 1");
    }
  }

  /// The effort for being lucky, for each operation of the key.
  private static final long LUCK = 1000;

  private final Limits limits;
  private final long luck;

  /// A checker with the usual limits.
  public Checker() {
    this(Limits.USUAL);
  }

  /// A checker with limits of its caller's.
  public Checker(Limits limits) {
    this(limits, LUCK);
  }

  /// A checker that tries to be lucky with `luck` effort for each operation.
  Checker(Limits limits, long luck) {
    this.limits = limits;
    this.luck = luck;
  }

  /// Checks every key until one is found wanting. Keys that stay undecided count only if none is.
  public Verdict check(History history) {
    List<Verdict.Order> orders = new ArrayList<>();
    Verdict.Undecided undecided = null;
    for (Map.Entry<String, List<RecordedOp>> entry : history.byKey().entrySet()) {
      switch (new KeyCheck(entry.getKey(), entry.getValue(), limits, luck).verdict()) {
        case Verdict.Linearizable(List<Verdict.Order> found) -> orders.addAll(found);
        case Verdict.NotLinearizable bad -> {
          return bad;
        }
        case Verdict.Undecided open -> undecided = undecided == null ? open : undecided;
      }
    }
    return undecided != null ? undecided : new Verdict.Linearizable(orders);
  }
}
