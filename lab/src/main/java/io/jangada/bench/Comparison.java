package io.jangada.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// What came of one load that two stores had in turns, so that whatever the machine did meanwhile
/// met both.
///
/// @param ours one result for each turn
/// @param theirs one for each, right after ours
public record Comparison(List<BenchRun.Result> ours, List<BenchRun.Result> theirs) {
  public Comparison {
    if (ours.isEmpty() || ours.size() != theirs.size())
      throw new IllegalArgumentException(ours.size() + " turns against " + theirs.size());
    ours = List.copyOf(ours);
    theirs = List.copyOf(theirs);
  }

  /// Ours divided by theirs, turn by turn.
  public record Ratio(double median, double lowest, double highest) {}

  /// The result of the turn that was in the middle, by throughput.
  public static BenchRun.Result middle(List<BenchRun.Result> results) {
    List<BenchRun.Result> sorted =
        results.stream()
            .sorted(Comparator.comparingDouble(result -> result.measured().perSecond()))
            .toList();
    return sorted.get(sorted.size() / 2);
  }

  /// @param of what is compared, above 0
  public Ratio ratio(ToDoubleFunction<BenchRun.Result> of) {
    double[] ratios = new double[ours.size()];
    for (int i = 0; i < ratios.length; i++)
      ratios[i] = of.applyAsDouble(ours.get(i)) / of.applyAsDouble(theirs.get(i));
    Arrays.sort(ratios);
    return new Ratio(ratios[ratios.length / 2], ratios[0], ratios[ratios.length - 1]);
  }

  public boolean isGood() {
    return ours.stream().allMatch(result -> result.measured().isGood())
        && theirs.stream().allMatch(result -> result.measured().isGood());
  }
}
