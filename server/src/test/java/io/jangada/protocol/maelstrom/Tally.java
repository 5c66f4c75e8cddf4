package io.jangada.protocol.maelstrom;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Counts and times of a run. All methods may be called from any thread.
final class Tally {
  /// A request that was served: with a success, or with a no that needs the store to be asked.
  private record Served(String node, long sentNanos, long doneNanos) {}

  private record Cut(Partition partition, long nanos) {}

  private final List<Long> okMicros = new ArrayList<>();
  private final List<Served> served = new ArrayList<>();
  private final List<Cut> cuts = new ArrayList<>();
  private final Map<Integer, Integer> codes = new TreeMap<>();
  private int timeouts;

  synchronized void ok(String node, long sentNanos, long doneNanos) {
    okMicros.add((doneNanos - sentNanos) / 1_000);
    served.add(new Served(node, sentNanos, doneNanos));
  }

  synchronized void refused(int code, String node, long sentNanos, long doneNanos) {
    codes.merge(code, 1, Integer::sum);
    if (code >= 20) served.add(new Served(node, sentNanos, doneNanos));
  }

  synchronized void timedOut() {
    timeouts++;
  }

  synchronized void cut(Partition partition) {
    cuts.add(new Cut(partition, System.nanoTime()));
  }

  synchronized int invocations() {
    return okMicros.size() + timeouts + codes.values().stream().mapToInt(n -> n).sum();
  }

  synchronized double okFraction() {
    return (double) okMicros.size() / invocations();
  }

  /// How long a request took that succeeded.
  synchronized double percentileMillis(double part) {
    long[] sorted = okMicros.stream().mapToLong(micros -> micros).sorted().toArray();
    if (sorted.length == 0) return Double.NaN;
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(part * sorted.length))] / 1_000.0;
  }

  /// For each partition in which a majority can talk: how long after it began the first request was
  /// answered that was sent to one of that majority since. Infinite when none was before the next
  /// change, at least `withinMillis` later.
  synchronized List<Double> serviceGapsMillis() {
    List<Double> gaps = new ArrayList<>();
    for (int i = 0; i < cuts.size(); i++) {
      Cut cut = cuts.get(i);
      if (cut.partition.talking().isEmpty()) continue;
      long next = i + 1 < cuts.size() ? cuts.get(i + 1).nanos : Long.MAX_VALUE;
      double first = Double.POSITIVE_INFINITY;
      for (Served one : served) {
        boolean counts =
            one.sentNanos >= cut.nanos
                && one.doneNanos < next
                && cut.partition.talking().contains(one.node);
        if (counts) first = Math.min(first, (one.doneNanos - cut.nanos) / 1e6);
      }
      if (next != Long.MAX_VALUE || first < Double.POSITIVE_INFINITY) gaps.add(first);
    }
    return gaps;
  }

  /// In one line.
  synchronized String told(Network.Counts counts) {
    int all = invocations();
    String gaps = Arrays.toString(serviceGapsMillis().stream().mapToLong(Math::round).toArray());
    return String.format(
        Locale.ROOT,
        "%d requests, ok %.3f, p50 %.1f p95 %.1f p99 %.1f max %.1f ms, messages each %.2f all"
            + " %.2f servers, errors %s, time-outs %d, first service after a cut %s ms",
        all,
        okFraction(),
        percentileMillis(0.5),
        percentileMillis(0.95),
        percentileMillis(0.99),
        percentileMillis(1),
        (double) (counts.clients() + counts.servers()) / all,
        (double) counts.servers() / all,
        codes,
        timeouts,
        gaps);
  }
}
