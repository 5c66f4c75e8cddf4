package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.Persist;
import io.jangada.store.CrashDisk.Crash;
import io.jangada.store.CrashDisk.Loss;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DataDirectoryTest {
  private static final Identity MINE = Identity.of("orders-eu", 3);

  private final CrashDisk disk = new CrashDisk();

  @Test
  void aDirectoryIsClaimedOnceAndThenKnown() throws IOException {
    try (DataDirectory directory = DataDirectory.claim(disk, MINE)) {
      assertThat(directory.isNew()).isTrue();
    }
    try (DataDirectory directory = DataDirectory.claim(disk, MINE)) {
      assertThat(directory.isNew()).isFalse();
    }
    disk.restart(Loss.ALL, new SplittableRandom(1));
    assertThat(Identity.read(disk)).isEqualTo(MINE);
    assertThat(new String(disk.contents().get("meta")))
        .isEqualTo("jangada-data 2\ncluster orders-eu\nmember 3\ncrc32c 94d49483\n");
  }

  @Test
  void onlyOneAtATimeUsesIt() throws IOException {
    try (DataDirectory directory = DataDirectory.claim(disk, MINE)) {
      assertThatThrownBy(() -> DataDirectory.claim(disk, MINE))
          .isInstanceOf(DirectoryLockedException.class);
      assertThat(directory.isNew()).isTrue();
    }
    DataDirectory.claim(disk, MINE).close();
  }

  @Test
  void anothersDataIsRefusedAndBothAreNamed() throws IOException {
    DataDirectory.claim(disk, MINE).close();
    assertThatThrownBy(() -> DataDirectory.claim(disk, Identity.of("orders-us", 3)))
        .isInstanceOf(IdentityException.class)
        .hasMessageContainingAll("member 3", "'orders-eu'", "'orders-us'");
    assertThatThrownBy(() -> DataDirectory.claim(disk, Identity.of("orders-eu", 4)))
        .isInstanceOf(IdentityException.class)
        .hasMessageContainingAll("member 3", "'orders-eu'", "member 4");
    DataDirectory.claim(disk, MINE).close();
  }

  @Test
  void anotherFormatIsRefusedByNumber() {
    assertThatThrownBy(() -> claim("jangada-data 7\nwhatever\n"))
        .isInstanceOf(IdentityException.class)
        .hasMessageContainingAll("format 7", "newer", "format 2");
    String older = "jangada-data 1\ncluster orders-eu\nmember 3\ncrc32c 8954bf1d\n";
    assertThatThrownBy(() -> claim(older))
        .isInstanceOf(IdentityException.class)
        .hasMessageContainingAll("format 1", "older", "format 2");
  }

  @Test
  void aDamagedIdentityIsRefused() throws IOException {
    DataDirectory.claim(disk, MINE).close();
    String good = new String(disk.contents().get("meta"));
    for (int at = 0; at < good.length(); at++) {
      String bad = good.substring(0, at) + (char) (good.charAt(at) ^ 1) + good.substring(at + 1);
      assertThatThrownBy(() -> claim(bad)).as(bad).isInstanceOf(IdentityException.class);
      String cut = good.substring(0, at);
      assertThatThrownBy(() -> claim(cut)).as(cut).isInstanceOf(IdentityException.class);
    }
  }

  @Test
  void aLogWithoutAnIdentityIsNotTouched() throws IOException {
    DurableLog.open(disk, LogSettings.small(), MINE, () -> {}).log().close();
    assertThatThrownBy(() -> DataDirectory.claim(disk, MINE))
        .isInstanceOf(IdentityException.class)
        .hasMessageContainingAll("log", "'meta'");
  }

  @Test
  void aCrashWhileItIsClaimedLeavesItNewOrClaimed() throws IOException {
    for (int crashAt = 1; crashAt <= 5; crashAt++) {
      CrashDisk crashing = new CrashDisk();
      crashing.crashAt = crashAt;
      try {
        DataDirectory.claim(crashing, MINE);
        assertThat(crashAt).isEqualTo(5);
      } catch (Crash e) {
        crashing.restart(Loss.SOME, new SplittableRandom(crashAt));
      }
      crashing.restart(Loss.NONE_YET, new SplittableRandom(1));
      DataDirectory.claim(crashing, MINE).close();
      assertThat(Identity.read(crashing)).isEqualTo(MINE);
    }
  }

  @Test
  void impossibleIdentitiesAreRefused() {
    assertThatThrownBy(() -> Identity.of("", 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Identity.of("a b", 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Identity.of("x".repeat(65), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Identity.of("x", -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aReportSaysWhatIsInADirectoryThatIsGood() throws IOException {
    fill();
    DataReport report = DataVerifier.verify(disk);
    assertThat(report.problems()).isEmpty();
    assertThat(report.isGood()).isTrue();
    assertThat(report.identity()).isEqualTo(MINE);
    EntryId compacted = new EntryId(10, 2);
    EntryId last = new EntryId(40, 2);
    assertThat(report.log())
        .contains(new DataReport.LogReport(new HardState(2, 1), compacted, last));
    assertThat(report.segments())
        .last()
        .satisfies(
            each -> {
              assertThat(each.end()).isEqualTo("free");
              assertThat(each.contents().indexMax()).isEqualTo(40);
              assertThat(each.usedBytes()).isLessThan(each.sizeBytes());
            });
    assertThat(report.snapshots())
        .singleElement()
        .satisfies(each -> assertThat(each.meta().get().last()).isEqualTo(new EntryId(10, 2)));
  }

  @Test
  void aReportNamesEverythingThatIsWrong() throws IOException {
    fill();
    TreeMap<String, byte[]> files = disk.contents();
    files.get("log/0000000000000003.log")[600] ^= 1;
    files.get("snapshot/10-2.snap")[SnapshotFormat.HEAD_BYTES + 8] ^= 1;
    CrashDisk damaged = CrashDisk.of(files);
    DataReport report = DataVerifier.verify(damaged);
    assertThat(report.isGood()).isFalse();
    assertThat(report.problems())
        .hasSize(2)
        .anyMatch(each -> each.contains("log/0000000000000003.log"))
        .anyMatch(each -> each.contains("snapshot/10-2.snap") && each.contains("chunk 0"));
    assertThat(report.segments().getFirst().end()).contains("group");
    assertThat(damaged.contents()).as("nothing was changed").hasSameSizeAs(files);
  }

  @Test
  void aReportMissesTheSnapshotThatTheLogGoesOnFrom() throws IOException {
    fill();
    disk.delete("snapshot/10-2.snap");
    assertThat(DataVerifier.verify(disk).problems())
        .singleElement()
        .asString()
        .contains("10/2", "snapshot");
  }

  @Test
  void whatIsNoDataDirectoryIsNotReported() {
    assertThatThrownBy(() -> DataVerifier.verify(disk)).isInstanceOf(IdentityException.class);
  }

  /// Forty entries, a snapshot of the first ten, these released.
  private void fill() throws IOException {
    DataDirectory.claim(disk, MINE).close();
    try (SnapshotStore snapshots = SnapshotStore.open(disk)) {
      snapshots.begin(new EntryId(10, 2), Membership.of(1, 2, 3));
      snapshots.append(Bytes.utf8("state"));
      snapshots.finish();
    }
    LogSettings tiny = new LogSettings(4096, 4096, 1 << 20);
    try (DurableLog log = DurableLog.open(disk, tiny, MINE, () -> {}).log()) {
      for (int i = 1; i <= 40; i++) {
        Entry entry = new Entry(i, 2, Entry.Kind.COMMAND, Bytes.utf8("x".repeat(300)));
        HardState hard = i == 1 ? new HardState(2, 1) : null;
        log.submit(new Persist(i, null, hard, List.of(entry), i == 40 ? 10 : 0));
        log.work();
      }
    }
  }

  private static void claim(String meta) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    files.put("meta", meta.getBytes());
    DataDirectory.claim(CrashDisk.of(files), MINE);
  }
}
