package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.HardState;
import io.jangada.raft.Persist;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real disk and the real thread: the same stories as elsewhere, on files.
class OsDiskTest {
  private static final Identity MEMBER = Identity.of("os-test", 1);
  private static final LogSettings SETTINGS = new LogSettings(64 << 10, 16 << 10, 1 << 20);

  @TempDir Path folder;

  @Test
  void theMemoryDiskAndTheRealOneDoTheSame() throws IOException {
    for (Disk disk : List.of(new OsDisk(folder.resolve("new/data")), new MemoryDisk())) {
      assertThat(disk.list("log")).isEmpty();
      assertThatThrownBy(() -> disk.open("x")).isInstanceOf(MissingFileException.class);
      disk.makeDirectory("log");
      disk.makeDirectory("log");
      try (DiskFile file = disk.create("log/b")) {
        file.write(3, Bytes.utf8("defg").asBuffer());
        file.write(0, Bytes.utf8("abc").asBuffer());
        file.sync();
        assertThat(read(file, 1, 4)).isEqualTo("bcde");
        assertThat(file.size()).isEqualTo(7);
        assertThat(file.read(7, ByteBuffer.allocate(1))).isEqualTo(-1);
        file.truncate(9);
        file.truncate(5);
        assertThat(read(file, 0, 9)).isEqualTo("abcde");
      }
      disk.create("log/a").close();
      assertThat(disk.list("log")).containsExactly("a", "b");
      disk.rename("log/b", "log/a");
      disk.syncDirectory("log");
      disk.syncDirectory("");
      assertThat(disk.exists("log/b")).isFalse();
      assertThat(disk.list("log")).containsExactly("a");
      assertThat(disk.list("")).containsExactly("log");
      try (DiskFile file = disk.open("log/a")) {
        assertThat(file.size()).isEqualTo(5);
      }
      disk.create("log/a").close();
      try (DiskFile file = disk.open("log/a")) {
        assertThat(file.size()).as("created again").isZero();
      }
      disk.delete("log/a");
      disk.delete("log/a");
      assertThat(disk.list("log")).isEmpty();
      assertThat(disk.usableBytes()).isPositive();
    }
  }

  @Test
  void onlyTheOwnerMayLookAndOnlyOneMayUseIt() throws IOException {
    OsDisk disk = new OsDisk(folder.resolve("data"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data"))))
        .isEqualTo("rwx------");
    try (DataDirectory directory = DataDirectory.claim(disk, MEMBER)) {
      assertThat(directory.isNew()).isTrue();
      assertThatThrownBy(() -> DataDirectory.claim(new OsDisk(folder.resolve("data")), MEMBER))
          .isInstanceOf(DirectoryLockedException.class)
          .hasMessageContaining("is in use");
    }
    DataDirectory.claim(disk, MEMBER).close();
  }

  @Test
  void anAttemptInThisProcessDoesNotGiveTheLockAwayToAnother() throws Exception {
    Path root = folder.resolve("data");
    try (DiskLock lock = new OsDisk(root).lock("LOCK")) {
      assertThat(lock).isNotNull();
      assertThat(lockedElsewhere(root)).contains("in use", "process");
      assertThatThrownBy(() -> new OsDisk(root).lock("LOCK"))
          .isInstanceOf(DirectoryLockedException.class);
      assertThat(lockedElsewhere(root)).contains("in use", "process");
    }
    assertThat(lockedElsewhere(root)).isEqualTo("locked");
  }

  private static String lockedElsewhere(Path root) throws Exception {
    Process other =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                Locker.class.getName(),
                root.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(other.getInputStream().readAllBytes());
    assertThat(other.waitFor()).as(said).isZero();
    return said.strip();
  }

  /// Another process that wants the lock.
  static final class Locker {
    public static void main(String[] args) throws IOException {
      try (DiskLock lock = new OsDisk(Path.of(args[0])).lock("LOCK")) {
        System.out.println(lock == null ? "nothing" : "locked");
      } catch (DirectoryLockedException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  /// Puts what happens on a log's thread where a test can wait for it.
  private static final class LogJob implements StoreThread.Job {
    final DurableLog log;
    final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    LogJob(DurableLog log) {
      this.log = log;
    }

    @Override
    public boolean run() throws IOException {
      long batch = log.work();
      if (batch > 0) events.add(batch);
      return batch > 0;
    }

    @Override
    public void onFull(DiskFullException full) {
      events.add(full);
    }

    @Override
    public void onFailure(Throwable failure) {
      events.add(failure);
    }

    Object next() throws InterruptedException {
      return events.poll(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aLogOnAThreadOfItsOwnKeepsWhatItSaysItHas() throws Exception {
    OsDisk disk = new OsDisk(folder.resolve("data"));
    try (StoreThread thread = new StoreThread("log")) {
      LogJob job = new LogJob(DurableLog.open(disk, SETTINGS, MEMBER, thread::wake).log());
      thread.start(job);
      for (int i = 1; i <= 2000; i++) {
        HardState hard = i % 100 == 1 ? new HardState(i, 1) : null;
        job.log.submit(new Persist(i, null, hard, List.of(entry(i)), 0));
        if (i % 50 == 0) for (long done = 0; done < i; ) done = (long) job.next();
      }
      assertThat(thread.close(10_000)).isTrue();
      assertThat(thread.hasEnded()).isTrue();
      job.log.close();
    }
    DurableLog.Opened again = DurableLog.open(disk, SETTINGS, MEMBER, () -> {});
    assertThat(again.hardState()).isEqualTo(new HardState(1901, 1));
    assertThat(again.entries()).hasSize(2000).first().isEqualTo(entry(1));
    assertThat(again.entries().getLast()).isEqualTo(entry(2000));
    assertThat(disk.list("log")).hasSizeGreaterThan(1);
    again.log().close();
  }

  @Test
  void aFailureEndsTheThreadAndIsToldOnce() throws Exception {
    ForwardingDisk disk =
        new ForwardingDisk(new OsDisk(folder.resolve("data"))) {
          @Override
          protected void beforeSync(String name) throws IOException {
            if (isBroken) throw new IOException("a broken disk");
          }
        };
    StoreThread thread = new StoreThread("log");
    LogJob job = new LogJob(DurableLog.open(disk, SETTINGS, MEMBER, thread::wake).log());
    thread.start(job);
    job.log.submit(new Persist(1, null, null, List.of(entry(1)), 0));
    assertThat(job.next()).isEqualTo(1L);
    isBroken = true;
    job.log.submit(new Persist(2, null, null, List.of(entry(2)), 0));
    assertThat(job.next())
        .isInstanceOf(IOException.class)
        .hasToString("java.io.IOException: a broken disk");
    assertThat(thread.close(10_000)).isTrue();
    assertThat(job.events).isEmpty();
    job.log.close();
  }

  private volatile boolean isBroken;

  @Test
  void afterAFullDiskTheThreadTriesAgainByItself() throws Exception {
    boolean[] isFull = {true};
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    StoreThread thread = new StoreThread("full");
    thread.start(
        new StoreThread.Job() {
          @Override
          public boolean run() throws IOException {
            if (isFull[0]) throw new DiskFullException("full", null);
            events.add("done");
            return false;
          }

          @Override
          public void onFull(DiskFullException full) {
            events.add("full");
            isFull[0] = false;
          }

          @Override
          public void onFailure(Throwable failure) {
            events.add("failed " + failure);
          }
        });
    assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("full");
    assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("done");
    assertThat(thread.close(10_000)).isTrue();
  }

  @Test
  void aStalledDiskDoesNotHoldUpTheEnd() throws Exception {
    CountDownLatch stalled = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    StoreThread thread = new StoreThread("stalled");
    thread.start(
        new StoreThread.Job() {
          @Override
          public boolean run() throws IOException {
            stalled.countDown();
            try {
              released.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            return false;
          }

          @Override
          public void onFull(DiskFullException full) {}

          @Override
          public void onFailure(Throwable failure) {}
        });
    stalled.await();
    assertThat(thread.close(10)).isFalse();
    released.countDown();
    assertThat(thread.close(10_000)).isTrue();
  }

  @Test
  void aThreadThatNeverStartedCanBeClosed() {
    assertThat(new StoreThread("never").close(10)).isTrue();
  }

  private static String read(DiskFile file, long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining() && file.read(at + buffer.position(), buffer) > 0) {}
    return new String(buffer.array(), 0, buffer.position());
  }

  private static Entry entry(long index) {
    return new Entry(index, 1, Entry.Kind.COMMAND, Bytes.utf8("entry " + index));
  }
}
