package io.jangada.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/// Ratios are those of turns, not of what is in the middle of each.
class ComparisonTest {
  private static final Load LOAD =
      new Load(Workload.put, Load.Clients.ONE, new Load.Data(10, 10, true), Load.Times.SHORT);

  private static List<BenchRun.Result> turns(long... operations) {
    return Arrays.stream(operations).mapToObj(ComparisonTest::result).toList();
  }

  private static BenchRun.Result result(long operations) {
    Histogram latencies = new Histogram(3);
    latencies.recordValueWithCount(1, operations);
    Measured measured = new Measured(LOAD, 1, latencies, Measured.Mishaps.NONE);
    MachineBaseline limits = new MachineBaseline("ext4", 26, new MachineBaseline.Syncs(1, 1, 1), 1);
    return new BenchRun.Result(measured, limits, BenchRun.Costs.UNKNOWN, Optional.empty());
  }

  @Test
  void ratiosAreOfTurns() {
    Comparison contest = new Comparison(turns(100, 300, 900), turns(50, 300, 90));
    Comparison.Ratio ratio = contest.ratio(result -> result.measured().perSecond());
    assertThat(ratio).isEqualTo(new Comparison.Ratio(2, 1, 10));
    assertThat(Comparison.middle(contest.ours()).measured().operations()).isEqualTo(300);
    assertThat(Comparison.middle(contest.theirs()).measured().operations()).isEqualTo(90);
  }

  @Test
  void aTurnThatCameToNothingSpoilsIt() {
    assertThat(new Comparison(turns(5), turns(5)).isGood()).isTrue();
    assertThat(new Comparison(turns(5), turns(0)).isGood()).isFalse();
    assertThat(new Comparison(turns(0), turns(5)).isGood()).isFalse();
    assertThatThrownBy(() -> new Comparison(turns(5, 5), turns(5)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
