package io.jangada.protocol.maelstrom;

import io.jangada.codec.Json;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;

/// How long messages take to another node and back. Each message to a node carries when it was sent
/// (`sent`) and, after a message of that node, when that one was sent, by that node's clock and
/// without the time for which it lay here (`echo`): so both learn how long the way is, however
/// seldom they send. Times are microseconds.
final class RoundTrips {
  /// What is assumed while nothing is known: a cluster's first election must not be over before its
  /// first votes have come.
  static final long ASSUMED_MICROS = 500_000;

  private static final String SENT = "sent";
  private static final String ECHO = "echo";
  private static final int SAMPLES_MAX = 31;

  /// Longer is no way, but a clock or a message that is not right.
  private static final long MICROS_MAX = 30_000_000;

  private record Latest(long sent, long arrivedMicros) {}

  private final SortedMap<Integer, Latest> latest = new TreeMap<>();
  private final long[] samples = new long[SAMPLES_MAX];
  private long count;
  private long medianMicros = ASSUMED_MICROS;
  private long provenMicros;

  /// Adds to a message to `peer`.
  void write(JsonGenerator out, int peer, long nowNanos) {
    long now = nowNanos / 1_000;
    out.writeNumberProperty(SENT, now);
    Latest last = latest.get(peer);
    if (last != null) out.writeNumberProperty(ECHO, last.sent + now - last.arrivedMicros);
  }

  /// Takes the times from a message of `peer`.
  void read(Json.Obj message, int peer, long arrivedNanos) {
    long arrived = arrivedNanos / 1_000;
    if (!message.has(SENT)) return;
    long sent = message.number(SENT, Long.MIN_VALUE, Long.MAX_VALUE);
    Latest last = latest.get(peer);
    if (last == null || sent > last.sent) latest.put(peer, new Latest(sent, arrived));
    if (!message.has(ECHO)) return;
    long taken = arrived - message.number(ECHO, Long.MIN_VALUE, Long.MAX_VALUE);
    if (taken >= 0 && taken <= MICROS_MAX) add(taken);
  }

  private void add(long micros) {
    samples[(int) (count++ % SAMPLES_MAX)] = micros;
    long[] sorted = Arrays.copyOf(samples, (int) Math.min(count, SAMPLES_MAX));
    Arrays.sort(sorted);
    medianMicros = sorted[sorted.length / 2];
    provenMicros = count < SAMPLES_MAX / 2 ? sorted[0] : medianMicros;
  }

  /// What about half of them take; [#ASSUMED_MICROS] while nothing is known.
  long medianMicros() {
    return medianMicros;
  }

  /// What they take at least, while little is known: half of them later, and at first nothing.
  long provenMicros() {
    return provenMicros;
  }
}
