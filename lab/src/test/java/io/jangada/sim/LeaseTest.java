package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Leases rest on how much clocks differ. A leader counts 12 ticks from the moment in which it
/// asked, a follower at least 14 whole ones from the moment in which it heard: see `docs/READS.md`.
class LeaseTest {
  private static final int LEASE_TICKS = 12;

  /// The others count hardly more than 14 ticks while the leader counts 12.
  private static final int INSIDE_PPM = 140_000;

  private static final int FAR_OUTSIDE_PPM = 900_000;

  private static Simulation.Report run(long seed, int leaseTicks, int leaderSlowPpm) {
    return Simulation.run(
        seed,
        swarm -> swarm.withLeases(leaseTicks, 0).withSlowLeaders(leaderSlowPpm),
        Simulation.Plan.NONE);
  }

  @Test
  @DisplayName("leases are safe while clocks differ by no more than they allow for")
  void inside() {
    for (long seed = 1; seed <= 40; seed++) {
      Simulation.Report report = run(seed, LEASE_TICKS, INSIDE_PPM);
      assertThat(report.isGood()).as(report.toString()).isTrue();
    }
  }

  @Test
  @DisplayName("a leader's clock that is too slow is caught, where reads without leases are safe")
  void outside() {
    int caught = 0;
    for (long seed = 1; caught < 5; seed++) {
      assertThat(seed).as("seeds, of which %d were caught", caught).isLessThan(300);
      Simulation.Report leases = run(seed, LEASE_TICKS, FAR_OUTSIDE_PPM);
      if (leases.isGood()) continue;
      caught++;
      assertThat(leases.failure())
          .containsAnyOf(
              "linearizable",
              "no read is staler than it may be",
              "never early",
              "what is read is permitted",
              "the history of the whole map is explained");
      Simulation.Report rounds = run(seed, 0, FAR_OUTSIDE_PPM);
      assertThat(rounds.isGood()).as(rounds.toString()).isTrue();
    }
  }
}
