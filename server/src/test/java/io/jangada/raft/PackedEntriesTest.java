package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PackedEntriesTest {
  private final PackedEntries packed = new PackedEntries(8);
  private final ArrayDeque<Entry> twin = new ArrayDeque<>();
  private long next = 8;

  @Test
  void itHoldsWhatAQueueHolds() {
    SplittableRandom dice = new SplittableRandom(3);
    for (int step = 0; step < 30_000; step++) {
      if (dice.nextInt(100) < (step / 5_000 % 2 == 0 ? 70 : 45)) append(dice);
      else if (dice.nextInt(2_000) == 0) reset(dice);
      else if (dice.nextInt(3) == 0) release(dice);
      if (step % 50 == 0) check();
    }
    assertThat(next).isGreaterThan(10_000);
  }

  private void append(SplittableRandom dice) {
    int bytes = dice.nextInt(1_000) == 0 ? 200_000 : dice.nextInt(900);
    byte[] data = new byte[bytes];
    dice.nextBytes(data);
    Entry.Kind kind = Entry.Kind.values()[dice.nextInt(3)];
    Entry entry = new Entry(next++, 1 + dice.nextInt(1 << 20), kind, Bytes.wrap(data));
    packed.append(entry);
    twin.add(entry);
  }

  private void release(SplittableRandom dice) {
    long to = next - 1 - dice.nextInt(Math.min(2_000, (int) next));
    packed.compactTo(to);
    while (!twin.isEmpty() && twin.peek().index() <= to) twin.poll();
  }

  private void reset(SplittableRandom dice) {
    next += dice.nextInt(10);
    packed.reset(next);
    twin.clear();
  }

  private void check() {
    assertThat(packed.next()).isEqualTo(next);
    assertThat(packed.contains(next)).isFalse();
    assertThat(packed.sizeBytes()).isEqualTo(twin.stream().mapToLong(Entry::sizeBytes).sum());
    for (Entry entry : twin) {
      assertThat(packed.contains(entry.index())).isTrue();
      assertThat(packed.get(entry.index())).isEqualTo(entry);
      assertThat(packed.termAt(entry.index())).isEqualTo(entry.term());
      assertThat(packed.sizeBytesAt(entry.index())).isEqualTo(entry.sizeBytes());
    }
    long before = twin.isEmpty() ? next - 1 : twin.peek().index() - 1;
    assertThat(packed.contains(before)).isFalse();
  }

  @Test
  void pagesAreKeptOnlyAsLongAsAllTogetherAreNotTooMany() {
    long most = 160L << 20;
    fill(60 << 10, 200L << 20);
    assertThat(packed.pageBytes()).isGreaterThan(200L << 20);
    packed.compactTo(next - 1);
    assertThat(packed.pageBytes()).isBetween(most - (1 << 20), most);
    fill(60 << 10, 100L << 20);
    assertThat(packed.pageBytes()).as("used again").isLessThanOrEqualTo(most);
    packed.compactTo(next - 1);
    fill(200 << 10, 150L << 20);
    assertThat(packed.pageBytes()).as("given up for others").isLessThanOrEqualTo(most + (1 << 20));
  }

  @Test
  void fewerPagesAreKeptWhereThereIsLessMemory() {
    packed.keepPages(1 << 20);
    fill(60 << 10, 10L << 20);
    assertThat(packed.memoryBytes()).isGreaterThan(10L << 20);
    packed.compactTo(next - 1);
    assertThat(packed.memoryBytes()).isLessThan(2L << 20);
  }

  private void fill(int entryBytes, long bytes) {
    Bytes data = Bytes.wrap(new byte[entryBytes]);
    for (long all = 0; all < bytes; all += entryBytes)
      packed.append(new Entry(next++, 1, Entry.Kind.COMMAND, data));
  }
}
