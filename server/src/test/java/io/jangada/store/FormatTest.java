package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.Persist;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// The bytes on disk are those that the essays describe: a change here is a new format version.
class FormatTest {
  private static final Identity MEMBER = Identity.of("demo", 258);

  private final CrashDisk disk = new CrashDisk();

  @Test
  void aSegmentIsItsHeaderAndItsGroups() throws IOException {
    DurableLog log = DurableLog.open(disk, LogSettings.small(), MEMBER, () -> {}).log();
    Entry entry = new Entry(1, 3, Entry.Kind.COMMAND, Bytes.utf8("hey"));
    log.submit(new Persist(1, null, new HardState(3, 2), List.of(entry), 0));
    log.work();
    log.submit(new Persist(2, new EntryId(9, 3), null, List.of(), 0));
    log.work();
    byte[] bytes = disk.contents().get("log/0000000000000001.log");
    assertThat(bytes).hasSize(64 << 10);
    assertThat(hex(bytes, 0, 96))
        .isEqualTo(
            lines(
                "4a414e47414c4f47 00000002",
                "0000000000000001 0000000000010000 0000000000000001",
                "0000000000000000 ffffffff",
                "0000000000000000 0000000000000000 0000000000000000 0000000000000000",
                "00000102 04 64656d6f 00000000000000"));
    assertThat(hex(bytes, 508, 4)).isEqualTo("d8aab646");
    assertThat(hex(bytes, 512, 12 + 17 + 25))
        .isEqualTo(
            lines(
                "0000002a 00000002 00000000",
                "0000000d 01 0000000000000003 00000002",
                "00000015 02 0000000000000001 0000000000000003 01 686579"));
    assertThat(hex(bytes, 512 + 54, 496 - 54)).isEqualTo("00".repeat(496 - 54));
    assertThat(hex(bytes, 1024 - 16, 16)).isEqualTo(lines("0000000000000001 80000000 c1fbe1ca"));
    assertThat(hex(bytes, 1024, 12 + 21))
        .isEqualTo(
            lines("00000015 00000001 00000000", "00000011 03 0000000000000009 0000000000000003"));
    assertThat(hex(bytes, 1024 + 33, 496 - 33)).isEqualTo("00".repeat(496 - 33));
    assertThat(hex(bytes, 1536 - 16, 16)).isEqualTo(lines("0000000000000002 80000000 ce563c21"));
    assertThat(hex(bytes, 1536, 512)).isEqualTo("00".repeat(512));
  }

  @Test
  void aHeaderSaysThatTheNextSegmentExists() throws IOException {
    DurableLog log = DurableLog.open(disk, LogSettings.small(), MEMBER, () -> {}).log();
    byte[] alone = disk.contents().get("log/0000000000000001.log");
    assertThat(hex(alone, 85 + 4, 504 - 89)).isEqualTo("00".repeat(504 - 89));
    assertThat(hex(alone, 504, 8)).isEqualTo(lines("00000000 d8aab646"));
    for (int i = 1; i <= 2; i++) {
      Entry entry = new Entry(i, 3, Entry.Kind.COMMAND, Bytes.wrap(new byte[40_000]));
      log.submit(new Persist(i, null, null, List.of(entry), 0));
      log.work();
    }
    byte[] followed = disk.contents().get("log/0000000000000001.log");
    assertThat(hex(followed, 0, 504)).isEqualTo(hex(alone, 0, 504));
    assertThat(hex(followed, 504, 8)).isEqualTo(lines("00000001 2ac13545"));
  }

  @Test
  void aGroupOfManySectorsIsSealedInTheFirst() throws IOException {
    DurableLog log = DurableLog.open(disk, LogSettings.small(), MEMBER, () -> {}).log();
    Entry entry = new Entry(1, 3, Entry.Kind.COMMAND, Bytes.utf8("x".repeat(1000)));
    log.submit(new Persist(1, null, null, List.of(entry), 0));
    log.work();
    byte[] bytes = disk.contents().get("log/0000000000000001.log");
    int seal = 0;
    for (int i = 0; i < 3; i++) {
      int at = 512 + i * 512;
      CRC32C crc = new CRC32C();
      crc.update(bytes, at, 508);
      int sum = (int) crc.getValue() ^ (1 + i);
      int following = i == 0 ? 0x80000002 : 2 - i;
      assertThat(hex(bytes, at + 496, 16))
          .isEqualTo(String.format("%016x%08x%08x", 1, following, sum));
      if (i > 0) seal = 31 * seal + sum;
    }
    int length = 4 + 18 + 1000;
    assertThat(hex(bytes, 512, 12)).isEqualTo(String.format("%08x%08x%08x", length, 1, seal));
    assertThat(new String(bytes, 512 + 34, 496 - 34)).isEqualTo("x".repeat(496 - 34));
    assertThat(new String(bytes, 1024, 496)).isEqualTo("x".repeat(496));
  }

  @Test
  void aSnapshotIsHeadBlocksAndDirectory() throws IOException {
    SnapshotStore store = SnapshotStore.open(disk);
    store.begin(new EntryId(5, 2), Membership.of(1, 2));
    store.append(Bytes.utf8("ab"));
    store.append(Bytes.utf8("c"));
    store.finish();
    byte[] bytes = disk.contents().get("snapshot/5-2.snap");
    assertThat(hex(bytes, 0, 64))
        .isEqualTo(
            lines(
                "4a414e47534e4150 00000001 0000000000000005 0000000000000002",
                "00000002 0000000000000003 364b3fb7",
                "0000000d 01 02 00000001 00000002 00 00 00",
                "000000"));
    assertThat(hex(bytes, 2044, 4)).isEqualTo("bf3d2d29");
    assertThat(hex(bytes, 2048, bytes.length - 2048))
        .isEqualTo(
            lines("00000002 2018f71f 6162", "00000001 35e1fb5b 63", "00000002 00000001 0e61eed1"));
  }

  @Test
  void whatIsNoRecordIsRefusedWhateverItsBytes() {
    SplittableRandom dice = new SplittableRandom(3);
    ByteBuffer good = ByteBuffer.allocate(200);
    Entry entry = new Entry(1, 3, Entry.Kind.COMMAND, Bytes.utf8("hey"));
    LogFormat.putRecord(good, new LogRecord.Append(entry));
    int length = good.position();
    assertThat(LogFormat.record(ByteBuffer.wrap(good.array(), 0, length)))
        .isEqualTo(new LogRecord.Append(entry));
    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = Arrays.copyOf(good.array(), dice.nextInt(2 * length));
      for (int j = dice.nextInt(3); j >= 0 && bytes.length > 0; j--)
        bytes[dice.nextInt(Math.min(bytes.length, length))] = (byte) dice.nextInt();
      ByteBuffer in = ByteBuffer.wrap(bytes);
      try {
        LogRecord found = LogFormat.record(in);
        ByteBuffer again = ByteBuffer.allocate(in.position());
        LogFormat.putRecord(again, found);
        assertThat(again.array()).isEqualTo(Arrays.copyOf(bytes, in.position()));
      } catch (MalformedException e) {
        assertThat(e).hasMessageContaining("record");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(30_000);
  }

  @Test
  void whatIsNoGroupIsRefusedWhateverItsSectors() throws IOException {
    SplittableRandom dice = new SplittableRandom(4);
    byte[] segment = segmentOfFiveGroups(1);
    byte[] other = segmentOfFiveGroups(2);
    List<SegmentReader.Group> good = groups(segment);
    List<SegmentReader.Group> others = groups(other);
    assertThat(good).hasSize(5);
    int shorter = 0;
    for (int i = 0; i < 30_000; i++) {
      byte[] bytes = segment.clone();
      for (int j = dice.nextInt(4); j >= 0; j--) spoil(bytes, other, dice);
      List<SegmentReader.Group> found = groups(bytes);
      for (int k = 0; k < found.size(); k++)
        assertThat(found.get(k))
            .as("whole, of the one or the other")
            .isIn(good.get(k), others.get(k));
      if (found.size() < 5) shorter++;
    }
    assertThat(shorter).isGreaterThan(20_000);
  }

  /// Groups of two sectors and more; with another seed, other groups of the same numbers.
  private static byte[] segmentOfFiveGroups(long seed) throws IOException {
    SplittableRandom dice = new SplittableRandom(seed);
    CrashDisk disk = new CrashDisk();
    DurableLog log = DurableLog.open(disk, LogSettings.small(), MEMBER, () -> {}).log();
    for (int i = 1; i <= 5; i++) {
      byte[] data = new byte[500 + dice.nextInt(500) * i];
      dice.nextBytes(data);
      Entry entry = new Entry(i, seed, Entry.Kind.COMMAND, Bytes.wrap(data));
      log.submit(new Persist(i, null, null, List.of(entry), 0));
      log.work();
    }
    return disk.contents().get("log/0000000000000001.log");
  }

  private static void spoil(byte[] bytes, byte[] other, SplittableRandom dice) {
    int from = dice.nextInt(1, 16) * 512;
    int to = dice.nextInt(1, 16) * 512;
    switch (dice.nextInt(5)) {
      case 0 -> bytes[to + dice.nextInt(512)] ^= (byte) (1 << dice.nextInt(8));
      case 1 -> bytes[to + 496 + dice.nextInt(16)] = (byte) dice.nextInt();
      case 2 -> Arrays.fill(bytes, to, to + 512, (byte) 0);
      case 3 -> System.arraycopy(bytes.clone(), from, bytes, to, 512);
      default -> System.arraycopy(other, from, bytes, dice.nextBoolean() ? from : to, 512);
    }
  }

  private static List<SegmentReader.Group> groups(byte[] segment) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    files.put("log/0000000000000001.log", segment);
    List<SegmentReader.Group> groups = new ArrayList<>();
    try (SegmentReader reader = new SegmentReader(CrashDisk.of(files), files.firstKey())) {
      for (var group = reader.next(); group != null; group = reader.next()) groups.add(group);
      assertThat(reader.end()).isNotNull();
    }
    return groups;
  }

  private static String lines(String... hex) {
    return String.join("", hex).replace(" ", "");
  }

  private static String hex(byte[] bytes, int from, int length) {
    return HexFormat.of().formatHex(bytes, from, from + length);
  }
}
