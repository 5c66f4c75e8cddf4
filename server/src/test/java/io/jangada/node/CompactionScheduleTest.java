package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CompactionScheduleTest {
  private static final long AGE = 64_000;

  private CompactionSchedule schedule = new CompactionSchedule(keeping(AGE, 0));
  private long millis = 50_000;
  private long revision = 1;
  private long compacted = 1;
  private long bytes;
  private boolean isFreeing;

  private static ReplicaSettings.History keeping(long millis, long bytes) {
    return new ReplicaSettings.History(true, millis, bytes);
  }

  private long look(boolean isMemoryShort) {
    var moment = new CompactionSchedule.Moment(millis, revision, compacted, bytes, isFreeing);
    schedule.look(moment);
    return schedule.target(isMemoryShort);
  }

  /// One tick in which history is given up if it is time. Returns whether it was.
  private boolean tick() {
    millis += 10;
    long target = look(false);
    if (target == 0) return false;
    assertThat(target).isGreaterThan(compacted).isLessThanOrEqualTo(revision);
    compacted = target;
    schedule.proposed();
    return true;
  }

  @Test
  @DisplayName("what is older than the age goes soon, what is younger stays, in few parts")
  void age() {
    List<Long> made = new ArrayList<>(List.of(0L, millis));
    int parts = 0;
    long ages = 4;
    for (long end = millis + ages * AGE; millis < end; ) {
      revision++;
      made.add(millis + 10);
      if (tick()) parts++;
      // The state at `compacted` lasted until the next revision was made.
      if (compacted < revision)
        assertThat(millis - made.get((int) compacted + 1)).isLessThan(AGE + AGE / 16);
      // Whatever was the newest state within the age can be read.
      if (compacted > 1) assertThat(millis - made.get((int) compacted)).isGreaterThanOrEqualTo(AGE);
    }
    assertThat(parts).isBetween(40, 32 * (int) ages);
  }

  @Test
  @DisplayName("what was the newest until lately is kept, however old it is")
  void quiet() {
    look(false);
    millis += 10 * AGE;
    revision = 2;
    assertThat(look(false)).isZero();
    millis += AGE - 10;
    assertThat(look(false)).isZero();
    millis += 10;
    assertThat(look(false)).isEqualTo(2);
  }

  @Test
  @DisplayName("too many bytes: a quarter goes, and no more while that is being freed")
  void bytes() {
    schedule = new CompactionSchedule(keeping(0, 1_000_000));
    revision = 1_000;
    bytes = 1_000_000;
    look(false);
    assertThat(tick()).isFalse();
    bytes = 1_000_100;
    revision = 1_001;
    assertThat(tick()).isTrue();
    assertThat(compacted).isEqualTo(251);
    isFreeing = true;
    for (int ticks = 0; ticks < 1_000; ticks++) assertThat(tick()).isFalse();
    isFreeing = false;
    assertThat(tick()).isTrue();
    assertThat(compacted).isEqualTo(438);
    for (int ticks = 0; ticks < 99; ticks++) assertThat(tick()).isFalse();
    assertThat(tick()).as("some are pinned").isTrue();
    bytes = 1_000_000;
    for (int ticks = 0; ticks < 1_000; ticks++) assertThat(tick()).isFalse();
  }

  @Test
  @DisplayName("with one revision of history there is a last quarter")
  void least() {
    schedule = new CompactionSchedule(keeping(0, 1));
    revision = 2;
    bytes = 100;
    look(false);
    revision = 3;
    compacted = 2;
    bytes = 200;
    assertThat(look(false)).isEqualTo(3);
  }

  @Test
  @DisplayName("when memory is short, all goes")
  void memory() {
    revision = 500;
    assertThat(look(true)).as("nothing to free").isZero();
    bytes = 1;
    assertThat(look(true)).isEqualTo(500);
    schedule.proposed();
    compacted = 500;
    assertThat(look(true)).isZero();
    revision++;
    assertThat(look(true)).isEqualTo(501);
    assertThat(look(false)).isZero();
  }

  @Test
  @DisplayName("a member whose reading of cluster time falls back gives nothing up too early")
  void timeFallsBack() {
    look(false);
    millis -= 30_000;
    revision = 7;
    look(false);
    millis += AGE + 29_000;
    assertThat(look(false)).isZero();
  }
}
