package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Histories of maps of the size that simulations make must be explained, within the usual limits.
/// How long it took is printed and not demanded. A spoilt one is never explained, but for want of
/// limits it may stay undecided.
class MapCheckerSpeedTest {

  /// Keys, values (0 for one of its own for each write), thousandths of unknown outcome.
  @ParameterizedTest
  @CsvSource({"5, 0, 0", "5, 0, 20", "20, 3, 30", "200, 0, 30"})
  void explainsTenThousandOperations(int keys, int values, int lost) {
    SplittableRandom dice = new SplittableRandom(keys + values + lost);
    var shape = new RandomMap.Shape(10_000, 20, keys, values, lost);
    RandomMap.Drawn drawn = RandomMap.draw(shape, dice);
    MapHistory spoilt = RandomMap.spoilt(drawn.history(), dice);
    long start = System.nanoTime();
    MapVerdict alone = new MapChecker().check(drawn.history());
    long first = System.nanoTime();
    MapVerdict watched = new MapChecker().check(drawn.history(), drawn.watches());
    long second = System.nanoTime();
    MapVerdict bad = new MapChecker().check(spoilt);
    long end = System.nanoTime();
    System.out.printf(
        "%s: %d ms, with watchers %d ms, spoilt %d ms: %s%n",
        shape,
        (first - start) / 1_000_000,
        (second - first) / 1_000_000,
        (end - second) / 1_000_000,
        bad.toString().lines().findFirst().orElseThrow());
    assertThat(alone).isInstanceOf(MapVerdict.Explained.class);
    assertThat(watched).isInstanceOf(MapVerdict.Explained.class);
    assertThat(bad).isNotInstanceOf(MapVerdict.Explained.class);
  }
}
