package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.HardState;
import io.jangada.raft.Persist;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is torn is cut, what is damaged is refused, and neither is taken for the other.
class DurableLogDamageTest {
  private static final LogSettings TINY = new LogSettings(4096, 1 << 20, 1 << 20);
  private static final LogSettings WIDE = new LogSettings(16 << 10, 1 << 20, 1 << 20);
  private static final Identity MEMBER = Identity.of("damage-test", 3);
  private static final String FIRST = LogRecovery.segmentName(1);

  /// Files of a log with three groups in its only segment, and where they begin and end.
  private record Written(TreeMap<String, byte[]> files, List<Integer> positions) {
    byte[] segment() {
      return files.get(FIRST);
    }

    DurableLog.Opened open() throws IOException {
      return DurableLogDamageTest.open(CrashDisk.of(files));
    }
  }

  @Test
  void aTornTailIsCutAndTheLogGoesOn() throws IOException {
    Written written = threeGroups("x".repeat(700));
    blank(written, written.positions.get(2) + 512, 512);
    CrashDisk disk = CrashDisk.of(written.files);
    DurableLog.Opened opened = open(disk);
    assertThat(opened.entries()).extracting(Entry::index).containsExactly(1L, 2L);
    opened.log().submit(new Persist(1, null, null, List.of(entry(3, "again")), 0));
    assertThat(opened.log().work()).isEqualTo(1);
    assertThat(open(disk).entries()).extracting(Entry::data).last().isEqualTo(Bytes.utf8("again"));
  }

  @Test
  void goodRecordsBehindATornSectorOfTheSameGroupProveNothing() throws IOException {
    Written written = write(List.of("one", "a".repeat(900), "b".repeat(900)), 2);
    int lastGroup = written.positions.get(1);
    blank(written, lastGroup + 512, 512);
    assertThat(written.open().entries()).extracting(Entry::index).containsExactly(1L);
  }

  @Test
  void theVeryHeaderOfATornGroupMayBeWhatIsMissing() throws IOException {
    Written written = threeGroups("x".repeat(700));
    blank(written, written.positions.get(2), 512);
    assertThat(written.open().entries()).extracting(Entry::index).containsExactly(1L, 2L);
  }

  @Test
  void aBadGroupBeforeAGoodOneIsRefusedWithItsPlaceAndItsEntries() throws IOException {
    Written written = threeGroups("x".repeat(700));
    int at = written.positions.get(1);
    blank(written, at + 512, 512);
    CrashDisk disk = CrashDisk.of(written.files);
    CorruptLogException refused = catchThrowableOfType(CorruptLogException.class, () -> open(disk));
    assertThat(refused.file()).isEqualTo(FIRST);
    assertThat(refused.offset()).isEqualTo(at);
    assertThat(refused.firstIndex()).isEqualTo(2);
    assertThat(refused.lastIndex()).isEqualTo(2);
    assertThat(refused)
        .hasMessageContainingAll(
            "log/0000000000000001.log", "byte " + at, "from 2 to 2", "group 2", "group 3");
    assertThat(disk.contents().get(FIRST)).as("left as it was").isEqualTo(written.segment());
  }

  @Test
  void aGroupThatWentWholeToZeroesIsMissedWhenAnotherFollows() throws IOException {
    Written written = threeGroups("small");
    int at = written.positions.get(1);
    blank(written, at, written.positions.get(2) - at);
    assertThatThrownBy(written::open)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContainingAll("group 2", "group 3");
  }

  @Test
  void anySectorOfALaterGroupProvesThatTheOneBeforeItWasDurable() throws IOException {
    for (int witness = 0; witness < 5; witness++) {
      Written written = threeGroups("x".repeat(2100));
      blank(written, written.positions.get(1), 512);
      int last = written.positions.get(2);
      for (int i = 0; i < 5; i++) if (i != witness) blank(written, last + i * 512, 512);
      assertThatThrownBy(written::open)
          .as("sector %d", witness)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContainingAll("group 2", "group 3");
    }
  }

  /// Its client's data may look like the beginning of a group, with an entry in it.
  @Test
  void theMiddleOfALaterGroupIsNotTakenForItsBeginning() throws IOException {
    ByteBuffer faked = ByteBuffer.allocate(70);
    LogFormat.putRecord(faked.position(12), new LogRecord.Append(entry(7, "x")));
    faked.putInt(0, faked.position() - 12).putInt(4, 1);
    String data = "x".repeat(496 - 34) + new String(faked.array(), StandardCharsets.US_ASCII);
    Written written = threeGroups(data);
    blank(written, written.positions.get(1), 512);
    blank(written, written.positions.get(2), 512);
    CorruptLogException refused = catchThrowableOfType(CorruptLogException.class, written::open);
    assertThat(refused).hasMessageContainingAll("group 2", "group 3");
    assertThat(refused.lastIndex()).as("not known").isEqualTo(-1);
  }

  @Test
  void aBadSectorOfTheLastGroupIsDamageWhateverElseIsMissing() throws IOException {
    for (int bad = 0; bad < 5; bad++) {
      int witness = bad == 2 ? 3 : 2;
      Written written = threeGroups("x".repeat(2100));
      int at = written.positions.get(2);
      written.segment()[at + bad * 512 + 300] ^= 4;
      for (int missing = 0; missing < 5; missing++)
        if (missing != bad && missing != witness) blank(written, at + missing * 512, 512);
      assertThatThrownBy(written::open)
          .as("sector %d", bad)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContainingAll("group 3", "bad sector", "byte " + (at + bad * 512));
    }
  }

  @Test
  void aBadSectorWhereTheNextGroupShouldBeginIsDamage() throws IOException {
    Written written = threeGroups("x".repeat(2100));
    blank(written, written.positions.get(2), 5 * 512);
    written.segment()[written.positions.get(2) + 9] = 1;
    assertThatThrownBy(written::open)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContainingAll("group 3", "sector");
  }

  @Test
  void aGroupThatWasWrittenTwiceInDifferentWordsIsNeverPutTogether() throws IOException {
    Written one = threeGroups("x".repeat(1900));
    Written other = write(List.of("x".repeat(1900), "x".repeat(1900), "y".repeat(1900)), 1);
    int at = one.positions.get(2);
    assertThat(other.positions).isEqualTo(one.positions);
    for (int mix = 1; mix < 15; mix++) {
      Written written = new Written(new TreeMap<>(one.files), one.positions);
      written.files.put(FIRST, one.segment().clone());
      for (int i = 0; i < 4; i++)
        if ((mix >> i & 1) != 0)
          System.arraycopy(other.segment(), at + i * 512, written.segment(), at + i * 512, 512);
      assertThatThrownBy(written::open)
          .as("mix %d", mix)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContainingAll("group 3", "whole");
    }
  }

  @Test
  void inALogThatWasClosedEvenAMissingSectorOfTheLastGroupIsDamage() throws IOException {
    CrashDisk disk = new CrashDisk();
    DurableLog log = open(disk).log();
    log.submit(new Persist(1, null, null, List.of(entry(1, "z".repeat(1500))), 0));
    log.work();
    log.close();
    TreeMap<String, byte[]> files = disk.contents();
    Arrays.fill(files.get(FIRST), 1024, 1536, (byte) 0);
    assertThatThrownBy(() -> open(CrashDisk.of(files)))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContainingAll("group 1", "group 2");
  }

  @Test
  void aBadGroupBeforeTheNextSegmentIsRefused() throws IOException {
    TreeMap<String, byte[]> files = manySegments(false);
    byte[] first = files.get(FIRST);
    Arrays.fill(first, 512, first.length, (byte) 0);
    CorruptLogException refused =
        catchThrowableOfType(CorruptLogException.class, () -> open(CrashDisk.of(files)));
    assertThat(refused).hasMessageContainingAll("group 1", "segment");
    assertThat(refused.firstIndex()).isEqualTo(1);
    assertThat(refused.lastIndex()).isGreaterThan(3);
  }

  @Test
  void aMissingSegmentIsRefused() throws IOException {
    TreeMap<String, byte[]> middle = manySegments(true);
    middle.remove(LogRecovery.segmentName(2));
    assertThatThrownBy(() -> open(CrashDisk.of(middle)))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("log/0000000000000002.log")
        .hasMessageContaining("missing");
    TreeMap<String, byte[]> oldest = manySegments(true);
    oldest.remove(FIRST);
    assertThatThrownBy(() -> open(CrashDisk.of(oldest)))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContainingAll("older", "missing");
  }

  @Test
  void aSegmentThatWasCutShortIsRefused() throws IOException {
    TreeMap<String, byte[]> files = manySegments(true);
    String last = files.lastKey();
    files.put(last, Arrays.copyOf(files.get(last), 2000));
    assertThatThrownBy(() -> open(CrashDisk.of(files)))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContainingAll("2000", "4096");
  }

  @Test
  void anotherFormatIsRefusedByNumberAndIsNoDamage() throws IOException {
    for (byte version : new byte[] {1, 3}) {
      Written written = threeGroups("x");
      byte[] segment = written.segment();
      segment[11] = version;
      var crc = new java.util.zip.CRC32C();
      crc.update(segment, 0, 508);
      ByteBuffer.wrap(segment).putInt(508, (int) crc.getValue());
      assertThatThrownBy(written::open)
          .isInstanceOf(IdentityException.class)
          .hasMessageContainingAll(FIRST, "format " + version, "2");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneFlippedBitAnywhereIsRefusedOrChangesNothing(boolean closed) throws IOException {
    TreeMap<String, byte[]> files = manySegments(closed);
    LogModel expected = LogModel.of(open(CrashDisk.of(files)));
    RandomGenerator dice = new SplittableRandom(11);
    int refused = 0;
    int flips = 0;
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      for (int at = 0; at < file.getValue().length; at++, flips++) {
        byte mask = (byte) (1 << dice.nextInt(8));
        file.getValue()[at] ^= mask;
        try {
          assertThat(LogModel.of(open(CrashDisk.of(files))))
              .as("bit %s of byte %d of %s", mask, at, file.getKey())
              .isEqualTo(expected);
        } catch (CorruptLogException e) {
          refused++;
        }
        file.getValue()[at] ^= mask;
      }
    }
    assertThat(refused).as("of " + flips).isGreaterThan(flips / 2).isLessThan(flips);
  }

  @Test
  void filesOfRubbishAreRefusedAndNothingElse() throws IOException {
    TreeMap<String, byte[]> good = manySegments(true);
    RandomGenerator dice = new SplittableRandom(12);
    int refused = 0;
    for (int run = 0; run < 20_000; run++) {
      TreeMap<String, byte[]> files = new TreeMap<>();
      good.forEach((name, bytes) -> files.put(name, bytes.clone()));
      for (int i = dice.nextInt(1, 4); i > 0; i--) spoil(files, dice);
      try {
        open(CrashDisk.of(files));
      } catch (CorruptLogException | IdentityException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  private static void spoil(TreeMap<String, byte[]> files, RandomGenerator dice) {
    if (files.isEmpty()) return;
    List<String> names = List.copyOf(files.keySet());
    String name = names.get(dice.nextInt(names.size()));
    byte[] bytes = files.get(name);
    switch (dice.nextInt(7)) {
      case 0 -> files.remove(name);
      case 1 -> files.put(name, Arrays.copyOf(bytes, dice.nextInt(2 * bytes.length + 1)));
      case 2 -> files.put(name, files.get(names.get(dice.nextInt(names.size()))).clone());
      case 3 -> dice.nextBytes(bytes);
      case 4 -> files.put(LogRecovery.segmentName(dice.nextInt(20)), bytes.clone());
      case 5 -> {
        int from = dice.nextInt(bytes.length + 1);
        int to = dice.nextInt(from, bytes.length + 1);
        Arrays.fill(bytes, from, to, (byte) dice.nextInt());
      }
      default -> {
        byte[] other = files.get(names.get(dice.nextInt(names.size())));
        int length = dice.nextInt(Math.min(bytes.length, other.length) + 1) / 32 * 32;
        System.arraycopy(other, other.length - length, bytes, 0, length);
      }
    }
  }

  /// One entry in each of three groups, without the empty group of a log that was closed.
  private static Written threeGroups(String data) throws IOException {
    return write(List.of(data, data, data), 1);
  }

  /// The first group has one entry, the others so many.
  private static Written write(List<String> data, int entriesPerGroup) throws IOException {
    CrashDisk disk = new CrashDisk();
    DurableLog log = DurableLog.open(disk, WIDE, MEMBER, () -> {}).log();
    List<Entry> gathered = new ArrayList<>();
    long batch = 0;
    for (int i = 0; i < data.size(); i++) {
      gathered.add(entry(i + 1, data.get(i)));
      if (i > 0 && gathered.size() < entriesPerGroup) continue;
      log.submit(new Persist(++batch, null, null, gathered, 0));
      log.work();
      gathered.clear();
    }
    List<Integer> positions = new ArrayList<>();
    try (SegmentReader reader = new SegmentReader(disk, FIRST)) {
      while (reader.next() != null) positions.add((int) reader.lastGroupAt());
      positions.add((int) reader.position());
    }
    return new Written(disk.contents(), positions);
  }

  /// A log of several segments, each with hard states and entries, some of them cut by others.
  private static TreeMap<String, byte[]> manySegments(boolean closed) throws IOException {
    CrashDisk disk = new CrashDisk();
    DurableLog log = open(disk).log();
    RandomGenerator dice = new SplittableRandom(13);
    long index = 0;
    for (int batch = 1; batch <= 60; batch++) {
      if (dice.nextInt(6) == 0) index = Math.max(0, index - 3);
      byte[] data = new byte[dice.nextInt(300)];
      for (int i = 0; i < data.length; i++) data[i] = (byte) dice.nextInt(1, 256);
      Entry entry = new Entry(++index, batch, Entry.Kind.COMMAND, Bytes.wrap(data));
      log.submit(new Persist(batch, null, new HardState(batch, 1), List.of(entry), 0));
      log.work();
    }
    if (closed) log.close();
    TreeMap<String, byte[]> files = disk.contents();
    files.remove(RecycledSegment.NEW);
    assertThat(files).hasSizeGreaterThan(3);
    return files;
  }

  private static void blank(Written written, int from, int length) {
    Arrays.fill(written.segment(), from, from + length, (byte) 0);
  }

  private static Entry entry(long index, String data) {
    return new Entry(index, 1, Entry.Kind.COMMAND, Bytes.utf8(data));
  }

  private static DurableLog.Opened open(Disk disk) throws IOException {
    return DurableLog.open(disk, TINY, MEMBER, () -> {});
  }
}
