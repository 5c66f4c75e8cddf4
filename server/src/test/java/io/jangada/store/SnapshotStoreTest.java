package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.Crc32c;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import io.jangada.store.CrashDisk.Crash;
import io.jangada.store.CrashDisk.Loss;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotStoreTest {
  private static final SortedSet<Long> NONE = Collections.emptySortedSet();

  private static final Membership THREE = Membership.of(1, 2, 3);

  private final CrashDisk disk = new CrashDisk();

  @Test
  void aSnapshotThatWasTakenIsReadChunkByChunk() throws IOException {
    SnapshotMeta meta = take(disk, id(10, 2), "one", "", "three");
    assertThat(meta)
        .isEqualTo(new SnapshotMeta(id(10, 2), THREE, 3, 8, Crc32c.of(Bytes.utf8("onethree"))));
    SnapshotStore store = SnapshotStore.open(disk);
    assertThat(store.latest(id(10, 2)).meta()).contains(meta);
    assertThat(store.meta(id(10, 2))).isEqualTo(meta);
    assertThat(chunks(store, meta)).containsExactly("one", "", "three");
    assertThatThrownBy(() -> store.readChunk(id(11, 2), 0))
        .isInstanceOf(MissingFileException.class);
    assertThatThrownBy(() -> store.readChunk(id(10, 2), 3))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLargestMembershipFits() throws IOException {
    List<Integer> many = new ArrayList<>();
    for (int i = 0; i < Membership.MEMBERS_MAX; i++) many.add(Integer.MAX_VALUE - i);
    Membership largest =
        new Membership(
            many.subList(0, 32), many.subList(0, 32), many.subList(32, 64), many.subList(32, 64));
    fits(largest);
    SortedMap<Integer, String> addresses = new TreeMap<>();
    for (int member : many) addresses.put(member, "x".repeat(Membership.ADDRESS_BYTES_MAX));
    fits(largest.withAddresses(addresses));
  }

  private void fits(Membership largest) throws IOException {
    SnapshotStore store = SnapshotStore.open(disk);
    store.begin(id(Long.MAX_VALUE, Long.MAX_VALUE), largest);
    store.append(Bytes.utf8("x"));
    SnapshotMeta meta = store.finish();
    assertThat(SnapshotStore.open(disk).latest(meta.last()).meta()).contains(meta);
    assertThat(chunks(SnapshotStore.open(disk), meta)).containsExactly("x");
    SnapshotStore another = SnapshotStore.open(new CrashDisk());
    another.receive(meta, 0, Bytes.utf8("x"));
    another.complete(meta);
    assertThat(another.meta(meta.last())).isEqualTo(meta);
  }

  @Test
  void anUnfinishedSnapshotIsForgottenByTheNextStart() throws IOException {
    SnapshotStore store = SnapshotStore.open(disk);
    store.begin(id(5, 1), THREE);
    store.append(Bytes.utf8("half"));
    SnapshotStore again = SnapshotStore.open(disk);
    assertThat(again.latest(EntryId.ZERO).meta()).isEmpty();
    assertThat(disk.list("tmp")).isEmpty();
  }

  @Test
  void aTransferGoesOnAfterARestart() throws IOException {
    SnapshotMeta meta = take(new CrashDisk(), id(7, 1), "aa", "bb", "cc");
    SnapshotStore store = SnapshotStore.open(disk);
    assertThat(store.received(meta)).isZero();
    assertThat(store.receive(meta, 0, Bytes.utf8("aa"))).isEqualTo(1);
    assertThat(store.receive(meta, 2, Bytes.utf8("cc"))).as("out of order").isEqualTo(1);
    assertThat(store.receive(meta, 0, Bytes.utf8("aa"))).as("again").isEqualTo(1);
    assertThat(store.receive(meta, 1, Bytes.utf8("bb"))).isEqualTo(2);
    store.close();
    SnapshotStore again = SnapshotStore.open(disk);
    assertThat(again.received(meta)).isEqualTo(2);
    assertThat(again.receive(meta, 2, Bytes.utf8("cc"))).isEqualTo(3);
    again.complete(meta);
    assertThat(chunks(again, meta)).containsExactly("aa", "bb", "cc");
    assertThat(again.received(meta)).as("all of it is here").isEqualTo(3);
    assertThat(SnapshotStore.open(disk).latest(id(7, 1)).meta()).contains(meta);
  }

  @Test
  void whatFollowsTheGoodPartOfAnInterruptedTransferIsCut() throws IOException {
    SnapshotMeta meta = take(new CrashDisk(), id(7, 1), "aa", "bb");
    SnapshotStore store = SnapshotStore.open(disk);
    store.receive(meta, 0, Bytes.utf8("aa"));
    store.close();
    try (DiskFile file = disk.open("tmp/7-1.received")) {
      file.write(file.size(), Bytes.utf8("rubbish ".repeat(20)).asBuffer());
    }
    SnapshotStore again = SnapshotStore.open(disk);
    assertThat(again.received(meta)).isEqualTo(1);
    again.receive(meta, 1, Bytes.utf8("bb"));
    again.complete(meta);
    assertThat(SnapshotStore.open(disk).latest(id(7, 1)).meta()).contains(meta);
  }

  @Test
  void whatIsNotWhatWasAnnouncedIsRefused() throws IOException {
    SnapshotMeta meta = take(new CrashDisk(), id(7, 1), "aa", "bb");
    SnapshotStore store = SnapshotStore.open(disk);
    store.receive(meta, 0, Bytes.utf8("aa"));
    store.receive(meta, 1, Bytes.utf8("XX"));
    assertThatThrownBy(() -> store.complete(meta))
        .isInstanceOf(CorruptSnapshotException.class)
        .hasMessageContaining("last=7/1");
    assertThat(store.received(meta)).isZero();
    assertThatThrownBy(() -> store.receive(meta, 0, Bytes.utf8("aaaaa")))
        .isInstanceOf(CorruptSnapshotException.class)
        .hasMessageContaining("chunk 0 of 5 bytes");
    assertThatThrownBy(() -> store.complete(meta)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anotherSnapshotEndsTheTransferOfTheOneBefore() throws IOException {
    SnapshotMeta first = take(new CrashDisk(), id(7, 1), "aa", "bb");
    SnapshotMeta second = take(new CrashDisk(), id(9, 1), "cc", "dd");
    SnapshotStore store = SnapshotStore.open(disk);
    store.receive(first, 0, Bytes.utf8("aa"));
    assertThat(store.receive(second, 0, Bytes.utf8("cc"))).isEqualTo(1);
    assertThat(store.received(first)).isZero();
    assertThat(disk.list("tmp")).containsExactly("9-1.received");
  }

  @Test
  void oldSnapshotsAreDeletedOnDemandAndTheNewestNever() throws IOException {
    for (int index = 1; index <= 4; index++) take(disk, id(index, 1), "x" + index);
    SnapshotStore store = SnapshotStore.open(disk);
    store.retain(3, NONE);
    assertThat(disk.list("snapshot")).containsExactly("3-1.snap", "4-1.snap");
    store.retain(100, NONE);
    assertThat(disk.list("snapshot")).containsExactly("4-1.snap");
  }

  @Test
  void anOldSnapshotThatIsAskedForStays() throws IOException {
    for (int index = 1; index <= 4; index++) take(disk, id(index, 1), "x" + index);
    SnapshotStore store = SnapshotStore.open(disk);
    store.retain(4, new TreeSet<>(List.of(2L)));
    assertThat(disk.list("snapshot")).containsExactly("2-1.snap", "4-1.snap");
    assertThat(store.readChunk(id(2, 1), 0)).isEqualTo(Bytes.utf8("x2"));
    store.retain(4, NONE);
    assertThat(disk.list("snapshot")).containsExactly("4-1.snap");
  }

  @Test
  void aDamagedSnapshotIsSetAsideWhenAnOlderOneAndTheLogMakeUpForIt() throws IOException {
    SnapshotMeta older = take(disk, id(10, 1), "good");
    take(disk, id(20, 1), "bad");
    damage("snapshot/20-1.snap", SnapshotFormat.HEAD_BYTES + 9);
    SnapshotStore.Latest latest = SnapshotStore.open(disk).latest(id(10, 1));
    assertThat(latest.meta()).contains(older);
    assertThat(latest.damaged())
        .singleElement()
        .asString()
        .contains("snapshot/20-1.snap", "chunk 0", "checksum");
    assertThat(disk.list("snapshot")).containsExactly("10-1.snap", "20-1.snap.damaged");
    SnapshotStore store = SnapshotStore.open(disk);
    assertThat(store.latest(id(10, 1)).damaged()).isEmpty();
    store.retain(1, NONE);
    assertThat(disk.list("snapshot")).containsExactly("10-1.snap");
  }

  @Test
  void aDamagedSnapshotIsRefusedWhenTheLogBeginsAfterTheOlderOne() throws IOException {
    take(disk, id(10, 1), "good");
    take(disk, id(20, 1), "bad");
    damage("snapshot/20-1.snap", 3);
    assertThatThrownBy(() -> SnapshotStore.open(disk).latest(id(15, 1)))
        .isInstanceOf(CorruptSnapshotException.class)
        .hasMessageContainingAll("15/1", "snapshot/20-1.snap", "head");
    assertThat(disk.list("snapshot")).contains("20-1.snap");
  }

  @Test
  void aLogThatGoesBackToTheBeginningNeedsNoSnapshot() throws IOException {
    take(disk, id(20, 1), "bad");
    damage("snapshot/20-1.snap", 3);
    SnapshotStore.Latest latest = SnapshotStore.open(disk).latest(EntryId.ZERO);
    assertThat(latest.meta()).isEmpty();
    assertThat(latest.damaged()).hasSize(1);
  }

  @Test
  void oneFlippedBitAnywhereIsNoticed() throws IOException {
    SnapshotMeta meta = take(disk, id(10, 2), "one", "two", "x".repeat(50));
    String name = "snapshot/10-2.snap";
    TreeMap<String, byte[]> files = disk.contents();
    byte[] bytes = files.get(name);
    RandomGenerator dice = new SplittableRandom(5);
    for (int at = 0; at < bytes.length; at++) {
      byte mask = (byte) (1 << dice.nextInt(8));
      bytes[at] ^= mask;
      SnapshotStore store = SnapshotStore.open(CrashDisk.of(files));
      assertThatThrownBy(() -> store.latest(meta.last()))
          .as("byte %d", at)
          .isInstanceOf(CorruptSnapshotException.class);
      bytes[at] ^= mask;
    }
  }

  @Test
  void filesOfRubbishAreRefusedAndNothingElse() throws IOException {
    take(disk, id(10, 2), "one", "two", "x".repeat(500));
    SnapshotMeta coming = take(new CrashDisk(), id(12, 2), "a", "b", "c");
    SnapshotStore receiver = SnapshotStore.open(disk);
    receiver.receive(coming, 0, Bytes.utf8("a"));
    receiver.receive(coming, 1, Bytes.utf8("b"));
    RandomGenerator dice = new SplittableRandom(6);
    for (int run = 0; run < 3000; run++) {
      TreeMap<String, byte[]> files = disk.contents();
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        byte[] bytes = file.getValue();
        int size = dice.nextInt(3) == 0 ? dice.nextInt(2 * bytes.length) : bytes.length;
        bytes = Arrays.copyOf(bytes, size);
        for (int i = dice.nextInt(4); i > 0 && size > 0; i--)
          bytes[dice.nextInt(size)] = (byte) dice.nextInt();
        file.setValue(bytes);
      }
      SnapshotStore store = SnapshotStore.open(CrashDisk.of(files));
      assertThat(store.received(coming)).isBetween(0, 2);
      try {
        store.latest(id(10, 2));
      } catch (CorruptSnapshotException e) {
        assertThat(e).hasMessageContaining("no good snapshot");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aCrashAtEverySingleOperationLeavesWhatWasDurableAndNoHalves(Loss loss) throws IOException {
    int crashAt = 1;
    while (crashesAt(crashAt, loss)) crashAt++;
    assertThat(crashAt).as("operations in a run").isGreaterThan(30);
  }

  /// @return whether the run was long enough to reach the crash
  private static boolean crashesAt(int crashAt, Loss loss) throws IOException {
    String where = "crash at operation " + crashAt + ", loss " + loss;
    RandomGenerator dice = new SplittableRandom(crashAt);
    CrashDisk disk = new CrashDisk();
    SnapshotMeta coming = take(new CrashDisk(), id(30, 3), "r1".repeat(700), "r2", "r3");
    disk.crashAt = crashAt;
    EntryId durable = EntryId.ZERO;
    boolean crashed = false;
    try {
      for (int step = 0; step < 3; step++) {
        durable = take(disk, id(10 + step, 1), "t" + step, "u".repeat(1000)).last();
        if (step == 1) {
          SnapshotStore store = SnapshotStore.open(disk);
          store.retain(durable.index(), NONE);
        }
      }
      receive(SnapshotStore.open(disk), coming);
      durable = coming.last();
    } catch (Crash e) {
      disk.restart(loss, dice);
      crashed = true;
    }
    disk.crashAt = Integer.MAX_VALUE;
    SnapshotStore store = SnapshotStore.open(disk);
    SnapshotStore.Latest latest = store.latest(durable);
    assertThat(latest.damaged()).as(where).isEmpty();
    if (durable.index() > 0) {
      assertThat(latest.meta()).as(where).isPresent();
      assertThat(latest.meta().get().last().index())
          .as(where)
          .isGreaterThanOrEqualTo(durable.index());
    }
    latest.meta().ifPresent(meta -> assertThat(meta.last().index()).isIn(10L, 11L, 12L, 30L));
    receive(store, coming);
    assertThat(chunks(store, coming)).as(where).containsExactly("r1".repeat(700), "r2", "r3");
    return crashed;
  }

  private static void receive(SnapshotStore store, SnapshotMeta coming) throws IOException {
    String[] chunks = {"r1".repeat(700), "r2", "r3"};
    for (int have = store.received(coming); have < 3; )
      have = store.receive(coming, have, Bytes.utf8(chunks[have]));
    store.complete(coming);
  }

  private void damage(String name, int at) throws IOException {
    try (DiskFile file = disk.open(name)) {
      file.write(at, Bytes.utf8("?").asBuffer());
    }
  }

  private static SnapshotMeta take(CrashDisk disk, EntryId last, String... chunks)
      throws IOException {
    try (SnapshotStore store = SnapshotStore.open(disk)) {
      store.begin(last, THREE);
      for (String chunk : chunks) store.append(Bytes.utf8(chunk));
      return store.finish();
    }
  }

  private static List<String> chunks(SnapshotStore store, SnapshotMeta meta) throws IOException {
    List<String> chunks = new ArrayList<>();
    for (int i = 0; i < meta.chunks(); i++) chunks.add(store.readChunk(meta.last(), i).toUtf8());
    return chunks;
  }

  private static EntryId id(long index, long term) {
    return new EntryId(index, term);
  }
}
