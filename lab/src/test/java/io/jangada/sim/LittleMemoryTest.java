package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Members that have little memory, in the simulator.
class LittleMemoryTest {
  @Test
  @DisplayName("clusters that are given more than they may hold keep every law, and are full")
  void hoarding() {
    int full = 0;
    for (long seed = 1; seed <= 20; seed++) {
      List<String> lines = new ArrayList<>();
      Simulation.Report report =
          Simulation.run(
              seed, swarm -> swarm.hoarding(500_000), new Simulation.Plan(_ -> {}, lines::add));
      assertThat(report.isGood()).as("%s", report).isTrue();
      if (lines.stream().anyMatch(line -> line.endsWith("is out of memory"))) full++;
    }
    assertThat(full).as("of 20 clusters, full").isGreaterThan(8);
  }
}
