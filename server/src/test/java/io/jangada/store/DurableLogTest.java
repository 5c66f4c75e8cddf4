package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.Persist;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurableLogTest {
  private static final Identity MEMBER = Identity.of("test", 1);
  private static final LogSettings TINY = new LogSettings(4096, 1 << 20, 1 << 20);

  private final CrashDisk disk = new CrashDisk();
  private long batch;

  @Test
  void whatWasWrittenIsThereAgain() throws Exception {
    try (DurableLog log = open().log()) {
      log.submit(batch(new HardState(1, 1), entry(1, 1, "a")));
      log.submit(batch(null, entry(2, 1, "b"), entry(3, 1, "c")));
      assertThat(log.work()).isEqualTo(2);
      log.submit(batch(new HardState(2, 2), entry(3, 2, "C")));
      assertThat(log.work()).isEqualTo(3);
      assertThat(log.work()).isZero();
    }
    DurableLog.Opened again = open();
    assertThat(again.hardState()).isEqualTo(new HardState(2, 2));
    assertThat(again.compacted()).isEqualTo(EntryId.ZERO);
    assertThat(again.entries())
        .containsExactly(entry(1, 1, "a"), entry(2, 1, "b"), entry(3, 2, "C"));
  }

  @Test
  void everyKindOfEntryComesBackAsItWas() throws Exception {
    List<Entry> entries =
        List.of(
            new Entry(1, 1, Entry.Kind.NO_OP, Bytes.EMPTY),
            new Entry(2, 1, Entry.Kind.MEMBERSHIP, Membership.of(1, 2, 3).encode()),
            new Entry(3, Long.MAX_VALUE, Entry.Kind.COMMAND, Bytes.wrap(new byte[3000])));
    try (DurableLog log = open().log()) {
      log.submit(new Persist(1, null, new HardState(Long.MAX_VALUE, -1), entries, 0));
      log.work();
    }
    assertThat(open().entries()).isEqualTo(entries);
    assertThat(open().hardState()).isEqualTo(new HardState(Long.MAX_VALUE, -1));
  }

  @Test
  void allThatGatheredSharesOneSync() throws Exception {
    DurableLog log = open().log();
    int before = disk.syncs;
    for (int i = 1; i <= 20; i++) log.submit(batch(null, entry(i, 1, "x")));
    assertThat(log.work()).isEqualTo(20);
    assertThat(disk.syncs - before).isEqualTo(1);
  }

  @Test
  void aBatchThatAsksForNothingIsDurableWithoutASync() throws Exception {
    DurableLog log = open().log();
    int before = disk.operations;
    log.submit(batch(null));
    assertThat(log.isBehind()).isTrue();
    assertThat(log.work()).isEqualTo(1);
    assertThat(log.isBehind()).isFalse();
    assertThat(disk.operations).isEqualTo(before);
  }

  @Test
  void aFailedSyncStopsTheLogAndIsNotTriedAgain() throws Exception {
    DurableLog log = open().log();
    log.submit(batch(null, entry(1, 1, "x")));
    disk.failAt = disk.operations + 2;
    assertThatThrownBy(log::work).hasMessage("input/output error");
    int before = disk.operations;
    assertThatThrownBy(log::work)
        .hasMessageContaining("stopped")
        .hasMessageContaining("input/output error");
    log.close();
    assertThat(disk.operations).as("nothing was written after the failure").isEqualTo(before);
  }

  @Test
  void anEntryLargerThanASegmentGetsOneOfItsOwnSize() throws Exception {
    Entry large = new Entry(2, 1, Entry.Kind.COMMAND, Bytes.wrap("y".repeat(50_000).getBytes()));
    try (DurableLog log = open().log()) {
      log.submit(batch(null, entry(1, 1, "x"), large, entry(3, 1, "z")));
      assertThat(log.work()).isEqualTo(1);
    }
    assertThat(open().entries()).containsExactly(entry(1, 1, "x"), large, entry(3, 1, "z"));
  }

  @Test
  void aResetThrowsTheLogAwayAndItsSegmentsWithIt() throws Exception {
    try (DurableLog log = open().log()) {
      log.submit(batch(new HardState(3, 2)));
      for (int i = 1; i <= 100; i++) log.submit(batch(null, entry(i, 1, "x".repeat(200))));
      log.work();
      assertThat(segments()).hasSizeGreaterThan(4);
      EntryId to = new EntryId(50, 2);
      log.submit(new Persist(++batch, to, null, List.of(entry(51, 2, "new")), 0));
      log.work();
      assertThat(segments()).hasSize(1);
    }
    DurableLog.Opened again = open();
    assertThat(again.compacted()).isEqualTo(new EntryId(50, 2));
    assertThat(again.entries()).containsExactly(entry(51, 2, "new"));
    assertThat(again.hardState()).as("kept in the later header").isEqualTo(new HardState(3, 2));
  }

  @Test
  void releasedEntriesAreGoneAfterwardsAlsoThoseInASegmentThatStays() throws Exception {
    try (DurableLog log = open().log()) {
      for (int i = 1; i <= 30; i++) log.submit(batch(null, entry(i, 1 + i / 10, "x".repeat(200))));
      log.work();
      int before = segments().size();
      log.submit(new Persist(++batch, null, null, List.of(), 29));
      log.work();
      assertThat(segments()).hasSizeLessThan(before);
    }
    DurableLog.Opened again = open();
    assertThat(again.compacted()).isEqualTo(new EntryId(29, 3));
    assertThat(again.entries()).extracting(Entry::index).containsExactly(30L);
  }

  @Test
  void aFullDiskLosesNothingAndTheLogGoesOnWhenThereIsSpace() throws Exception {
    DurableLog log = open().log();
    disk.capacityBytes = 10_000;
    long durable = 0;
    long submitted = 0;
    DiskFullException full = null;
    while (full == null) {
      log.submit(batch(null, entry(++submitted, 1, "x".repeat(200))));
      try {
        durable = log.work();
      } catch (DiskFullException e) {
        full = e;
      }
    }
    assertThat(durable).isEqualTo(submitted - 1);
    log.submit(batch(null, entry(++submitted, 1, "more")));
    assertThatThrownBy(log::work).isInstanceOf(DiskFullException.class);
    assertThat(log.isBehind()).isTrue();
    disk.capacityBytes = 100_000;
    assertThat(log.work()).isEqualTo(submitted);
    assertThat(open().entries()).hasSize((int) submitted);
  }

  @Test
  void onAFullDiskAReleaseMakesTheSpaceThatTheEntriesBeforeItNeed() throws Exception {
    DurableLog log = open().log();
    disk.capacityBytes = 3 * 4096;
    long last = 0;
    while (true) {
      log.submit(batch(null, entry(++last, 1, "x".repeat(200))));
      try {
        log.work();
      } catch (DiskFullException e) {
        break;
      }
    }
    log.submit(new Persist(++batch, null, null, List.of(), last - 2));
    assertThatThrownBy(log::work).isInstanceOf(DiskFullException.class);
    assertThat(log.work()).as("after the old segments went").isEqualTo(batch);
    log.close();
    DurableLog.Opened again = open();
    assertThat(again.compacted()).isEqualTo(new EntryId(last - 2, 1));
    assertThat(again.entries()).extracting(Entry::index).containsExactly(last - 1, last);
  }

  @Test
  void aFullDiskInTheMiddleOfAGroupLosesNothingEither() throws Exception {
    FullInPlace full = new FullInPlace(disk);
    DurableLog log = DurableLog.open(full, TINY, MEMBER, () -> {}).log();
    log.submit(batch(null, entry(1, 1, "a")));
    full.isFull = true;
    assertThatThrownBy(log::work).isInstanceOf(DiskFullException.class);
    log.submit(batch(null, entry(2, 1, "b")));
    assertThatThrownBy(log::work).isInstanceOf(DiskFullException.class);
    full.isFull = false;
    assertThat(log.work()).isEqualTo(2);
    assertThat(open().entries()).containsExactly(entry(1, 1, "a"), entry(2, 1, "b"));
  }

  /// A file system that has no space even for what was written before, as those that copy on write.
  private static final class FullInPlace extends ForwardingDisk {
    boolean isFull;

    FullInPlace(Disk disk) {
      super(disk);
    }

    @Override
    protected void beforeWrite(String name) throws DiskFullException {
      if (isFull) throw new DiskFullException(name, null);
    }
  }

  @Test
  void aHoleIsABrokenLaw() throws Exception {
    DurableLog log = open().log();
    log.submit(batch(null, entry(2, 1, "x")));
    assertThatThrownBy(log::work)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("entry 2/1 in a log from 0/0 to 0/0");
    assertThatThrownBy(log::work).isInstanceOf(IOException.class);
  }

  @Test
  void theQueueSaysWhenItHasNoRoomAndTakesNoMoreThanTwiceThat() throws Exception {
    LogSettings narrow = new LogSettings(4096, 4096, 1000);
    DurableLog log = DurableLog.open(disk, narrow, MEMBER, () -> {}).log();
    assertThat(log.hasRoom()).isTrue();
    log.submit(batch(null, entry(1, 1, "x".repeat(1000))));
    assertThat(log.hasRoom()).isFalse();
    log.submit(batch(null, entry(2, 1, "x".repeat(1000))));
    assertThatThrownBy(() -> log.submit(batch(null)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("under way");
    log.work();
    assertThat(log.hasRoom()).isTrue();
  }

  @Test
  void everySubmitWakesTheWorker() throws Exception {
    int[] wakes = {0};
    DurableLog log = DurableLog.open(disk, TINY, MEMBER, () -> wakes[0]++).log();
    log.submit(batch(null));
    log.submit(batch(null));
    assertThat(wakes[0]).isEqualTo(2);
  }

  @Test
  void theLogOfAnotherMemberIsRefusedByName() throws Exception {
    open().log().close();
    IdentityException refused =
        catchThrowableOfType(
            IdentityException.class,
            () -> DurableLog.open(disk, TINY, Identity.of("other", 2), () -> {}));
    assertThat(refused)
        .hasMessageContainingAll(
            "log/0000000000000001.log", "member 1", "'test'", "member 2", "'other'");
  }

  private DurableLog.Opened open() throws IOException {
    return DurableLog.open(disk, TINY, MEMBER, () -> {});
  }

  private List<String> segments() throws IOException {
    return LogRecovery.segmentNames(disk);
  }

  private Persist batch(HardState hardState, Entry... entries) {
    return new Persist(++batch, null, hardState, List.of(entries), 0);
  }

  private static Entry entry(long index, long term, String data) {
    return new Entry(index, term, Entry.Kind.COMMAND, Bytes.utf8(data));
  }
}
