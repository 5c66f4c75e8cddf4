package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.Envelope;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClusterClockTest {
  private static final long MILLI = 1_000_000;

  @Test
  @DisplayName("a leader counts every millisecond of its own clock")
  void leaderCounts() {
    ClusterClock clock = new ClusterClock(5_000, 77 * MILLI);
    clock.leads(true, 77 * MILLI);
    assertThat(clock.millis(77 * MILLI)).isEqualTo(5_000);
    assertThat(clock.millis(78 * MILLI - 1)).isEqualTo(5_000);
    assertThat(clock.millis(1_077 * MILLI)).isEqualTo(6_000);
  }

  @Test
  @DisplayName("a follower that hears nothing counts fifteen milliseconds of sixteen")
  void followerLoses() {
    ClusterClock clock = new ClusterClock(0, 0);
    clock.synchronize(1_000, 0);
    assertThat(clock.millis(16_000 * MILLI)).isEqualTo(16_000);
    clock.synchronize(20_000, 16_000 * MILLI);
    assertThat(clock.millis(16_000 * MILLI)).isEqualTo(20_000);
  }

  @Test
  @DisplayName("what the leader says counts, even where the own reading was greater")
  void theLeaderIsRight() {
    ClusterClock clock = new ClusterClock(0, 0);
    clock.synchronize(1_000, 0);
    clock.synchronize(1_500, 1_000 * MILLI);
    assertThat(clock.millis(1_000 * MILLI)).isEqualTo(1_500);
  }

  @Test
  @DisplayName("beginning and ending to lead shift nothing")
  void noShift() {
    ClusterClock clock = new ClusterClock(0, 0);
    clock.synchronize(1_000, 0);
    clock.leads(true, 1_600 * MILLI);
    assertThat(clock.millis(1_600 * MILLI)).isEqualTo(2_500);
    assertThat(clock.millis(2_600 * MILLI)).isEqualTo(3_500);
    clock.leads(true, 2_600 * MILLI);
    clock.leads(false, 3_600 * MILLI);
    assertThat(clock.millis(3_600 * MILLI)).isEqualTo(4_500);
    assertThat(clock.millis(5_200 * MILLI)).isEqualTo(6_000);
  }

  @Test
  @DisplayName("a stamp in the log is a time that was reached; an older one changes nothing")
  void reached() {
    ClusterClock clock = new ClusterClock(0, 0);
    clock.leads(true, 0);
    clock.reached(9_000, 10 * MILLI);
    assertThat(clock.millis(10 * MILLI)).isEqualTo(9_000);
    clock.reached(3, 1_010 * MILLI);
    assertThat(clock.millis(1_010 * MILLI)).isEqualTo(10_000);
  }

  @Test
  @DisplayName("a moment before the last reading reads the same")
  void notBackwards() {
    ClusterClock clock = new ClusterClock(0, 0);
    clock.leads(true, 0);
    clock.synchronize(1_000, 100 * MILLI);
    assertThat(clock.millis(50 * MILLI)).isEqualTo(1_000);
  }

  /// Clocks that differ by up to six percent, leaders that change and messages that are late:
  /// cluster time never runs faster than the fastest clock, so nothing ends early by more than
  /// clocks differ.
  @Test
  @DisplayName("no follower is ever ahead of its leader, and no new leader of the old one")
  void neverAhead() {
    for (long seed = 1; seed <= 500; seed++) neverAhead(seed);
  }

  private static void neverAhead(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int members = 3;
    long[] offset = new long[members];
    long[] speed = new long[members];
    ClusterClock[] clocks = new ClusterClock[members];
    long now = 0;
    for (int i = 0; i < members; i++) {
      offset[i] = random.nextLong();
      // Thousandths: the fastest is six percent faster than the slowest.
      speed[i] = random.nextLong(1_000, 1_061);
      clocks[i] = new ClusterClock(0, offset[i]);
    }
    int leader = 0;
    clocks[0].leads(true, offset[0]);
    for (int step = 0; step < 300; step++) {
      now += random.nextLong(500 * MILLI);
      long truth = clocks[leader].millis(offset[leader] + now / 1_000 * speed[leader]);
      for (int i = 0; i < members; i++) {
        long reading = clocks[i].millis(offset[i] + now / 1_000 * speed[i]);
        assertThat(reading).as("seed %d, step %d", seed, step).isLessThanOrEqualTo(truth);
      }
      int member = random.nextInt(members);
      if (member == leader) continue;
      if (random.nextInt(10) > 0) {
        now += random.nextLong(20 * MILLI);
        clocks[member].synchronize(truth, offset[member] + now / 1_000 * speed[member]);
      } else {
        clocks[leader].leads(false, offset[leader] + now / 1_000 * speed[leader]);
        leader = member;
        clocks[leader].leads(true, offset[leader] + now / 1_000 * speed[leader]);
        // The others go by the new leader as soon as they hear of it.
        truth = clocks[leader].millis(offset[leader] + now / 1_000 * speed[leader]);
        for (int i = 0; i < members; i++)
          if (i != leader) clocks[i].synchronize(truth, offset[i] + now / 1_000 * speed[i]);
      }
    }
  }

  @Test
  void timeStopsAtItsEndInsteadOfPassingIt() {
    ClusterClock clock = new ClusterClock(0, 0);
    clock.synchronize(Envelope.CLUSTER_TIME_MILLIS_MAX - 1, 0);
    assertThat(clock.millis(1_000_000_000_000L)).isEqualTo(Envelope.CLUSTER_TIME_MILLIS_MAX);
  }
}
