package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Persist;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Where the files of segments come from and where they go.
class SegmentPoolTest {
  private static final Identity MEMBER = Identity.of("spares", 1);
  private static final LogSettings SMALL = new LogSettings(64 << 10, 1 << 20, 1 << 24);

  private CrashDisk disk = new CrashDisk();
  private DurableLog log;
  private long batch;
  private long index;

  private void open(LogSettings settings) throws IOException {
    DurableLog.Opened opened = DurableLog.open(disk, settings, MEMBER, () -> {});
    log = opened.log();
    batch = 0;
    index =
        opened.entries().isEmpty()
            ? opened.compacted().index()
            : opened.entries().getLast().index();
  }

  /// One group of so many entries of 300 bytes, of which the last `kept` stay.
  private long write(int count, long kept) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) entries.add(entry(++index, 300));
    log.submit(new Persist(++batch, null, null, entries, Math.max(0, index - kept)));
    log.work();
    return count * 300L;
  }

  /// Many segments, which are released at once.
  private void gatherSpares() throws IOException {
    while (LogRecovery.segmentNames(disk).size() < 9) write(64, 100_000);
    write(1, 10);
    assertThat(spares()).hasSize(SegmentPool.KEPT_MAX);
  }

  /// Files of released segments.
  private List<String> spares() {
    return disk.list("log").stream().filter(name -> name.endsWith(".spare")).toList();
  }

  @Test
  void underASteadyLoadFilesGoRoundAndNoZeroesAreWritten() throws IOException {
    open(new LogSettings(1 << 20, 1 << 20, 1 << 24));
    for (int i = 0; i < 400; i++) write(64, 10_000);
    long before = disk.bytesWritten;
    int files = disk.recycled;
    long entryBytes = 0;
    for (int i = 0; i < 500; i++) entryBytes += write(64, 10_000);
    double ratio = (double) (disk.bytesWritten - before) / entryBytes;
    assertThat(ratio).as("bytes written for each byte of entries").isLessThan(1.25);
    assertThat(disk.recycled - files).isGreaterThan(8);
    assertThat(spares()).hasSizeBetween(1, SegmentPool.KEPT_MAX);
    assertThat(disk.exists(RecycledSegment.NEW)).isFalse();
  }

  @Test
  void whoeverIsTheFirstToWriteInAPageWritesAllOfIt() throws IOException {
    open(SMALL);
    for (int i = 0; i < 1000; i++) write(i % 40, 600);
    log.close();
    assertThat(disk.recycled).isGreaterThan(10);
    String last = LogRecovery.segmentNames(disk).getLast();
    int marks = Integer.parseInt(last.substring(4, 20), 16) - 1;
    assertThat(disk.pagesBegun).as("marks in headers").isEqualTo(marks);
  }

  @Test
  void noMoreThanSomeAreKeptAndOnlyThoseOfTheUsualSize() throws IOException {
    open(SMALL);
    log.submit(new Persist(++batch, null, null, List.of(entry(++index, 100_000)), 0));
    for (int i = 0; i < 30; i++) write(64, 100_000);
    assertThat(LogRecovery.segmentNames(disk)).hasSizeGreaterThan(8);
    write(1, 0);
    assertThat(LogRecovery.segmentNames(disk)).hasSize(1);
    assertThat(spares())
        .containsExactly(
            "0000000000000003.spare",
            "0000000000000004.spare",
            "0000000000000005.spare",
            "0000000000000006.spare");
    assertThat(disk.contents().get("log/0000000000000003.spare")).hasSize(64 << 10);
  }

  @Test
  void aStartGoesOnWithThoseThatItFinds() throws IOException {
    open(SMALL);
    gatherSpares();
    int segments = LogRecovery.segmentNames(disk).size();
    disk.restart(CrashDisk.Loss.ALL, null);
    open(SMALL);
    assertThat(spares()).hasSize(SegmentPool.KEPT_MAX);
    while (LogRecovery.segmentNames(disk).size() < segments + 4) write(64, 100_000);
    assertThat(disk.recycled).isEqualTo(4);
    assertThat(spares()).isEmpty();
  }

  @Test
  void aStartKeepsNoMoreThanSomeAndNoneWhereTheDiskIsNearlyFull() throws IOException {
    open(SMALL);
    gatherSpares();
    log.close();
    TreeMap<String, byte[]> files = disk.contents();
    byte[] another = files.get("log/" + spares().getFirst());
    for (int i = 0; i < 3; i++) files.put("log/000000000000000" + i + ".spare", another);
    disk = CrashDisk.of(files);
    open(SMALL);
    assertThat(spares()).hasSize(SegmentPool.KEPT_MAX);
    disk = CrashDisk.of(files);
    disk.capacityBytes = disk.usedBytes() + (3 * 64 << 10);
    open(SMALL);
    assertThat(spares()).isEmpty();
  }

  @Test
  void aStartWithAnotherSizeDeletesThem() throws IOException {
    open(SMALL);
    gatherSpares();
    log.close();
    open(new LogSettings(128 << 10, 1 << 20, 1 << 24));
    assertThat(spares()).isEmpty();
  }

  @Test
  void whereTheDiskIsNearlyFullTheyAreGivenUp() throws IOException {
    open(SMALL);
    gatherSpares();
    disk.capacityBytes = disk.usedBytes() + 1000;
    int before = disk.recycled;
    for (int i = 0; i < 4; i++) write(64, 300);
    assertThat(disk.recycled).isEqualTo(before + 1);
    assertThat(spares()).isEmpty();
    assertThat(disk.usableBytes()).isGreaterThan(3 * (64 << 10));
    for (int i = 0; i < 50; i++) {
      write(64, 300);
      assertThat(spares()).isEmpty();
    }
  }

  @Test
  void onAFullDiskTheLogGoesOnInTheFilesThatItHas() throws IOException {
    open(SMALL);
    gatherSpares();
    disk.capacityBytes = disk.usedBytes();
    int segments = LogRecovery.segmentNames(disk).size();
    DiskFullException full = null;
    while (full == null) {
      try {
        write(64, 100_000);
      } catch (DiskFullException e) {
        full = e;
      }
    }
    assertThat(LogRecovery.segmentNames(disk)).hasSize(segments + SegmentPool.KEPT_MAX);
    assertThat(spares()).isEmpty();
  }

  @Test
  void withoutADescriptorTheLogKeepsThemAndGoesOnLater() throws IOException {
    open(SMALL);
    gatherSpares();
    disk.outOfFiles = true;
    long before = index;
    assertThatThrownBy(
            () -> {
              while (index < before + 10_000) write(64, 100_000);
            })
        .isInstanceOf(TooManyFilesException.class);
    assertThat(spares()).isNotEmpty();
    assertThatThrownBy(log::work).isInstanceOf(TooManyFilesException.class);
    disk.outOfFiles = false;
    assertThat(log.work()).isEqualTo(batch);
    log.close();
    open(SMALL);
    assertThat(index).isGreaterThan(before);
    assertThat(spares()).isNotEmpty();
  }

  @Test
  void anEntryThatIsTooBigForThemTakesTheirSpaceOnAFullDisk() throws IOException {
    open(SMALL);
    gatherSpares();
    disk.capacityBytes = disk.usedBytes();
    log.submit(new Persist(++batch, null, null, List.of(entry(++index, 100_000)), 0));
    assertThat(log.work()).isEqualTo(batch);
    assertThat(spares()).isEmpty();
  }

  @Test
  void aResetGoesOnCountingSoThatNothingFromBeforeItComesBack() throws IOException {
    open(SMALL);
    for (int round = 1; round <= 30; round++) {
      for (int i = 0; i < round % 7 + 1; i++) write(64, 100_000);
      EntryId to = new EntryId(index + 1000, round);
      index = to.index();
      log.submit(new Persist(++batch, to, new HardState(round, 1), List.of(), 0));
      log.work();
      disk.restart(CrashDisk.Loss.ALL, null);
      DurableLog.Opened opened = DurableLog.open(disk, SMALL, MEMBER, () -> {});
      assertThat(opened.compacted()).isEqualTo(to);
      assertThat(opened.entries()).isEmpty();
      log = opened.log();
      batch = 0;
    }
    assertThat(disk.recycled).isGreaterThan(10);
  }

  /// A new log counts its groups from 1: those in the files of another would be later ones.
  @Test
  void aNewLogTakesNoFilesOfTheOneBefore() throws IOException {
    open(SMALL);
    gatherSpares();
    log.close();
    TreeMap<String, byte[]> left = disk.contents();
    left.keySet().removeIf(name -> name.endsWith(".log"));
    assertThat(left).isNotEmpty();
    for (int crashAt = 1; ; crashAt++) {
      disk = CrashDisk.of(left);
      disk.crashAt = crashAt;
      try {
        open(SMALL);
        break;
      } catch (CrashDisk.Crash e) {
        disk.restart(CrashDisk.Loss.SOME, new SplittableRandom(crashAt));
      }
      open(SMALL);
      for (int i = 0; i < 12; i++) write(16, 100_000);
      DurableLog.Opened opened = DurableLog.open(disk, SMALL, MEMBER, () -> {});
      assertThat(opened.entries()).hasSize(12 * 16);
      assertThat(disk.recycled).isZero();
    }
  }

  private static Entry entry(long index, int bytes) {
    return new Entry(index, 1, Entry.Kind.COMMAND, Bytes.wrap(new byte[bytes]));
  }
}
