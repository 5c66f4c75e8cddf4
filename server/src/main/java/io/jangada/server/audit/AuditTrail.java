package io.jangada.server.audit;

import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.AuditEvent;
import io.jangada.protocol.auth.OperationKeys;
import io.jangada.protocol.port.Quota;
import io.jangada.server.Reasons;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The audit trail that is switched on. Events wait in a queue for the one thread that writes them,
/// so that no disk keeps a request waiting; where too many wait, more are dropped and counted. When
/// the file cannot be written the thread tries again and again, and the queue fills up.
public final class AuditTrail implements Audit, AutoCloseable {
  /// Where lines go. One thread writes.
  interface Output extends Closeable {
    /// Writes whole lines: all of them, or none and fails.
    void write(ByteBuffer lines) throws IOException;
  }

  /// Where problems are told.
  ///
  /// @param warns of what an operator has to act on
  /// @param informs that it is over
  public record Log(Consumer<String> warns, Consumer<String> informs) {}

  static final int WAITING_LINES_MAX = 16_384;
  static final long WAITING_BYTES_MAX = 8 << 20;

  private static final int WRITE_BYTES = 64 << 10;
  private static final long RETRY_MILLIS = 200;
  private static final long LOOK_MILLIS = 1_000;
  private static final long WARNING_MILLIS = 10_000;

  /// Wakes the thread when the trail is closed.
  private static final Waiting END = new Waiting(Instant.EPOCH, null);

  private record Waiting(Instant when, AuditEvent event) {}

  private final AuditSettings settings;
  private final Output output;
  private final Log log;
  private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>(WAITING_LINES_MAX);
  private final Quota bytes = new Quota(WAITING_BYTES_MAX);
  private final AtomicLong lines = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  /// The thread's own, as are all that follow: how many dropped lines the trail tells of.
  private long droppedTold;

  /// Whether the log was told that something is wrong.
  private boolean isTroubled;

  /// Before this there is no further warning.
  private long nextWarningNanos = System.nanoTime();

  AuditTrail(AuditSettings settings, Output output, Log log) {
    this.settings = settings;
    this.output = output;
    this.log = log;
    this.thread =
        Thread.ofPlatform().name("audit-" + settings.server()).daemon(true).unstarted(this::run);
  }

  /// Begins to record.
  public static AuditTrail start(AuditSettings settings, Log log) {
    return start(settings, new AuditFile(settings.place()), log);
  }

  static AuditTrail start(AuditSettings settings, Output output, Log log) {
    AuditTrail trail = new AuditTrail(settings, output, log);
    trail.thread.start();
    return trail;
  }

  // ---- from any thread ----

  @Override
  public boolean isOn() {
    return true;
  }

  @Override
  public boolean wants(Operation operation) {
    // What they remove is not said by keys.
    if (operation instanceof Operation.Revoke || operation instanceof Operation.Compact)
      return true;
    KeySelection writes = settings.writes();
    KeySelection reads = settings.reads();
    if (reads.isEmpty() && (writes.isEmpty() || operation instanceof Operation.Read)) return false;
    boolean hasAll = (operation instanceof Operation.Read ? reads : writes).hasAll();
    return (hasAll || concerns(operation)) && isSampled();
  }

  private boolean concerns(Operation operation) {
    boolean[] found = new boolean[1];
    OperationKeys.forEach(
        operation,
        (keys, access) ->
            found[0] |=
                access.writes() && settings.writes().overlaps(keys)
                    || access.reads() && settings.reads().overlaps(keys));
    return found[0];
  }

  private boolean isSampled() {
    int percent = settings.samplePercent();
    return percent >= 100 || ThreadLocalRandom.current().nextInt(100) < percent;
  }

  @Override
  public boolean wants(KeyRange watched) {
    return settings.reads().overlaps(watched);
  }

  @Override
  public void record(AuditEvent event) {
    int size = event.sizeBytes();
    if (closing.getCount() == 0 || !bytes.tryTake(size)) {
      dropped.incrementAndGet();
    } else if (!queue.offer(new Waiting(Instant.now(), event))) {
      bytes.give(size);
      dropped.incrementAndGet();
    }
  }

  /// How many lines were written.
  public long lines() {
    return lines.get();
  }

  /// How many were dropped.
  public long dropped() {
    return dropped.get();
  }

  // ---- the thread ----

  private void run() {
    try {
      while (writeSome() || closing.getCount() > 0) {}
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      try {
        output.close();
      } catch (IOException e) {
        log.warns.accept("could not close its audit trail: " + e.getMessage());
      }
    }
  }

  /// Writes what waits, as far as it goes into one piece.
  ///
  /// @return whether there was anything
  private boolean writeSome() throws InterruptedException {
    ByteArrayOutputStream piece = new ByteArrayOutputStream(WRITE_BYTES);
    int count = 0;
    Waiting next = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    for (; next != null; next = piece.size() < WRITE_BYTES ? queue.poll() : null) {
      if (next == END) continue;
      piece.writeBytes(AuditLine.of(settings.server(), next.when, next.event));
      count++;
      bytes.give(next.event.sizeBytes());
    }
    if (write(piece.toByteArray(), count)) tellDropped();
    else dropped.addAndGet(count);
    return count > 0;
  }

  /// Writes, however often it fails; a closed trail tries once.
  ///
  /// @return whether it is written
  private boolean write(byte[] piece, int count) throws InterruptedException {
    while (piece.length > 0) {
      try {
        output.write(ByteBuffer.wrap(piece));
        lines.addAndGet(count);
        return true;
      } catch (IOException | RuntimeException e) {
        String why = e instanceof IOException known ? Reasons.of(known) : e.toString();
        trouble("cannot write its audit trail, and drops lines when too many wait: " + why);
      }
      if (closing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) return false;
    }
    return true;
  }

  /// Tells the log, unless that was told not long ago.
  private void trouble(String what) {
    if (isTroubled || System.nanoTime() - nextWarningNanos < 0) return;
    isTroubled = true;
    nextWarningNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WARNING_MILLIS);
    log.warns.accept(what);
  }

  /// Says in the trail how many lines are missing.
  private void tellDropped() throws InterruptedException {
    long now = dropped.get();
    long untold = now - droppedTold;
    if (untold > 0) {
      trouble("dropped lines of its audit trail: too many were waiting");
      if (!write(AuditLine.ofDropped(settings.server(), Instant.now(), untold), 1)) return;
      droppedTold = now;
    } else if (isTroubled && queue.isEmpty()) {
      isTroubled = false;
      log.informs.accept(
          "writes its audit trail again; " + droppedTold + " lines were dropped since the start");
    }
  }

  /// Records nothing more, writes what waits, and lets go of the file; waits for that no longer
  /// than it may.
  public void close(long millisMax) {
    closing.countDown();
    queue.offer(END);
    try {
      if (!thread.join(Duration.ofMillis(millisMax)))
        log.warns.accept("ends without having written all of its audit trail");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    close(LOOK_MILLIS);
  }
}
