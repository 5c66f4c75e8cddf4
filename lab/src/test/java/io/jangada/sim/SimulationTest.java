package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs of the simulator that every build makes. Long swarms are `bin/jangada sim --minutes M`.
class SimulationTest {
  private static final int SEEDS = 1_000;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  @DisplayName("a swarm of seeds keeps every law and comes to rest")
  void swarm() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Simulation.Report report = Simulation.run(seed, null);
      assertThat(report.isGood())
          .as("%s%nreplay it with: bin/jangada sim --seed %d --trace", report, seed)
          .isTrue();
    }
  }

  @Test
  @DisplayName("the same seed gives the same story, to the last line")
  void sameSeedSameStory() {
    for (long seed = 20_001; seed <= 20_015; seed++) {
      List<String> first = new ArrayList<>();
      List<String> second = new ArrayList<>();
      Simulation.Report one = Simulation.run(seed, first::add);
      Simulation.Report two = Simulation.run(seed, second::add);
      assertThat(second).as("the story of seed %d", seed).isEqualTo(first);
      assertThat(two.traceHash()).as("the trace of seed %d", seed).isEqualTo(one.traceHash());
      assertThat(first.size()).as("lines of seed %d", seed).isGreaterThan(5);
    }
  }

  /// 5535: of three founders one had met no term, and one that had voted lost its disk: the two
  /// founded the cluster once more, which nobody can help (decision 18) and the storm must not do.
  /// 7505: the same after two of three founders had left the cluster. 446: a leader that was ahead
  /// in time left no entry, and a lease of another ended too soon.
  @ParameterizedTest
  @ValueSource(longs = {446, 5535, 7505})
  @DisplayName("a seed that broke a law once keeps every law")
  void seedsThatBrokeALaw(long seed) {
    assertThat(Simulation.run(seed, null).failure()).isNull();
  }

  @Test
  @DisplayName("another seed gives another story")
  void otherSeedOtherStory() {
    assertThat(Simulation.run(1, null).traceHash())
        .isNotEqualTo(Simulation.run(2, null).traceHash());
  }

  @Test
  @DisplayName("clients and watchers get work done in the storm: most of what they ask is answered")
  void clientsAreServed() {
    List<String> lines = new ArrayList<>();
    long asked = 0;
    long answered = 0;
    for (long seed = 30_001; seed <= 30_030; seed++) {
      var operations = Simulation.run(seed, lines::add).history().operations();
      asked += operations.size();
      answered +=
          operations.stream()
              .filter(operation -> operation.ending() instanceof io.jangada.check.Ending.Ok)
              .count();
    }
    assertThat(asked).isGreaterThan(3_000);
    assertThat(answered * 2).as("answered of %d", asked).isGreaterThan(asked);
    assertThat(sum(lines, "the whole map: (\\d+) operations")).isGreaterThan(1_000);
    assertThat(sum(lines, "explained: (\\d+) revisions")).isGreaterThan(300);
    assertThat(sum(lines, "was told of (\\d+) changes")).isGreaterThan(2_000);
    assertThat(sum(lines, "changes by (\\d+) watches")).isGreaterThan(100);
    assertThat(sum(lines, "(\\d+) times overtaken")).isGreaterThan(10);
  }

  private static long sum(List<String> lines, String number) {
    Pattern pattern = Pattern.compile(number);
    return lines.stream()
        .map(pattern::matcher)
        .filter(Matcher::find)
        .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
        .sum();
  }
}
