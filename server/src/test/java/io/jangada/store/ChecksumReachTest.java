package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.Crc32c;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.Persist;
import io.jangada.raft.SnapshotMeta;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Checksums cover all of what they stand for, also where that is large.
class ChecksumReachTest {
  private static final Identity MEMBER = Identity.of("checksums", 1);
  private static final LogSettings LOG = new LogSettings(512 << 10, 1 << 20, 1 << 20);
  private static final int LARGE = 100_000;

  private final SplittableRandom random = new SplittableRandom(3);

  private Bytes large() {
    byte[] bytes = new byte[LARGE];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  @Test
  void aLargeEntryIsCoveredToItsLastByte() throws IOException {
    CrashDisk disk = new CrashDisk();
    Bytes data = large();
    List<Entry> entries =
        List.of(
            new Entry(1, 1, Entry.Kind.COMMAND, data),
            new Entry(2, 1, Entry.Kind.COMMAND, Bytes.utf8("the end")));
    try (DurableLog log = DurableLog.open(disk, LOG, MEMBER, () -> {}).log()) {
      log.submit(new Persist(1, null, new HardState(1, 1), entries.subList(0, 1), 0));
      log.work();
      log.submit(new Persist(2, null, null, entries.subList(1, 2), 0));
      log.work();
    }
    TreeMap<String, byte[]> files = disk.contents();
    byte[] segment = files.get(LogRecovery.segmentName(1));
    assertThat(DurableLog.open(CrashDisk.of(files), LOG, MEMBER, () -> {}).entries())
        .isEqualTo(entries);
    for (int at = 1_024; at < LARGE; at += 997) {
      segment[at] ^= 2;
      assertThatThrownBy(() -> DurableLog.open(CrashDisk.of(files), LOG, MEMBER, () -> {}))
          .as("byte %d", at)
          .isInstanceOf(CorruptLogException.class);
      segment[at] ^= 2;
    }
  }

  private SnapshotMeta take(Disk disk, List<Bytes> chunks) throws IOException {
    SnapshotStore store = SnapshotStore.open(disk);
    store.begin(new EntryId(9, 2), Membership.of(1, 2, 3));
    for (Bytes chunk : chunks) store.append(chunk);
    SnapshotMeta meta = store.finish();
    store.close();
    return meta;
  }

  @Test
  void aLargeChunkIsCoveredToItsLastByte() throws IOException {
    CrashDisk disk = new CrashDisk();
    List<Bytes> chunks = List.of(large(), Bytes.utf8("small"), large());
    SnapshotMeta meta = take(disk, chunks);
    TreeMap<String, byte[]> files = disk.contents();
    byte[] file = files.get("snapshot/9-2.snap");
    int end = 2 * LARGE + SnapshotFormat.HEAD_BYTES;
    for (int at = SnapshotFormat.HEAD_BYTES; at < end; at += 1_999) {
      file[at] ^= 2;
      SnapshotStore store = SnapshotStore.open(CrashDisk.of(files));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 3; i++) store.readChunk(meta.last(), i);
              })
          .as("byte %d", at)
          .isInstanceOf(CorruptSnapshotException.class);
      store.close();
      file[at] ^= 2;
    }
  }

  /// What a leader sends is compared with what it announced: with all of it.
  @Test
  void whatWasReceivedIsComparedToItsLastByte() throws IOException {
    Bytes all = large();
    for (int at : new int[] {0, 4_095, 4_096, 65_536, LARGE - 1}) {
      byte[] other = all.toArray();
      other[at] ^= 1;
      EntryId last = new EntryId(9, 2);
      SnapshotMeta meta = new SnapshotMeta(last, Membership.of(1), 1, LARGE, Crc32c.of(all));
      SnapshotStore store = SnapshotStore.open(new CrashDisk());
      assertThat(store.receive(meta, 0, Bytes.wrap(other))).isEqualTo(1);
      assertThatThrownBy(() -> store.complete(meta))
          .as("byte %d", at)
          .isInstanceOf(CorruptSnapshotException.class);
      store.close();
    }
  }

  /// The longest one has a line for each of many founders.
  @Test
  void aLongStandingFileIsCoveredToItsLastByte() throws IOException {
    CrashDisk disk = new CrashDisk();
    TreeMap<Integer, Long> founders = new TreeMap<>();
    for (int i = 0; i < Membership.MEMBERS_MAX; i++) founders.put(1_000_000 + i, random.nextLong());
    IncarnationFile.of(5, IncarnationFile.State.NEW)
        .bootstrapping(Collections.unmodifiableSortedMap(founders))
        .write(disk);
    TreeMap<String, byte[]> files = disk.contents();
    byte[] file = files.get(IncarnationFile.FILE);
    assertThat(file.length).isGreaterThan(1_500);
    for (int at = 0; at < file.length; at++) {
      file[at] ^= 1;
      assertThatThrownBy(() -> IncarnationFile.read(CrashDisk.of(files)))
          .as("byte %d", at)
          .isInstanceOf(CorruptIncarnationException.class);
      file[at] ^= 1;
    }
  }
}
