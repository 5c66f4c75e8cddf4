package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Histories of the size that simulations make must be decided, within the usual limits. How long
/// it took is printed and not demanded.
class CheckerSpeedTest {

  @ParameterizedTest
  @CsvSource({
    "5, 5, 0",
    "5, 0, 0",
    "5, 5, 5",
    "5, 0, 10",
    "5, 5, 10",
    "1, 5, 0",
    "1, 0, 0",
    "1, 5, 10",
    "1, 3, 3"
  })
  void decidesTenThousandOperations(int keys, int values, int versions) {
    for (long seed = 1; seed <= Integer.getInteger("check.seeds", 1); seed++) {
      SplittableRandom dice = new SplittableRandom(seed);
      History real =
          RandomHistory.draw(
              new RandomHistory.Shape(10_000, 20, keys, values, 30, 20, versions), dice);
      History spoilt = RandomHistory.spoilt(real, dice);
      long start = System.nanoTime();
      Verdict good = new Checker().check(real);
      long middle = System.nanoTime();
      Verdict other = new Checker().check(spoilt);
      long end = System.nanoTime();
      System.out.printf(
          "%d keys, %d values, versions %d/10, seed %d: %d ms; spoilt: %d ms, %s%n",
          keys,
          values,
          versions,
          seed,
          (middle - start) / 1_000_000,
          (end - middle) / 1_000_000,
          other);
      assertThat(good).isInstanceOf(Verdict.Linearizable.class);
      assertThat(other).isNotInstanceOf(Verdict.Undecided.class);
    }
  }
}
