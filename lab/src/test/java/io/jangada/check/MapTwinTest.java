package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The search against a stupid twin, on many small histories, good and spoilt.
class MapTwinTest {
  private static final int RUNS = Integer.getInteger("check.runs", 3000);

  @Test
  void agreesWithTheTwin() {
    int bad = 0;
    int good = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      SplittableRandom dice = new SplittableRandom(seed);
      var shape = new RandomMap.Shape(4 + dice.nextInt(16), 3, 1 + dice.nextInt(3), 2, 300);
      MapHistory real = RandomMap.draw(shape, dice).history();
      assertThat(new MapChecker().check(real)).isInstanceOf(MapVerdict.Explained.class);
      MapHistory spoilt = RandomMap.spoilt(real, dice);
      boolean explained = MapTwin.isExplained(spoilt);
      if (explained) good++;
      else bad++;
      assertThat(new MapChecker().check(spoilt))
          .as("seed %d", seed)
          .isInstanceOf(explained ? MapVerdict.Explained.class : MapVerdict.Violated.class);
    }
    System.out.println("spoilt histories that are explained even so: " + good + ", not: " + bad);
    assertThat(bad).isGreaterThan(RUNS / 4);
    assertThat(good).isPositive();
  }
}
