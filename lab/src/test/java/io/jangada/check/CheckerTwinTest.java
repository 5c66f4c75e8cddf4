package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The checker against a twin that tries everything, on thousands of tiny histories, real and
/// spoilt.
class CheckerTwinTest {

  private static final int HISTORIES = Integer.getInteger("check.histories", 90_000);

  private static final int OPERATIONS = Integer.getInteger("check.operations", 8);

  @Test
  void agreesWithTryingEverything() {
    int[] bad = new int[3];
    for (long seed = 0; seed < HISTORIES; seed++) {
      SplittableRandom dice = new SplittableRandom(seed);
      int versions = new int[] {0, 5, 10}[(int) (seed % 3)];
      RandomHistory.Shape shape =
          new RandomHistory.Shape(
              3 + dice.nextInt(OPERATIONS),
              1 + dice.nextInt(5),
              1,
              dice.nextInt(4),
              dice.nextInt(500),
              dice.nextInt(200),
              versions);
      History real = RandomHistory.draw(shape, dice);
      // Lucky, without luck, and giving up in the middle of luck.
      Checker checker = new Checker(Checker.Limits.USUAL, new long[] {1000, 0, 3}[dice.nextInt(3)]);
      assertThat(checker.check(real))
          .as("seed %d, real%n%s", seed, HistoryText.write(real))
          .isInstanceOf(Verdict.Linearizable.class);
      History spoilt = RandomHistory.spoilt(real, dice);
      spoilt = dice.nextInt(3) == 0 ? RandomHistory.spoilt(spoilt, dice) : spoilt;
      boolean good = BruteForce.linearizable(spoilt);
      bad[(int) (seed % 3)] += good ? 0 : 1;
      assertThat(checker.check(spoilt))
          .as("seed %d, spoilt%n%s", seed, HistoryText.write(spoilt))
          .isInstanceOf(good ? Verdict.Linearizable.class : Verdict.NotLinearizable.class);
    }
    // Both verdicts must come up often, with versions unnamed, partly named and always named.
    for (int refused : bad) {
      assertThat(refused).isBetween(HISTORIES / 3 / 4, HISTORIES / 3 * 9 / 10);
    }
  }
}
