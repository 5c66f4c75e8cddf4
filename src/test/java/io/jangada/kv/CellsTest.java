package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CellsTest {
  private record Twin(int cell, Bytes key, Bytes value) {}

  private final Cells cells = new Cells();
  private final List<Twin> twins = new ArrayList<>();

  @Test
  void whatIsStoredStaysWhateverIsFreedAndStoredBesideIt() {
    SplittableRandom dice = new SplittableRandom(5);
    int most = 0;
    for (int step = 0; step < 60_000; step++) {
      // Now it grows, now it shrinks; and now values are small, now large.
      boolean grows = dice.nextInt(100) < (step / 10_000 % 2 == 0 ? 60 : 40);
      if (grows || twins.isEmpty()) {
        add(dice, dice.nextInt(step % 1_000 < 900 ? 600 : 40_000));
      } else {
        Twin gone = twins.remove(dice.nextInt(twins.size()));
        check(gone);
        cells.free(gone.cell);
      }
      most = Math.max(most, twins.size());
      if (!twins.isEmpty()) check(twins.get(dice.nextInt(twins.size())));
    }
    assertThat(most).isGreaterThan(2_000);
    twins.forEach(this::check);
  }

  @Test
  void theyTakeLittleMoreThanWhatIsStored() {
    SplittableRandom dice = new SplittableRandom(6);
    long bytes = 0;
    for (int i = 0; i < 100_000; i++) bytes += add(dice, 100);
    assertThat(cells.sizeBytes()).isBetween(bytes, bytes * 12 / 10);
    for (Twin twin : twins) cells.free(twin.cell);
    assertThat(cells.sizeBytes()).as("of nothing").isLessThan(1 << 20);
  }

  @Test
  void aLargeValueIsNotCopiedAndNotOverwritten() {
    Bytes large = Bytes.wrap(new byte[100_000]);
    int cell = cells.add(Bytes.utf8("k"), large);
    Bytes kept = cells.valueToKeep(cell);
    cells.free(cell);
    cells.add(Bytes.utf8("k"), Bytes.utf8("x".repeat(100_000)));
    assertThat(kept).isEqualTo(large);
  }

  private long add(SplittableRandom dice, int valueBytes) {
    byte[] key = new byte[dice.nextInt(20)];
    dice.nextBytes(key);
    byte[] value = new byte[valueBytes];
    dice.nextBytes(value);
    int cell = cells.add(Bytes.wrap(key), Bytes.wrap(value));
    twins.add(new Twin(cell, Bytes.wrap(key), Bytes.wrap(value)));
    return 8L + key.length + value.length;
  }

  private void check(Twin twin) {
    assertThat(cells.key(twin.cell)).isEqualTo(twin.key);
    assertThat(cells.value(twin.cell)).isEqualTo(twin.value);
    assertThat(cells.valueToKeep(twin.cell)).isEqualTo(twin.value);
    assertThat(cells.hasKey(twin.cell, twin.key)).isTrue();
    assertThat(cells.hasKey(twin.cell, Bytes.utf8("no such key at all, anywhere"))).isFalse();
    assertThat(cells.payloadBytes(twin.cell))
        .isEqualTo((long) twin.key.length() + twin.value.length());
  }
}
