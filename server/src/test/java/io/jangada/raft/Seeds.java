package io.jangada.raft;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/// Runs a test with many seeds, and names the one that fails.
final class Seeds {
  private Seeds() {}

  static void each(int count, Consumer<SplittableRandom> test) {
    for (long seed = 1; seed <= count; seed++) {
      try {
        test.accept(new SplittableRandom(seed));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
