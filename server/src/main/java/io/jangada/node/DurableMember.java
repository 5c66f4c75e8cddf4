package io.jangada.node;

import io.jangada.raft.RaftEvent;
import io.jangada.store.DataDirectory;
import io.jangada.store.Disk;
import io.jangada.store.DiskFullException;
import io.jangada.store.DurableLog;
import io.jangada.store.Identity;
import io.jangada.store.SnapshotTasks;
import io.jangada.store.StoreThread;
import io.jangada.store.TooManyFilesException;
import java.io.IOException;
import java.util.random.RandomGenerator;

/// A member that keeps its data: a [Replica] on a thread of its own or on one that it shares with
/// its sockets, the log and the snapshots on one thread each, and the data directory, locked for as
/// long as they run.
///
/// **When the disk is full** the log's thread tries again twice a second. Meanwhile the replica
/// refuses writes; one that leads goes on serving reads, and soon transfers leadership, as with any
/// disk that is slower than the others', or steps down where no other member can take it. No member
/// has to be restarted. The same happens where the log's next file cannot be opened because the
/// process has too many open; snapshots then wait as well.
///
/// **When anything else fails**, a sync above all, it is unknown what the disk holds. The replica
/// stops: waiting requests end with an unknown outcome, and [Watcher#stopped] gets the cause. The
/// directory stays locked until [#close]; a member that is started on it afterwards goes by what
/// the disk really holds.
public final class DurableMember implements AutoCloseable {
  private static final long CLOSE_MILLIS_MAX = 2_000;

  /// @param replica how the member takes part
  /// @param storage how it keeps its data, and of which cluster that is
  public record Settings(ReplicaSettings replica, Start.StorageSettings storage) {}

  /// @param disk the data directory, this member's alone
  /// @param transport the way to the peers; called on the replica's thread, so it must not block
  /// @param random numbers that only this run of this member draws
  /// @param owner makes what polls the replica
  public record Surroundings(
      Disk disk, Transport transport, RandomGenerator random, ReplicaExecutor.Maker owner) {
    /// With a thread for the replica alone.
    public Surroundings(Disk disk, Transport transport, RandomGenerator random) {
      this(disk, transport, random, ThreadExecutor::new);
    }
  }

  /// Observes how a member is doing. The methods are called on its threads and must be quick.
  public interface Watcher {
    void event(RaftEvent event);

    /// The disk has no space for the log, or has some again.
    void diskFull(boolean full);

    /// The log (`log`), or the snapshots (`snapshots`), cannot go on because the process has too
    /// many files open, or can again.
    default void outOfFiles(String part, boolean out) {}

    /// The member stopped by itself. It is still to be closed.
    void stopped(Throwable cause);
  }

  private final Replica replica;
  private final ReplicaExecutor owner;
  private final DataDirectory directory;
  private final DurableLog log;
  private final StoreThread logThread;
  private final SnapshotTasks snapshots;
  private final StoreThread snapshotsThread;
  private boolean left;

  private DurableMember(Settings settings, Surroundings surroundings, Watcher watcher)
      throws IOException {
    int id = settings.replica.raft().id();
    owner = surroundings.owner.make("member-" + id, watcher::stopped);
    logThread = new StoreThread("member-" + id + "-log");
    snapshotsThread = new StoreThread("member-" + id + "-snapshots");
    Identity identity = Identity.of(settings.storage.clusterId(), id);
    directory = DataDirectory.claim(surroundings.disk, identity);
    Start start;
    try {
      Start.Storage storage =
          new Start.Storage(
              surroundings.disk, settings.storage, logThread::wake, snapshotsThread::wake);
      start = Start.open(settings.replica, storage, surroundings.random);
    } catch (IOException | RuntimeException e) {
      try (directory) {
        throw e;
      }
    }
    log = start.log();
    snapshots = start.snapshots();
    Replica.Dependencies world =
        new Replica.Dependencies(ReplicaExecutor.CLOCK, surroundings.transport, watcher::event);
    replica = new Replica(settings.replica, start, world, owner::wakeup);
    logThread.start(new LogJob(replica, log, watcher));
    snapshotsThread.start(new SnapshotsJob(replica, snapshots, watcher));
    owner.start(replica);
  }

  /// Takes the data directory, recovers what is in it, and starts.
  ///
  /// @throws IOException when the directory is in use, is another member's, cannot be read or is
  ///   corrupt; the message says which, and nothing is left running
  public static DurableMember start(Settings settings, Surroundings surroundings, Watcher watcher)
      throws IOException {
    return new DurableMember(settings, surroundings, watcher);
  }

  /// Whom to ask and to give the peers' messages to, from any thread; never to be polled from
  /// outside.
  public Replica replica() {
    return replica;
  }

  /// Stops the threads and leaves the data directory. Who waits for an answer learns that the
  /// outcome is unknown. Called by one thread at a time, and again without harm.
  @Override
  public void close() {
    close(CLOSE_MILLIS_MAX);
  }

  /// @param timeoutMillis how long to wait for each disk thread at most
  /// @return whether all have ended; otherwise a disk is stalled, and the directory stays locked as
  ///   long as this process runs
  public boolean close(long timeoutMillis) {
    if (left) return true;
    owner.close();
    boolean ended = logThread.close(timeoutMillis) & snapshotsThread.close(timeoutMillis);
    if (!ended) return false;
    left = true;
    try (directory;
        log;
        snapshots) {
      return true;
    } catch (IOException e) {
      // All that was promised is durable already: what is written now only tidies up.
      return true;
    }
  }

  private static final class LogJob implements StoreThread.Job {
    private final Replica replica;
    private final DurableLog log;
    private final Watcher watcher;
    private Lack lack = Lack.NOTHING;

    /// What the log waits for.
    private enum Lack {
      NOTHING,
      SPACE,
      FILES
    }

    LogJob(Replica replica, DurableLog log, Watcher watcher) {
      this.replica = replica;
      this.log = log;
      this.watcher = watcher;
    }

    @Override
    public boolean run() throws IOException {
      long batch = log.work();
      if (batch > 0) replica.synced(batch);
      if (!log.isBehind()) report(Lack.NOTHING);
      return log.isBehind();
    }

    @Override
    public void onFull(DiskFullException e) {
      report(e instanceof TooManyFilesException ? Lack.FILES : Lack.SPACE);
    }

    private void report(Lack now) {
      Lack before = lack;
      if (before == now) return;
      lack = now;
      if (before == Lack.NOTHING) replica.diskFull(true);
      if (now == Lack.NOTHING) replica.diskFull(false);
      if ((before == Lack.SPACE) != (now == Lack.SPACE)) watcher.diskFull(now == Lack.SPACE);
      if ((before == Lack.FILES) != (now == Lack.FILES))
        watcher.outOfFiles("log", now == Lack.FILES);
    }

    @Override
    public void onFailure(Throwable failure) {
      replica.diskFailed(failure);
    }
  }

  /// A snapshot that cannot be written costs no more than that; only what should never be thrown
  /// stops the member.
  private static final class SnapshotsJob implements StoreThread.Job {
    private final Replica replica;
    private final SnapshotTasks tasks;
    private final Watcher watcher;
    private boolean outOfFiles;

    SnapshotsJob(Replica replica, SnapshotTasks tasks, Watcher watcher) {
      this.replica = replica;
      this.tasks = tasks;
      this.watcher = watcher;
    }

    @Override
    public boolean run() throws IOException {
      tasks.work().forEach(replica::stored);
      if (tasks.postponedFor() != null) throw tasks.postponedFor();
      if (outOfFiles) report(false);
      return tasks.isBehind();
    }

    @Override
    public void onFull(DiskFullException full) {
      if (!outOfFiles) report(true);
    }

    private void report(boolean outOfFiles) {
      this.outOfFiles = outOfFiles;
      watcher.outOfFiles("snapshots", outOfFiles);
    }

    @Override
    public void onFailure(Throwable failure) {
      replica.diskFailed(failure);
    }
  }
}
