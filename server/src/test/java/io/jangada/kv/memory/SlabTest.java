package io.jangada.kv.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlabTest {
  private record Twin(int node, Bytes key, Bytes value) {}

  private final NodeTable nodes = new NodeTable();
  private final Slab cells = new Slab(nodes);
  private final List<Twin> twins = new ArrayList<>();

  @Test
  void whatIsStoredStaysWhateverIsFreedAndStoredBesideIt() {
    SplittableRandom dice = new SplittableRandom(5);
    int most = 0;
    for (int step = 0; step < 60_000; step++) {
      // Now it grows, now it shrinks; and now values are small, now large.
      boolean grows = dice.nextInt(100) < (step / 10_000 % 2 == 0 ? 60 : 40);
      int valueBytes = dice.nextInt(step % 1_000 < 900 ? 600 : 40_000);
      if (grows && !twins.isEmpty() && dice.nextInt(8) == 0) {
        Twin same = twins.get(dice.nextInt(twins.size()));
        Twin twin = new Twin(nodes.add(), same.key, same.value);
        cells.addSame(twin.node, nodes.cell(same.node));
        twins.add(twin);
      } else if (grows || twins.isEmpty()) {
        add(dice, valueBytes);
      } else if (dice.nextInt(4) == 0) {
        replace(dice, dice.nextInt(twins.size()), valueBytes);
      } else {
        Twin gone = twins.remove(dice.nextInt(twins.size()));
        check(gone);
        cells.free(nodes.cell(gone.node));
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
    for (Twin twin : twins) cells.free(nodes.cell(twin.node));
    assertThat(cells.sizeBytes()).as("of nothing").isLessThan(1 << 20);
  }

  @Test
  void aLargeValueIsNotCopiedAndNotOverwritten() {
    Bytes large = Bytes.wrap(new byte[100_000]);
    int node = nodes.add();
    cells.add(node, Bytes.utf8("k"), large);
    Bytes kept = cells.valueToKeep(nodes.cell(node));
    cells.replace(node, Bytes.utf8("k"), Bytes.utf8("x".repeat(100_000)));
    assertThat(kept).isEqualTo(large);
    assertThat(cells.value(nodes.cell(node))).isEqualTo(Bytes.utf8("x".repeat(100_000)));
  }

  @Test
  void aLargeValueThatIsSharedLivesAsLongAsOneHasIt() {
    int node = nodes.add();
    cells.add(node, Bytes.utf8("k"), Bytes.wrap(new byte[100_000]));
    long one = cells.sizeBytes();
    int other = nodes.add();
    cells.addSame(other, nodes.cell(node));
    assertThat(cells.sizeBytes()).as("counted as two").isEqualTo(2 * one);
    Bytes kept = cells.valueToKeep(nodes.cell(node));
    cells.free(nodes.cell(node));
    assertThat(cells.value(nodes.cell(other))).isEqualTo(kept);
    assertThat(cells.sizeBytes()).isEqualTo(one);
  }

  @Test
  void whatIsFreedHereAndThereIsThereForOtherSizes() {
    SplittableRandom dice = new SplittableRandom(7);
    for (int i = 0; i < 2_000; i++) add(dice, 8 << 10);
    long full = cells.sizeBytes();
    for (int i = 0; i < 1_000; i++)
      cells.free(nodes.cell(twins.remove(dice.nextInt(twins.size())).node));
    assertThat(cells.sizeBytes()).isLessThan(full / 2 + (1 << 20));
    for (int i = 0; i < 30_000; i++) add(dice, 200);
    assertThat(cells.sizeBytes()).as("with 7 MB in small ones").isLessThan(full + (1 << 20));
    twins.forEach(this::check);
  }

  @Test
  void whatIsWrittenAndDeletedByTurnsDoesNotTakeAndGiveBackPages() {
    SplittableRandom dice = new SplittableRandom(8);
    while (cells.sizeBytes() < 1 << 20) add(dice, 8 << 10);
    long full = cells.sizeBytes();
    for (int i = 0; i < 100; i++) {
      cells.free(nodes.cell(twins.removeLast().node));
      assertThat(cells.sizeBytes()).isEqualTo(full);
      add(dice, 8 << 10);
    }
  }

  @Test
  void thereIsNoEndToLargeValues() {
    Slab small = new Slab(nodes, 64);
    Bytes value = Bytes.wrap(new byte[100]);
    int[] all = new int[300_000];
    for (int i = 0; i < all.length; i++)
      small.add(all[i] = nodes.add(), Bytes.utf8("key" + i), value);
    for (int i = 0; i < all.length; i++)
      assertThat(small.hasKey(nodes.cell(all[i]), Bytes.utf8("key" + i))).isTrue();
    for (int node : all) small.free(nodes.cell(node));
    assertThat(small.sizeBytes()).isZero();
  }

  private long add(SplittableRandom dice, int valueBytes) {
    byte[] key = new byte[dice.nextInt(20)];
    dice.nextBytes(key);
    Twin twin = new Twin(nodes.add(), Bytes.wrap(key), value(dice, valueBytes));
    cells.add(twin.node, twin.key, twin.value);
    twins.add(twin);
    return 8L + key.length + valueBytes;
  }

  private void replace(SplittableRandom dice, int place, int valueBytes) {
    Twin before = twins.get(place);
    Twin after = new Twin(before.node, before.key, value(dice, valueBytes));
    cells.replace(after.node, after.key, after.value);
    twins.set(place, after);
  }

  private static Bytes value(SplittableRandom dice, int bytes) {
    byte[] value = new byte[bytes];
    dice.nextBytes(value);
    return Bytes.wrap(value);
  }

  private void check(Twin twin) {
    assertThat(cells.key(nodes.cell(twin.node))).isEqualTo(twin.key);
    assertThat(cells.value(nodes.cell(twin.node))).isEqualTo(twin.value);
    assertThat(cells.valueToKeep(nodes.cell(twin.node))).isEqualTo(twin.value);
    if (cells.isPaged(nodes.cell(twin.node))) {
      Bytes both = cells.keyAndValueToKeep(nodes.cell(twin.node));
      int keyBytes = cells.keyBytes(nodes.cell(twin.node));
      assertThat(both.slice(0, keyBytes)).isEqualTo(twin.key);
      assertThat(both.slice(keyBytes, both.length() - keyBytes)).isEqualTo(twin.value);
    }
    assertThat(cells.hasKey(nodes.cell(twin.node), twin.key)).isTrue();
    assertThat(cells.hasKey(nodes.cell(twin.node), Bytes.utf8("no such key at all, anywhere")))
        .isFalse();
    assertThat(cells.payloadBytes(nodes.cell(twin.node)))
        .isEqualTo((long) twin.key.length() + twin.value.length());
  }
}
