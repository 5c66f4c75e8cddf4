package io.jangada.raft;

import java.util.random.RandomGenerator;

/// Dice that show what the test wants: the longest election timeout, until it asks for another.
final class Dice implements RandomGenerator {
  /// The id that a cluster gets.
  static final long DRAWN = 0xc1;

  int next = Integer.MAX_VALUE;

  @Override
  public int nextInt(int bound) {
    return Math.min(next, bound - 1);
  }

  @Override
  public long nextLong() {
    return DRAWN;
  }
}
