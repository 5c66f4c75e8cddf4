package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final long MIB = 1 << 20;

  /// What the serial collector makes of a heap with the flags that a server gets.
  private static MemoryPlan plan(long heapMebibytes, Map<Setting, Long> set) {
    Map<Setting, Settings.Value> values = new HashMap<>();
    set.forEach((setting, bytes) -> values.put(setting, new Settings.Value("" + bytes, "a test")));
    long heap = heapMebibytes * MIB;
    return new MemoryPlan(new Settings(values), new MemoryPlan.Heap(heap * 98 / 100, heap * 4 / 5));
  }

  @Test
  @DisplayName("a heap of 1 GiB has what is usual, and two thirds of it are the limit")
  void usual() {
    MemoryPlan plan = plan(1_024, Map.of());
    assertThat(plan.limitBytes() / MIB).isEqualTo(664);
    assertThat(plan.limits().logBytes()).isEqualTo(160 * MIB);
    assertThat(plan.snapshotBytes()).isEqualTo(64 * MIB);
    assertThat(plan.retainedBytes()).isEqualTo(16 * MIB);
    assertThat(plan.inbox().requestBytesMax()).isEqualTo(64 * MIB);
    assertThat(plan.peerQueueBytes(2)).isEqualTo(32 * MIB);
    assertThat(plan.peerQueueBytes(4)).isEqualTo(16 * MIB);
  }

  @Test
  @DisplayName("a small heap has all in proportion, but room for the largest value")
  void small() {
    MemoryPlan plan = plan(256, Map.of());
    assertThat(plan.limitBytes() / MIB).isEqualTo(142);
    assertThat(plan.limits().logBytes() / MIB).isBetween(40L, 43L);
    assertThat(plan.snapshotBytes() / MIB).isBetween(15L, 17L);
    assertThat(plan.text(10_000).together().bytesMax() / MIB).isBetween(11L, 13L);
    assertThat(plan.text(10_000).together().arrivingBytesMax() / MIB).isBetween(15L, 17L);
    assertThat(plan(64, Map.of()).text(10_000).together().arrivingBytesMax())
        .isGreaterThan(8 * MIB);
  }

  @Test
  @DisplayName("less may be set, and more than the heap has is not given")
  void set() {
    assertThat(plan(1_024, Map.of(Setting.MEMORY_BYTES_MAX, 100 * MIB)).limitBytes())
        .isEqualTo(100 * MIB);
    MemoryPlan greedy = plan(1_024, Map.of(Setting.MEMORY_BYTES_MAX, 900 * MIB));
    assertThat(greedy.limitBytes() / MIB).isEqualTo(664);
    assertThat(greedy.isCapped()).isTrue();
    assertThat(plan(1_024, Map.of(Setting.SNAPSHOT_BYTES, 10 * MIB)).snapshotBytes())
        .isEqualTo(10 * MIB);
  }

  @Test
  @DisplayName("whatever the heap, the limits hold together")
  void any() {
    for (long heap = 16; heap < 1 << 20; heap *= 2) {
      MemoryPlan plan = plan(heap, Map.of());
      assertThat(plan.limits().logBytes()).isPositive().isLessThan(plan.limitBytes());
      assertThat(plan.retainedBytesMax()).isGreaterThanOrEqualTo(plan.retainedBytes());
      assertThat(plan.text(10_000).perConnection().bytesMax()).isPositive();
    }
  }
}
