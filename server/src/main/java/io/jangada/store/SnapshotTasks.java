package io.jangada.store;

import io.jangada.raft.SnapshotMeta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The work of a thread that keeps snapshots. The replica's thread [#submit]s tasks; the other one
/// calls [#work], which does some of them, in order, and says how they ended.
///
/// A failure here costs a snapshot and not the member: every file is written apart and gets its
/// name only once it is durable. Where a file cannot be opened for want of descriptors nothing has
/// failed: the task, and all after it, wait until it can.
public final class SnapshotTasks implements AutoCloseable {
  /// The most tasks that one turn does.
  private static final int TASKS_PER_TURN_MAX = 16;

  private final SnapshotStore store;
  private final BoundedQueue<SnapshotTask> handoff;

  /// The task that is to be tried again, and why; null for none.
  private SnapshotTask postponed;

  private TooManyFilesException postponedFor;

  /// @param store belongs to the thread that calls [#work] from now on
  /// @param queueBytesMax from how many bytes submitted and not done on there is no room
  /// @param wake called on the submitting thread after each [#submit]
  public SnapshotTasks(SnapshotStore store, long queueBytesMax, Runnable wake) {
    this.store = store;
    this.handoff = new BoundedQueue<>(queueBytesMax, wake);
  }

  /// Whether the replica may go on making tasks. For the replica's thread.
  public boolean hasRoom() {
    return handoff.hasRoom();
  }

  /// @throws IllegalStateException when much more was submitted than there is room for
  public void submit(SnapshotTask task) {
    handoff.put(task, task.sizeBytes());
  }

  /// Whether there are tasks that were not done. For the thread that calls [#work].
  public boolean isBehind() {
    return postponed != null || !handoff.isEmpty();
  }

  /// Why the next task has to wait for a while; null when it need not. For the thread that calls
  /// [#work].
  public TooManyFilesException postponedFor() {
    return postponedFor;
  }

  /// Does the next tasks, a bounded number.
  public List<SnapshotDone> work() {
    List<SnapshotDone> done = new ArrayList<>();
    while (done.size() < TASKS_PER_TURN_MAX) {
      SnapshotTask task = postponed == null ? handoff.poll() : postponed;
      if (task == null) break;
      SnapshotDone ending = perform(task);
      postponed = ending == null ? task : null;
      if (ending == null) break;
      done.add(ending);
      handoff.done(task.sizeBytes());
    }
    return done;
  }

  /// @return null when it has to be done later
  private SnapshotDone perform(SnapshotTask task) {
    postponedFor = null;
    try {
      return attempt(task);
    } catch (TooManyFilesException e) {
      postponedFor = e;
      return null;
    } catch (IOException e) {
      return new SnapshotDone.Failed(task, afterFailure(task, e));
    }
  }

  private SnapshotDone attempt(SnapshotTask task) throws IOException {
    switch (task) {
      case SnapshotTask.Begin(var last, var membership) -> store.begin(last, membership);
      case SnapshotTask.Append(var chunk) -> {
        needTaking();
        store.append(chunk);
      }
      case SnapshotTask.Finish() -> {
        needTaking();
        return new SnapshotDone.Taken(store.finish());
      }
      case SnapshotTask.Abandon() -> store.abandonTaken();
      case SnapshotTask.Offer(SnapshotMeta meta) -> {
        return here(meta, store.received(meta));
      }
      case SnapshotTask.Receive(SnapshotMeta meta, int number, var chunk) -> {
        return here(meta, store.receive(meta, number, chunk));
      }
      case SnapshotTask.Read(var last, int number) -> {
        var chunk = store.readChunk(last, number);
        return new SnapshotDone.Chunk(store.meta(last), number, chunk);
      }
      case SnapshotTask.SetAside(var last) -> store.setAside(last);
      case SnapshotTask.Mark(IncarnationFile incarnation) -> {
        store.mark(incarnation);
        return new SnapshotDone.Marked(incarnation);
      }
      case SnapshotTask.Retain(long indexMin, var kept) -> store.retain(indexMin, kept);
    }
    return new SnapshotDone.Accepted(task);
  }

  private SnapshotDone here(SnapshotMeta meta, int chunks) throws IOException {
    if (chunks < meta.chunks()) return new SnapshotDone.Received(meta, chunks);
    store.complete(meta);
    return new SnapshotDone.Installed(meta);
  }

  /// After `Begin` failed there is nothing to append to: the tasks that were on their way fail,
  /// too.
  private void needTaking() throws IOException {
    if (!store.isTaking()) throw new IOException("no snapshot is being taken");
  }

  /// What failed half way is forgotten: after a failed write it is unknown what the file holds.
  private IOException afterFailure(SnapshotTask task, IOException failure) {
    try {
      switch (task) {
        case SnapshotTask.Begin begin -> store.abandonTaken();
        case SnapshotTask.Append append -> store.abandonTaken();
        case SnapshotTask.Finish finish -> store.abandonTaken();
        case SnapshotTask.Receive receive -> abandonReceived(failure);
        case SnapshotTask.Offer offer -> abandonReceived(failure);
        case SnapshotTask.Abandon abandon -> {}
        case SnapshotTask.Read read -> {}
        case SnapshotTask.Retain retain -> {}
        case SnapshotTask.Mark mark -> {}
        case SnapshotTask.SetAside setAside -> {}
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private void abandonReceived(IOException failure) throws IOException {
    if (!(failure instanceof DiskFullException)) store.abandonReceived();
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
