package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.HardState;
import io.jangada.raft.Persist;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A log in files that were others before: what lies in them from then is never taken for the log,
/// and never hides what happened to it.
class RecycledLogTest {
  private static final int SECTOR = 512;
  private static final int SEGMENT = 12 << 10;
  private static final LogSettings SMALL = new LogSettings(SEGMENT, 1 << 20, 1 << 20);
  private static final Identity MEMBER = Identity.of("recycled", 3);

  private final CrashDisk disk = new CrashDisk();
  private final RandomGenerator dice = new SplittableRandom(21);
  private long batch;
  private long index;

  /// A log whose last segment is in a file that was two others before.
  ///
  /// @param before the files before the last group was written
  /// @param lastGroupAt where this begins in the last segment
  /// @param used up to where each segment holds groups
  private record Written(
      TreeMap<String, byte[]> before,
      TreeMap<String, byte[]> files,
      int lastGroupAt,
      TreeMap<String, Integer> used) {
    String last() {
      return used.lastKey();
    }

    int end() {
      return used.get(last());
    }

    TreeMap<String, byte[]> copy() {
      TreeMap<String, byte[]> copy = new TreeMap<>();
      files.forEach((name, bytes) -> copy.put(name, bytes.clone()));
      return copy;
    }
  }

  private Written write(int lastGroupSectors, boolean closed) throws IOException {
    DurableLog log = open(disk).log();
    while (index < 500 || room() < (lastGroupSectors + 6) * SECTOR)
      append(log, dice.nextInt(1, 1500));
    assertThat(disk.recycled).isGreaterThanOrEqualTo(12);
    TreeMap<String, byte[]> before = disk.contents();
    append(log, lastGroupSectors * 496 - 60);
    if (closed) log.close();
    TreeMap<String, Integer> used = new TreeMap<>();
    int lastGroupAt = 0;
    for (String name : LogRecovery.segmentNames(disk)) {
      try (SegmentReader reader = new SegmentReader(disk, name)) {
        while (reader.next() != null)
          if (!reader.endsEmpty()) lastGroupAt = (int) reader.lastGroupAt();
        used.put(name, (int) reader.position());
      }
    }
    assertThat(used).hasSizeGreaterThan(2);
    return new Written(before, disk.contents(), lastGroupAt, used);
  }

  /// What is left in the last segment.
  private int room() throws IOException {
    try (SegmentReader reader = new SegmentReader(disk, LogRecovery.segmentNames(disk).getLast())) {
      while (reader.next() != null) {}
      return (int) (SEGMENT - LogFiles.RESERVED_BYTES - reader.position());
    }
  }

  /// One group, and the entries that are about three segments old are released.
  private void append(DurableLog log, int bytes) throws IOException {
    byte[] data = new byte[bytes];
    dice.nextBytes(data);
    Entry entry = new Entry(++index, ++batch, Entry.Kind.COMMAND, Bytes.wrap(data));
    HardState hard = new HardState(batch, 1);
    log.submit(new Persist(batch, null, hard, List.of(entry), Math.max(0, index - 45)));
    log.work();
  }

  @Test
  void behindTheLastGroupLieWholeGroupsOfEarlierLives() throws IOException {
    Written written = write(3, false);
    Sectors sectors = new Sectors(ByteBuffer.wrap(written.files.get(written.last())));
    int first = 0;
    int stale = 0;
    for (int at = (written.end() + 4095) / 4096 * 4096; at < SEGMENT; at += SECTOR) {
      long number = sectors.numberAt(at, at / SECTOR);
      assertThat(number).as("sector %d", at / SECTOR).isNotEqualTo(Sectors.DAMAGED);
      if (number > 0) stale++;
      if (number > 0 && sectors.isFirstAt(at)) first++;
    }
    assertThat(stale).isGreaterThan(5);
    assertThat(first).isGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyFlippedBitOfTheLogIsDamageAndOthersChangeNothing(boolean closed) throws IOException {
    Written written = write(4, closed);
    LogModel expected = model(written.files);
    for (String name : written.used.keySet()) {
      byte[] bytes = written.files.get(name);
      int used = written.used.get(name);
      // Where the next group would begin nobody can tell whose the bad sector was.
      int judged = name.equals(written.last()) ? used + SECTOR : used;
      for (int at = 0; at < bytes.length; at += at < judged ? 1 : 5) {
        byte mask = (byte) (1 << dice.nextInt(8));
        bytes[at] ^= mask;
        String where = "bit " + mask + " of byte " + at + " of " + name;
        if (at < judged)
          assertThatThrownBy(() -> model(written.files))
              .as(where)
              .isInstanceOf(CorruptLogException.class);
        else assertThat(model(written.files)).as(where).isEqualTo(expected);
        bytes[at] ^= mask;
      }
    }
  }

  @Test
  void howeverManyBitsAreFlippedInTheLogItIsDamage() throws IOException {
    Written written = write(6, false);
    for (int run = 0; run < 5000; run++) {
      TreeMap<String, byte[]> files = written.copy();
      boolean inLastGroup = dice.nextBoolean();
      List<String> names = List.copyOf(written.used.keySet());
      String name = inLastGroup ? written.last() : names.get(dice.nextInt(names.size()));
      int from = inLastGroup ? written.lastGroupAt : 0;
      int used = written.used.get(name);
      for (int sectors = dice.nextInt(1, 7); sectors > 0; sectors--) {
        int at = from + dice.nextInt((used - from) / SECTOR) * SECTOR;
        for (int flips = dice.nextInt(1, 30); flips > 0; flips--)
          files.get(name)[at + dice.nextInt(SECTOR)] ^= (byte) dice.nextInt(1, 256);
      }
      if (Arrays.equals(files.get(name), written.files.get(name))) continue;
      assertThatThrownBy(() -> model(files))
          .as("run %d", run)
          .isInstanceOf(CorruptLogException.class);
    }
  }

  /// Each subset of the sectors of the last group, lost in both ways in which a sector can be.
  @Test
  void aLastGroupOfWhichSectorsWereNotWrittenIsCutWhole() throws IOException {
    Written written = write(5, false);
    LogModel whole = model(written.files);
    LogModel without = model(written.before);
    assertThat(whole).isNotEqualTo(without);
    for (int subset = 1; subset < 1 << 5; subset++) {
      for (int zeroes = 0; zeroes < 1 << 5; zeroes++) {
        TreeMap<String, byte[]> files = written.copy();
        for (int i = 0; i < 5; i++)
          if ((subset >> i & 1) != 0)
            lose(written, files, written.lastGroupAt + i * SECTOR, (zeroes >> i & 1) != 0);
        assertThat(model(files)).as("lost %d, zeroes %d", subset, zeroes).isEqualTo(without);
      }
    }
  }

  @Test
  void aLostSectorOfAnyOtherGroupIsDamage() throws IOException {
    Written written = write(5, false);
    for (String name : written.used.keySet()) {
      int end = name.equals(written.last()) ? written.lastGroupAt : written.used.get(name);
      for (int at = 0; at < end; at += SECTOR) {
        TreeMap<String, byte[]> files = written.copy();
        Arrays.fill(files.get(name), at, at + SECTOR, (byte) 0);
        assertThatThrownBy(() -> model(files))
            .as("sector %d of %s", at / SECTOR, name)
            .isInstanceOf(CorruptLogException.class);
      }
    }
  }

  @Test
  void aLostSectorOfTheLastGroupOfAClosedLogIsDamage() throws IOException {
    Written written = write(5, true);
    for (int at = written.lastGroupAt; at < written.end() - SECTOR; at += SECTOR) {
      for (boolean zeroes : new boolean[] {true, false}) {
        TreeMap<String, byte[]> files = written.copy();
        lose(written, files, at, zeroes);
        assertThatThrownBy(() -> model(files))
            .as("sector %d", at / SECTOR)
            .isInstanceOf(CorruptLogException.class)
            .hasMessageContaining("group");
      }
    }
  }

  /// A torn group that goes over a sector that was damaged before it was its turn.
  @Test
  void aBadSectorWithinATornGroupIsDamage() throws IOException {
    Written written = write(5, false);
    TreeMap<String, byte[]> files = written.copy();
    lose(written, files, written.lastGroupAt + 3 * SECTOR, false);
    files.get(written.last())[written.lastGroupAt + 3 * SECTOR + 7] ^= 1;
    assertThatThrownBy(() -> model(files)).isInstanceOf(CorruptLogException.class);
  }

  @Test
  void aFileThatHasJustBecomeASegmentHoldsNothing() throws IOException {
    Written written = write(5, false);
    LogModel expected = model(written.files);
    // The roll alone: the first group of the new segment is too big for the one before.
    CrashDisk again = CrashDisk.of(written.files);
    DurableLog log = open(again).log();
    Entry entry =
        new Entry(++index, batch, Entry.Kind.COMMAND, Bytes.wrap(new byte[SEGMENT - 3000]));
    log.submit(new Persist(1, null, null, List.of(entry), 0));
    int operations = again.operations;
    for (int crashAt = operations + 1; ; crashAt++) {
      CrashDisk crashing = CrashDisk.of(written.files);
      DurableLog going = open(crashing).log();
      going.submit(new Persist(1, null, null, List.of(entry), 0));
      crashing.crashAt = crashAt;
      try {
        going.work();
        break;
      } catch (CrashDisk.Crash e) {
        crashing.restart(CrashDisk.Loss.SOME, new SplittableRandom(crashAt));
      }
      LogModel found = LogModel.of(open(crashing));
      if (!found.last().equals(entry.id())) assertThat(found).isEqualTo(expected);
    }
    assertThat(again.recycled).isZero();
    log.work();
    assertThat(again.recycled).isEqualTo(1);
  }

  private static void lose(
      Written written, TreeMap<String, byte[]> files, int at, boolean asZeroes) {
    byte[] lost = new byte[SECTOR];
    if (!asZeroes) System.arraycopy(written.before.get(written.last()), at, lost, 0, SECTOR);
    System.arraycopy(lost, 0, files.get(written.last()), at, SECTOR);
  }

  private static LogModel model(Map<String, byte[]> files) throws IOException {
    return LogModel.of(open(CrashDisk.of(new TreeMap<>(files))));
  }

  private static DurableLog.Opened open(Disk disk) throws IOException {
    return DurableLog.open(disk, SMALL, MEMBER, () -> {});
  }
}
