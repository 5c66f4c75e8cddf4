package io.jangada.store;

import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Persist;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/// A member's log and hard state on a [Disk]. The bytes are described at [LogFormat].
///
/// Two threads meet here. The replica's [#submit]s batches and goes on; the log's own calls
/// [#work], which writes all that gathered since the last call and syncs **once** for it (more
/// often when it fills a segment). While that sync runs the next batches gather: the slower the
/// disk, the more of them share a sync.
///
/// **Failures.** When [#work] throws a [DiskFullException] nothing was lost: it can be called again
/// when there may be space, and meanwhile nothing should be promised. After any other exception the
/// log has stopped for good. In particular a failed sync is never tried again: the operating system
/// may have forgotten what it could not write, and a second sync would then return as if all were
/// well (Rebello et al., ATC'20). The replica stops too, and what the disk holds is found out by
/// opening the log anew.
public final class DurableLog implements AutoCloseable {
  static final String DIRECTORY = "log";

  /// What a batch counts in the queue beside its entries.
  private static final long BATCH_BYTES = 64;

  private final LogSettings settings;
  private final BoundedQueue<Persist> handoff;
  private final LogFiles files;
  private final LogState state;
  private final GroupBuffer group;
  private final ArrayDeque<LogStep> steps = new ArrayDeque<>();
  private long nextGroup;
  private boolean endsEmpty;
  private long batchTaken;
  private LogStep.BatchEnd gathered = new LogStep.BatchEnd(0, 0);
  private long batchDurable;
  private Throwable stoppedBy;

  /// A log as it was found.
  ///
  /// @param hardState the last that was written, or [HardState#INITIAL]
  /// @param compacted the place before the first entry; its index is 0 unless there was a reset or
  ///   a compaction
  /// @param entries all entries after `compacted`, without gaps
  public record Opened(
      DurableLog log, HardState hardState, EntryId compacted, List<Entry> entries) {}

  private DurableLog(
      LogSettings settings, BoundedQueue<Persist> handoff, LogFiles files, Place place) {
    this.settings = settings;
    this.handoff = handoff;
    this.files = files;
    state = place.state;
    nextGroup = place.nextGroup;
    endsEmpty = place.endsEmpty;
    group = new GroupBuffer(settings.groupBytesMax());
  }

  private record Place(LogState state, long nextGroup, boolean endsEmpty) {}

  /// Opens the log in the directory `log`, or makes one there. What a crash left half written is
  /// truncated; when this returns, everything in `Opened` is durable.
  ///
  /// @param wake called on the submitting thread after each [#submit]
  /// @throws CorruptLogException when something that was durable cannot be read; nothing is changed
  /// @throws IdentityException when the log is another member's
  /// @throws DiskFullException when there is no space for the first segment
  public static Opened open(Disk disk, LogSettings settings, Identity identity, Runnable wake)
      throws IOException {
    BoundedQueue<Persist> handoff = new BoundedQueue<>(settings.queueBytesMax(), wake);
    LogRecovery.Found found = LogRecovery.read(disk, identity);
    if (found == null) {
      LogFiles files = LogFiles.create(disk, settings, identity);
      LogState state = new LogState(SegmentHeader.Start.OF_A_NEW_LOG);
      DurableLog log = new DurableLog(settings, handoff, files, new Place(state, 1, true));
      return new Opened(log, HardState.INITIAL, EntryId.ZERO, List.of());
    }
    LogState state = found.replay().state();
    LogFiles files = LogFiles.resume(disk, settings, identity, found);
    Place place = new Place(state, found.tail().nextGroup(), found.endsEmpty());
    DurableLog log = new DurableLog(settings, handoff, files, place);
    return new Opened(
        log, state.hardState(), state.compacted(), List.copyOf(found.replay().entries()));
  }

  /// Whether the replica may go on taking in what makes it submit more. It may always submit what
  /// it already has.
  public boolean hasRoom() {
    return handoff.hasRoom();
  }

  /// Hands over a batch to be written after those before it. For the replica's thread.
  ///
  /// @throws IllegalStateException when much more was submitted than there is room for
  public void submit(Persist batch) {
    handoff.put(batch, bytes(batch));
  }

  /// Writes and syncs all that was submitted before the call. For the log's thread.
  ///
  /// @return the number of the last batch that is durable now and was not before; 0 when there is
  ///   none
  /// @throws DiskFullException when there was no space for any of it; see above
  /// @throws IOException when the log has stopped
  public long work() throws IOException {
    if (stoppedBy != null) throw new IOException("the log has stopped: " + stoppedBy, stoppedBy);
    long before = batchDurable;
    DiskFullException full = null;
    try {
      takeSubmitted();
      full = writeAll();
      if (full == null) files.prepareNext();
      else makeSpace();
    } catch (IOException | RuntimeException | Error e) {
      stoppedBy = e;
      throw e;
    }
    if (full != null && batchDurable == before) throw full;
    return batchDurable == before ? 0 : batchDurable;
  }

  private DiskFullException writeAll() throws IOException {
    try {
      while (group.isFinished() || !steps.isEmpty()) writeGroup();
      return null;
    } catch (DiskFullException e) {
      return e;
    }
  }

  /// Whether something was submitted that is not durable. For the log's thread.
  public boolean isBehind() {
    return !handoff.isEmpty() || !steps.isEmpty() || group.isFinished();
  }

  private void takeSubmitted() {
    for (Persist batch = handoff.poll(); batch != null; batch = handoff.poll()) {
      if (batch.batch() <= batchTaken)
        throw new IllegalStateException("batch " + batch.batch() + " after " + batchTaken);
      batchTaken = batch.batch();
      if (batch.resetTo() != null) steps.add(new LogRecord.Reset(batch.resetTo()));
      if (batch.hardState() != null) steps.add(new LogRecord.Hard(batch.hardState()));
      for (Entry entry : batch.entries()) steps.add(new LogRecord.Append(entry));
      if (batch.compactedTo() > 0) steps.add(new LogStep.CompactTo(batch.compactedTo()));
      steps.add(new LogStep.BatchEnd(batch.batch(), bytes(batch)));
    }
  }

  private void writeGroup() throws IOException {
    if (!group.isFinished()) gather();
    if (group.isFinished()) {
      files.write(group);
      group.written();
      nextGroup++;
    }
    if (gathered.batch() > batchDurable) {
      batchDurable = gathered.batch();
      handoff.done(gathered.bytes());
      gathered = new LogStep.BatchEnd(batchDurable, 0);
    }
    files.compact(state);
  }

  /// Moves what waits into a group, as much as fits, and finishes it unless there was nothing.
  private void gather() throws IOException {
    group.begin(nextGroup);
    for (; !steps.isEmpty(); steps.poll()) {
      LogRecord record =
          switch (steps.peek()) {
            case LogRecord each -> each;
            case LogStep.CompactTo(long index) ->
                index > state.compacted().index() ? new LogRecord.Compact(state.idAt(index)) : null;
            case LogStep.BatchEnd(long batch, long bytes) -> {
              gathered = new LogStep.BatchEnd(batch, gathered.bytes() + bytes);
              yield null;
            }
          };
      if (record == null) continue;
      if (!ensureRoom(record)) break;
      add(record);
    }
    if (!group.isEmpty()) group.finish(files.position());
  }

  /// Whether the group takes another record. The first one always fits: into a new segment if need
  /// be.
  private boolean ensureRoom(LogRecord record) throws IOException {
    long bytes = group.bytesWith(record);
    if (!group.isEmpty()) return bytes <= Math.min(files.roomBytes(), settings.groupBytesMax());
    if (bytes > files.roomBytes()) files.roll(state.start(), nextGroup, bytes);
    return true;
  }

  private void add(LogRecord record) {
    state.apply(record);
    files.note(record);
    group.add(record);
    endsEmpty = false;
  }

  /// The disk is full and a new segment was needed. A compaction that waits behind what could not
  /// be written may make old segments superfluous: it goes first, into the reserve. That is lawful
  /// as long as what it overtakes does not touch the compacted entries.
  private void makeSpace() throws IOException {
    long index = 0;
    for (LogStep step : steps) {
      if (step instanceof LogRecord.Reset) break;
      if (step instanceof LogRecord.Append(Entry entry) && entry.index() <= state.last().index())
        break;
      if (step instanceof LogStep.CompactTo(long to) && to <= state.last().index()) index = to;
    }
    if (group.isFinished() || index <= state.compacted().index()) return;
    LogRecord compact = new LogRecord.Compact(state.idAt(index));
    group.begin(nextGroup);
    if (group.bytesWith(compact) + LogFormat.groupBytes(0) > files.lastRoomBytes()) return;
    add(compact);
    group.finish(files.position());
    try {
      writeGroup();
    } catch (DiskFullException e) {
      // Then there is really nothing; the group waits like any other.
    }
  }

  /// Ends the log in an empty group, so that damage to the last one can be told from a torn one,
  /// and closes its files. What was submitted and is not durable is dropped. For the log's thread,
  /// or any when that has ended.
  @Override
  public void close() throws IOException {
    try (files) {
      boolean wanted = stoppedBy == null && !endsEmpty && !group.isFinished();
      if (wanted && files.lastRoomBytes() >= LogFormat.groupBytes(0)) {
        stoppedBy = new IOException("it was closed");
        group.begin(nextGroup);
        group.finish(files.position());
        files.write(group);
      }
    }
  }

  private static long bytes(Persist batch) {
    long bytes = BATCH_BYTES;
    for (Entry entry : batch.entries()) bytes += entry.sizeBytes();
    return bytes;
  }
}
