package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Random schedules: all laws after every step, and convergence at the end.
class RandomWalkTest {
  private static final int SEEDS = Integer.getInteger("walk.seeds", 200);
  private static final long FIRST = Long.getLong("walk.first", 1);
  private static final int STEPS = 1500;

  @Test
  void whateverHappensTheLawsHoldAndTheCalmConverges() {
    long committed = 0;
    int leaders = 0;
    long wiped = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      try {
        RandomWalk walk = new RandomWalk(seed);
        walk.storm(STEPS);
        walk.calm();
        committed += walk.cluster.laws.committedLast();
        wiped += walk.wiped;
        leaders += walk.cluster.laws.leadersSoFar();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "seed " + seed + " (-Dwalk.first=" + seed + " -Dwalk.seeds=1): " + e.getMessage(), e);
      }
    }
    assertThat(committed / SEEDS).as("entries committed in a walk").isGreaterThan(10);
    assertThat(wiped).as("members that lost all they had").isGreaterThan(SEEDS / 10);
    assertThat(leaders / SEEDS).as("leaders in a walk").isGreaterThan(2);
  }
}
