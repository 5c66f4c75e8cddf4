package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Any member passes commands on, and shows what it has: what the port for etcd's clients rests on.
class EdgeTest {
  @Test
  @DisplayName("commands that are passed on are done once; what a member shows was once so")
  void edge() {
    int forwarded = 0;
    int localReads = 0;
    for (long seed = 1; seed <= 10; seed++) {
      long own = seed;
      List<EdgeProbe> probes = new ArrayList<>();
      var plan =
          new Simulation.Plan(
              cluster -> {
                probes.add(new EdgeProbe(cluster, own));
                probes.getFirst().start();
              },
              null);
      Simulation.Report report = Simulation.run(seed, swarm -> swarm, plan);
      assertThat(report.isGood()).as(report.toString()).isTrue();
      forwarded += probes.getFirst().forwarded();
      localReads += probes.getFirst().localReads();
    }
    assertThat(forwarded).isGreaterThan(100);
    assertThat(localReads).isGreaterThan(100);
  }
}
