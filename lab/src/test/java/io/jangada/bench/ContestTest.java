package io.jangada.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/// Ratios are those of turns, not of what is in the middle of each.
class ContestTest {
  private static final Load LOAD = new Load(Workload.put, 1, 1, 0, 10, 10, true, 1, 0);

  private static List<BenchRun.Result> turns(long... operations) {
    return Arrays.stream(operations).mapToObj(ContestTest::result).toList();
  }

  private static BenchRun.Result result(long operations) {
    Histogram latencies = new Histogram(3);
    latencies.recordValueWithCount(1, operations);
    Measured measured = new Measured(LOAD, 1, latencies, 0, 0, 0, null);
    Limits limits = new Limits("ext4", 26, 1, 1, 1, 1);
    return new BenchRun.Result(
        measured,
        limits,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void ratiosAreOfTurns() {
    Contest contest = new Contest(turns(100, 300, 900), turns(50, 300, 90));
    Contest.Ratio ratio = contest.ratio(result -> result.measured().perSecond());
    assertThat(ratio).isEqualTo(new Contest.Ratio(2, 1, 10));
    assertThat(Contest.middle(contest.ours()).measured().operations()).isEqualTo(300);
    assertThat(Contest.middle(contest.theirs()).measured().operations()).isEqualTo(90);
  }

  @Test
  void aTurnThatCameToNothingSpoilsIt() {
    assertThat(new Contest(turns(5), turns(5)).isGood()).isTrue();
    assertThat(new Contest(turns(5), turns(0)).isGood()).isFalse();
    assertThat(new Contest(turns(0), turns(5)).isGood()).isFalse();
    assertThatThrownBy(() -> new Contest(turns(5, 5), turns(5)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
