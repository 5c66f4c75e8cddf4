package io.jangada.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// How long a disk takes to sync, what is written to it, and whether it waits for descriptors. The
/// disk's threads record, any thread asks.
final class DiskMeter {
  /// What a file is for.
  enum Part {
    LOG,
    SNAPSHOT,
    OTHER;

    static Part of(String file) {
      if (file.startsWith("log/")) return LOG;
      return file.startsWith("snapshot/") || file.startsWith("tmp/") ? SNAPSHOT : OTHER;
    }
  }

  /// Of the last one to two minutes, in microseconds.
  record Recent(long count, long p50, long p99, long max) {}

  private static final long MICROS_MAX = 3_600_000_000L;
  private static final long WINDOW_NANOS = 60_000_000_000L;

  private final LongSupplier nanos;
  private final Set<String> outOfFiles = ConcurrentHashMap.newKeySet();
  private final Meter[] meters = new Meter[Part.values().length];

  DiskMeter() {
    this(System::nanoTime);
  }

  DiskMeter(LongSupplier nanos) {
    this.nanos = nanos;
    for (int i = 0; i < meters.length; i++) meters[i] = new Meter();
  }

  /// @param part `log` or `snapshots`
  void outOfFiles(String part, boolean out) {
    if (out) outOfFiles.add(part);
    else outOfFiles.remove(part);
  }

  boolean isOutOfFiles() {
    return !outOfFiles.isEmpty();
  }

  boolean isLogOutOfFiles() {
    return outOfFiles.contains("log");
  }

  void wrote(Part part, long bytes) {
    meters[part.ordinal()].bytes.add(bytes);
  }

  void synced(Part part, long tookNanos) {
    meters[part.ordinal()].synced(Math.min(MICROS_MAX, tookNanos / 1_000));
  }

  long bytesWritten(Part part) {
    return meters[part.ordinal()].bytes.sum();
  }

  Recent recent(Part part) {
    Histogram recent = meters[part.ordinal()].recent();
    return new Recent(
        recent.getTotalCount(),
        recent.getValueAtPercentile(50),
        recent.getValueAtPercentile(99),
        recent.getMaxValue());
  }

  /// Of all syncs since the start, in microseconds; not to be changed.
  Histogram all(Part part) {
    return meters[part.ordinal()].all.copy();
  }

  private static Histogram histogram() {
    return new ConcurrentHistogram(MICROS_MAX, 2);
  }

  private final class Meter {
    private final LongAdder bytes = new LongAdder();
    private final Histogram all = histogram();
    private Histogram former = histogram();
    private Histogram present = histogram();
    private long presentSince = nanos.getAsLong();

    private synchronized void synced(long micros) {
      runTurn();
      all.recordValue(micros);
      present.recordValue(micros);
    }

    private synchronized Histogram recent() {
      runTurn();
      Histogram both = former.copy();
      both.add(present);
      return both;
    }

    private void runTurn() {
      long now = nanos.getAsLong();
      if (now - presentSince < WINDOW_NANOS) return;
      Histogram emptied = former;
      emptied.reset();
      former = now - presentSince < 2 * WINDOW_NANOS ? present : histogram();
      present = emptied;
      presentSince = now;
    }
  }
}
