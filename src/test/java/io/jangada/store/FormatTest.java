package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.Persist;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
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
                "4a414e47414c4f47 00000001",
                "0000000000000001 0000000000010000 0000000000000001",
                "0000000000000000 ffffffff",
                "0000000000000000 0000000000000000 0000000000000000 0000000000000000",
                "00000102 04 64656d6f 00000000000000"));
    assertThat(hex(bytes, 508, 4)).isEqualTo("0bab0cfc");
    assertThat(hex(bytes, 512, 96))
        .isEqualTo(
            lines(
                "4a4e4752 2ab29dd2 0000000000000001 0000000000000001 00000032 00000002",
                "0000000d 4a02d66e 01 0000000000000003 00000002",
                "00000015 2891ca3a 02 0000000000000001 0000000000000003 01 686579",
                "a5".repeat(14)));
    assertThat(hex(bytes, 512 + 96, 64))
        .isEqualTo(
            lines(
                "4a4e4752 4f3304f5 0000000000000002 0000000000000001 00000019 00000001",
                "00000011 3345a0dd 03 0000000000000009 0000000000000003",
                "a5".repeat(7)));
    assertThat(hex(bytes, 512 + 96 + 64, 32)).isEqualTo("00".repeat(32));
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
    LogFormat.putRecord(good, new LogRecord.Append(entry), 7);
    int length = good.position();
    assertThat(LogFormat.record(ByteBuffer.wrap(good.array(), 0, length), 7))
        .isEqualTo(new LogRecord.Append(entry));
    assertThatThrownBy(() -> LogFormat.record(ByteBuffer.wrap(good.array(), 0, length), 8))
        .as("a record of another group")
        .isInstanceOf(MalformedException.class);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = Arrays.copyOf(good.array(), dice.nextInt(2 * length));
      for (int j = dice.nextInt(3); j >= 0 && bytes.length > 0; j--)
        bytes[dice.nextInt(Math.min(bytes.length, length))] = (byte) dice.nextInt();
      try {
        assertThat(LogFormat.record(ByteBuffer.wrap(bytes), 7))
            .isEqualTo(new LogRecord.Append(entry));
      } catch (MalformedException e) {
        assertThat(e).hasMessageContaining("record");
      }
    }
  }

  private static String lines(String... hex) {
    return String.join("", hex).replace(" ", "");
  }

  private static String hex(byte[] bytes, int from, int length) {
    return HexFormat.of().formatHex(bytes, from, from + length);
  }
}
