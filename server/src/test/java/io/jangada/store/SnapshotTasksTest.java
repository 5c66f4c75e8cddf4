package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

class SnapshotTasksTest {
  private static final SortedSet<Long> NONE = Collections.emptySortedSet();

  private static final EntryId LAST = new EntryId(4, 2);
  private static final EntryId NEXT = new EntryId(9, 2);
  private static final Membership TWO = Membership.of(1, 2);

  private final CrashDisk disk = new CrashDisk();
  private final SnapshotTasks tasks = tasksOn(disk);

  @Test
  void aSnapshotIsTakenAndReadBack() {
    SnapshotDone.Taken taken = (SnapshotDone.Taken) take(tasks, "a", "b").getLast();
    assertThat(taken.meta().last()).isEqualTo(LAST);
    assertThat(run(tasks, new SnapshotTask.Read(LAST, 1)))
        .containsExactly(new SnapshotDone.Chunk(taken.meta(), 1, Bytes.utf8("b")));
    assertThat(run(tasks, new SnapshotTask.Read(new EntryId(5, 2), 1)))
        .singleElement()
        .isInstanceOfSatisfying(
            SnapshotDone.Failed.class,
            failed -> assertThat(failed.cause()).isInstanceOf(MissingFileException.class));
  }

  @Test
  void theLastChunkThatIsReceivedInstallsTheSnapshot() {
    SnapshotMeta meta =
        ((SnapshotDone.Taken) take(tasksOn(new CrashDisk()), "a", "b").getLast()).meta();
    assertThat(run(tasks, new SnapshotTask.Offer(meta)))
        .containsExactly(new SnapshotDone.Received(meta, 0));
    assertThat(run(tasks, new SnapshotTask.Receive(meta, 0, Bytes.utf8("a"))))
        .containsExactly(new SnapshotDone.Received(meta, 1));
    assertThat(run(tasks, new SnapshotTask.Receive(meta, 1, Bytes.utf8("b"))))
        .containsExactly(new SnapshotDone.Installed(meta));
    assertThat(run(tasks, new SnapshotTask.Offer(meta)))
        .containsExactly(new SnapshotDone.Installed(meta));
  }

  @Test
  void aFailedWriteForgetsTheSnapshotAndFailsWhatWasStillToCome() throws IOException {
    run(tasks, new SnapshotTask.Begin(LAST, TWO));
    disk.failAt = disk.operations + 1;
    List<SnapshotDone> done =
        run(tasks, new SnapshotTask.Append(Bytes.utf8("a")), new SnapshotTask.Finish());
    assertThat(done)
        .extracting(each -> ((SnapshotDone.Failed) each).cause().getMessage())
        .containsExactly("input/output error", "no snapshot is being taken");
    assertThat(disk.list("tmp")).isEmpty();
    assertThat(take(tasks, "a").getLast()).isInstanceOf(SnapshotDone.Taken.class);
  }

  @Test
  void aFullDiskKeepsWhatWasReceived() {
    SnapshotMeta meta =
        ((SnapshotDone.Taken) take(tasksOn(new CrashDisk()), "a", "b").getLast()).meta();
    run(tasks, new SnapshotTask.Receive(meta, 0, Bytes.utf8("a")));
    disk.capacityBytes = disk.usedBytes();
    assertThat(run(tasks, new SnapshotTask.Receive(meta, 1, Bytes.utf8("b"))))
        .singleElement()
        .isInstanceOfSatisfying(
            SnapshotDone.Failed.class,
            failed -> assertThat(failed.cause()).isInstanceOf(DiskFullException.class));
    disk.capacityBytes = disk.usedBytes() + 10;
    assertThat(run(tasks, new SnapshotTask.Receive(meta, 1, Bytes.utf8("b"))).getLast())
        .as("the chunk fits, the directory does not")
        .isInstanceOf(SnapshotDone.Failed.class);
    disk.capacityBytes = Long.MAX_VALUE;
    assertThat(run(tasks, new SnapshotTask.Receive(meta, 1, Bytes.utf8("b"))))
        .containsExactly(new SnapshotDone.Installed(meta));
  }

  @Test
  void withoutADescriptorTasksWaitInTheirOrderAndNoneFails() throws IOException {
    SnapshotMeta meta = ((SnapshotDone.Taken) take(tasks, "a", "b").getLast()).meta();
    SnapshotMeta sent =
        ((SnapshotDone.Taken) take(tasksOn(new CrashDisk()), NEXT, "c").getLast()).meta();
    SnapshotTasks after = tasksOn(disk);
    disk.outOfFiles = true;
    assertThat(run(after, new SnapshotTask.Read(LAST, 1))).isEmpty();
    assertThat(after.postponedFor()).isNotNull();
    assertThat(run(after, new SnapshotTask.Receive(sent, 0, Bytes.utf8("c")))).isEmpty();
    assertThat(run(after, new SnapshotTask.Begin(NEXT, TWO))).isEmpty();
    assertThat(after.isBehind()).isTrue();
    disk.outOfFiles = false;
    assertThat(after.work())
        .containsExactly(
            new SnapshotDone.Chunk(meta, 1, Bytes.utf8("b")),
            new SnapshotDone.Installed(sent),
            new SnapshotDone.Accepted(new SnapshotTask.Begin(NEXT, TWO)));
    assertThat(after.postponedFor()).isNull();
    assertThat(after.isBehind()).isFalse();
  }

  @Test
  void anAbandonedSnapshotLeavesNothing() throws IOException {
    run(tasks, new SnapshotTask.Begin(LAST, TWO), new SnapshotTask.Append(Bytes.utf8("a")));
    assertThat(disk.list("tmp")).hasSize(1);
    assertThat(run(tasks, new SnapshotTask.Abandon()))
        .containsExactly(new SnapshotDone.Accepted(new SnapshotTask.Abandon()));
    assertThat(disk.list("tmp")).isEmpty();
    assertThat(run(tasks, new SnapshotTask.Retain(3, NONE)))
        .containsExactly(new SnapshotDone.Accepted(new SnapshotTask.Retain(3, NONE)));
  }

  @Test
  void oneTurnDoesABoundedNumberOfTasksAndTheQueueABoundedNumberOfBytes() {
    for (int i = 0; i < 40; i++) tasks.submit(new SnapshotTask.Retain(1, NONE));
    assertThat(tasks.work()).hasSize(16);
    assertThat(tasks.isBehind()).isTrue();
    tasks.work();
    assertThat(tasks.work()).hasSize(8);
    assertThat(tasks.isBehind()).isFalse();
    tasks.submit(new SnapshotTask.Append(Bytes.wrap(new byte[10_000])));
    assertThat(tasks.hasRoom()).isFalse();
    tasks.submit(new SnapshotTask.Append(Bytes.wrap(new byte[10_000])));
    assertThatThrownBy(() -> tasks.submit(new SnapshotTask.Finish()))
        .isInstanceOf(IllegalStateException.class);
  }

  private static SnapshotTasks tasksOn(Disk disk) {
    try {
      return new SnapshotTasks(SnapshotStore.open(disk), 10_000, () -> {});
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<SnapshotDone> take(SnapshotTasks tasks, String... chunks) {
    return take(tasks, LAST, chunks);
  }

  private static List<SnapshotDone> take(SnapshotTasks tasks, EntryId last, String... chunks) {
    tasks.submit(new SnapshotTask.Begin(last, TWO));
    for (String chunk : chunks) tasks.submit(new SnapshotTask.Append(Bytes.utf8(chunk)));
    return run(tasks, new SnapshotTask.Finish());
  }

  private static List<SnapshotDone> run(SnapshotTasks tasks, SnapshotTask... submitted) {
    for (SnapshotTask task : submitted) tasks.submit(task);
    return tasks.work();
  }
}
