package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Restorer;
import io.jangada.raft.EntryId;
import io.jangada.raft.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Backups of one member, driven by hand.
class BackupTest {
  private static final int TICKS_HELD = (int) (Backup.HELD_MILLIS / 10);
  private static final String VALUE = "v".repeat(50_000);

  private final HandCluster cluster =
      new HandCluster(1, HandCluster.Settings.USUAL.withReplica(s -> s.withSnapshotBytes(1 << 20)));
  private final HandMember member = cluster.elect(1);
  private int keys;

  private void write(int count) {
    for (int i = 0; i < count; i++) {
      List<Outcome> written = member.write("k" + keys++, VALUE);
      cluster.settle();
      assertDone(written);
    }
  }

  private List<Backup> ask() {
    List<Backup> replies = new ArrayList<>();
    assertThat(member.replica().backup(replies::add)).isTrue();
    cluster.settle();
    return replies;
  }

  private SnapshotMeta named() {
    return ((Backup.Snapshot) ask().getFirst()).meta();
  }

  private Backup chunk(EntryId last, int number) {
    List<Backup> replies = new ArrayList<>();
    assertThat(member.replica().backupChunk(new BackupChunk(last, number), replies::add)).isTrue();
    cluster.settle();
    assertThat(replies).hasSize(1);
    return replies.getFirst();
  }

  private KvStore restored(SnapshotMeta meta) {
    Restorer restorer = KvStore.restorer(KvLimits.DEFAULT, 7);
    for (int number = 0; number < meta.chunks(); number++)
      restorer.accept(((Backup.Chunk) chunk(meta.last(), number)).data());
    return restorer.finish();
  }

  @Test
  @DisplayName("a backup holds what was applied when it was asked for")
  void holdsAll() {
    write(20);
    SnapshotMeta meta = named();
    assertThat(meta.last().index()).isEqualTo(member.status().state().applied());
    assertThat(meta.chunks()).isGreaterThan(3);
    assertThat(restored(meta).digest()).isEqualTo(member.status().state().digest());
  }

  @Test
  @DisplayName("the newest snapshot is named where it holds all")
  void noneInVain() {
    write(3);
    SnapshotMeta first = named();
    assertThat(named()).isEqualTo(first);
    write(1);
    assertThat(named().last().index()).isEqualTo(first.last().index() + 1);
    assertThat(member.status().usage().counters().snapshots().taken()).isEqualTo(2);
  }

  @Test
  @DisplayName("one that is being written when it is asked for is not enough")
  void notTheOneUnderWay() {
    write(3);
    member.snapshotsStalled = true;
    member.replica().takeSnapshot(_ -> {});
    cluster.settle();
    write(1);
    List<Backup> replies = ask();
    assertThat(replies).isEmpty();
    member.snapshotsStalled = false;
    cluster.ticks(2);
    assertThat(replies)
        .singleElement()
        .isInstanceOfSatisfying(
            Backup.Snapshot.class,
            named ->
                assertThat(named.meta().last().index())
                    .isEqualTo(member.status().state().applied()));
  }

  @Test
  @DisplayName("it is kept while chunks are read, and goes some time after the last")
  void kept() {
    write(10);
    SnapshotMeta meta = named();
    for (int i = 0; i < 3; i++) {
      write(60);
      cluster.ticks(TICKS_HELD - 1);
      assertThat(chunk(meta.last(), i)).isInstanceOf(Backup.Chunk.class);
    }
    assertThat(member.status().usage().counters().snapshots().taken()).isGreaterThan(3);
    assertThat(member.snapshots()).as("that one and the newest").hasSize(2);
    cluster.ticks(TICKS_HELD);
    assertThat(member.snapshots()).hasSize(1);
    assertThat(chunk(meta.last(), 0)).isInstanceOf(Backup.Failed.class);
  }

  @Test
  @DisplayName("a backup goes on after a restart where its snapshot is still there")
  void afterRestart() {
    write(10);
    SnapshotMeta meta = named();
    member.replica().abandon();
    member.begin();
    assertThat(chunk(meta.last(), 0)).isInstanceOf(Backup.Chunk.class);
  }

  @Test
  @DisplayName("chunks that there are none of, and snapshots, are refused")
  void refused() {
    assertThat(chunk(new EntryId(3, 1), 0)).isInstanceOf(Backup.Failed.class);
    write(1);
    SnapshotMeta meta = named();
    EntryId other = new EntryId(meta.last().index(), meta.last().term() + 1);
    assertThat(chunk(meta.last(), -1)).isInstanceOf(Backup.Failed.class);
    assertThat(chunk(meta.last(), meta.chunks())).isInstanceOf(Backup.Failed.class);
    assertThat(chunk(other, 0)).isInstanceOf(Backup.Failed.class);
    assertThat(chunk(meta.last(), 0)).isInstanceOf(Backup.Chunk.class);
  }

  @Test
  @DisplayName("two snapshots are kept at most, and a third backup waits its turn")
  void bounded() {
    for (int i = 0; i < 2; i++) {
      write(1);
      named();
    }
    write(1);
    assertThat(ask()).singleElement().isInstanceOf(Backup.Busy.class);
    cluster.ticks(TICKS_HELD);
    assertThat(ask()).singleElement().isInstanceOf(Backup.Snapshot.class);
  }

  @Test
  @DisplayName("so many may wait, and so many reads, on a stalled disk; and none for ever")
  void stalled() {
    write(2);
    SnapshotMeta meta = named();
    write(1);
    member.snapshotsStalled = true;
    List<List<Backup>> waiting = new ArrayList<>();
    for (int i = 0; i < 16; i++) waiting.add(ask());
    assertThat(ask()).singleElement().isInstanceOf(Backup.Busy.class);
    List<Backup> chunks = new ArrayList<>();
    for (int i = 0; i < 17; i++)
      member.replica().backupChunk(new BackupChunk(meta.last(), 0), chunks::add);
    cluster.settle();
    assertThat(chunks).singleElement().isInstanceOf(Backup.Busy.class);
    cluster.ticks(1_000);
    assertThat(chunks).hasSize(17);
    cluster.ticks(59_000);
    assertThat(waiting).allMatch(replies -> replies.size() == 1);
  }

  @Test
  @DisplayName("where the disk is full, or the member stops, who waits is told")
  void fails() {
    write(1);
    member.fill("tmp");
    assertThat(ask()).singleElement().isInstanceOf(Backup.Failed.class);
    assertThat(member.status().usage().counters().snapshots().failed()).isEqualTo(1);
    member.fill("none");
    member.snapshotsStalled = true;
    List<Backup> replies = ask();
    member.replica().abandon();
    assertThat(replies).singleElement().isInstanceOf(Backup.Failed.class);
  }
}
