package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class NumberRingTest {
  @RepeatedTest(20)
  @DisplayName("it holds what a sorted map would, whatever is put in and taken out")
  void twin() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    NumberRing<String> ring = new NumberRing<>();
    TreeMap<Long, String> twin = new TreeMap<>();
    long middle = random.nextLong(-1_000, Long.MAX_VALUE / 2);
    for (int step = 0; step < 3_000; step++) {
      long number = middle + random.nextLong(200);
      if (random.nextBoolean()) {
        ring.put(number, "step " + step);
        twin.put(number, "step " + step);
      } else {
        assertThat(ring.remove(number)).as("seed %d", seed).isEqualTo(twin.remove(number));
      }
      if (random.nextInt(20) == 0) middle += random.nextLong(100);
      long other = middle + random.nextLong(-300, 300);
      assertThat(ring.get(other)).as("seed %d", seed).isEqualTo(twin.get(other));
      assertThat(ring.isEmpty()).as("seed %d", seed).isEqualTo(twin.isEmpty());
      String lowest = twin.isEmpty() ? null : twin.firstEntry().getValue();
      assertThat(ring.firstWhile(value -> !value.endsWith("7")))
          .as("seed %d", seed)
          .isEqualTo(twin.values().stream().takeWhile(value -> !value.endsWith("7")).toList());
      assertThat(ring.peek()).as("seed %d", seed).isEqualTo(lowest);
      if (!twin.isEmpty()) assertThat(ring.first()).as("seed %d", seed).isEqualTo(twin.firstKey());
    }
  }

  @Test
  @DisplayName("an empty ring has no first number")
  void empty() {
    NumberRing<String> ring = new NumberRing<>();
    ring.put(7, "seven");
    assertThat(ring.remove(7)).isEqualTo("seven");
    assertThatThrownBy(ring::first).isInstanceOf(IllegalStateException.class);
  }
}
