package io.jangada.sim;

import java.util.function.Consumer;

/// The story of a run: a running hash over everything that happened, by which two runs of one seed
/// are compared, and on demand the lines themselves.
final class Trace {
  private final Consumer<String> lines;
  private long hash = 0x9E3779B97F4A7C15L;

  /// @param lines where the lines go; null for nowhere
  Trace(Consumer<String> lines) {
    this.lines = lines;
  }

  long hash() {
    return hash;
  }

  /// Mixes a number into the hash without a line.
  void mix(long value) {
    hash = (hash ^ value) * 0xFF51AFD7ED558CCDL;
    hash ^= hash >>> 32;
  }

  void write(long nanos, String line) {
    mix(nanos);
    mix(line.hashCode());
    if (lines != null)
      lines.accept(
          String.format("%10d.%03d ms  %s", nanos / 1_000_000, nanos / 1_000 % 1_000, line));
  }
}
