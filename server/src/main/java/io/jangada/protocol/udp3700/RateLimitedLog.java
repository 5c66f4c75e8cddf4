package io.jangada.protocol.udp3700;

import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongSupplier;

/// The log on standard error: short lines of ASCII, limited in rate. A thread of its own writes
/// them, since the reader may be slow; lines that do not fit are dropped and counted.
final class RateLimitedLog {
  private static final int LINE_CHARS_MAX = 160;
  private static final int QUEUE_LINES_MAX = 64;

  /// So many lines may come at once after a silence…
  private static final int BURST_MAX = 20;

  /// …and then one in this time.
  private static final long REFILL_NANOS = 1_000_000_000;

  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(QUEUE_LINES_MAX);
  private final String name;
  private final LongSupplier clock;
  private long emptyNanos;
  private long unsaid;

  /// @param clock in nanoseconds
  RateLimitedLog(String name, LongSupplier clock) {
    this.name = name;
    this.clock = clock;
    this.emptyNanos = clock.getAsLong() - BURST_MAX * REFILL_NANOS;
  }

  /// Starts to print the lines.
  void printTo(PrintStream out) {
    Thread.ofPlatform().name("remarks").daemon().start(() -> print(out));
  }

  private void print(PrintStream out) {
    try {
      while (true) out.println(lines.take());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Removes the next line to print; null for none.
  String poll() {
    return lines.poll();
  }

  void write(String remark) {
    long now = clock.getAsLong();
    if (now - emptyNanos < REFILL_NANOS || lines.remainingCapacity() == 0) {
      unsaid++;
      return;
    }
    emptyNanos = Math.max(emptyNanos, now - BURST_MAX * REFILL_NANOS) + REFILL_NANOS;
    String more = unsaid == 0 ? "" : " (" + unsaid + " lines before this were dropped)";
    unsaid = 0;
    lines.add(name + ": " + ascii(remark) + more);
  }

  /// Logs a datagram that is ignored.
  void ignored(String why, byte[] datagram) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(datagram.length, LINE_CHARS_MAX); i++)
      shown.append((char) (datagram[i] & 0xff));
    write("ignored " + datagram.length + " bytes, " + why + ": " + shown);
  }

  private static String ascii(String text) {
    StringBuilder ascii = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), LINE_CHARS_MAX); i++) {
      char c = text.charAt(i);
      ascii.append(c < 0x20 || c > 0x7e ? '?' : c);
    }
    return ascii.append(text.length() > LINE_CHARS_MAX ? "..." : "").toString();
  }
}
