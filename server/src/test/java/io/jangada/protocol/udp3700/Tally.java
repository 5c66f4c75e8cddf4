package io.jangada.protocol.udp3700;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/// Counts and times of what clients saw.
final class Tally {
  private static final long GAP_BEGINS_NANOS_MAX = 3_000_000_000L;

  private record Served(boolean put, long sentNanos, long doneNanos) {}

  private record Blow(String what, long nanos) {}

  private final Counts counts;
  private final List<Served> served = new ArrayList<>();
  private final List<Blow> blows = new ArrayList<>();
  private final SortedMap<String, Integer> refusals = new TreeMap<>();
  private int duplicates;

  Tally(Counts counts) {
    this.counts = counts;
  }

  void served(boolean put, long sentNanos, long doneNanos) {
    served.add(new Served(put, sentNanos, doneNanos));
  }

  void refused(String type) {
    refusals.merge(type, 1, Integer::sum);
  }

  void duplicate() {
    duplicates++;
  }

  void fault(String what) {
    counts.fault(what);
  }

  /// Something happened after which service has to come back.
  void blow(String what, long nanos) {
    blows.add(new Blow(what, nanos));
  }

  int servedCount() {
    return served.size();
  }

  int duplicates() {
    return duplicates;
  }

  int refusals(String type) {
    return refusals.getOrDefault(type, 0);
  }

  /// From a request's first sending to its ok.
  double percentileMillis(double part) {
    return percentileMillis(part, served);
  }

  /// The same of the puts that were sent in the first seconds of the run, or in all of it.
  double putPercentileMillis(double part, double seconds) {
    if (served.isEmpty()) return Double.NaN;
    long end = served.getFirst().sentNanos + (long) (seconds * 1e9);
    return percentileMillis(
        part, served.stream().filter(one -> one.put && one.sentNanos < end).toList());
  }

  private static double percentileMillis(double part, List<Served> served) {
    long[] sorted =
        served.stream().mapToLong(one -> one.doneNanos - one.sentNanos).sorted().toArray();
    if (sorted.length == 0) return Double.NaN;
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(part * sorted.length))] / 1e6;
  }

  /// For each blow the longest time without an ok that began within three seconds after it.
  List<Double> gapsMillis(String what) {
    List<Double> gaps = new ArrayList<>();
    for (Blow blow : blows) if (blow.what.startsWith(what)) gaps.add(gapMillis(blow));
    return gaps;
  }

  private double gapMillis(Blow blow) {
    long longest = 0;
    long last = blow.nanos;
    for (Served one : served) {
      if (one.doneNanos <= blow.nanos) continue;
      longest = Math.max(longest, one.doneNanos - last);
      last = one.doneNanos;
      if (last > blow.nanos + GAP_BEGINS_NANOS_MAX) break;
    }
    return last == blow.nanos ? Double.POSITIVE_INFINITY : longest / 1e6;
  }

  /// The longest time from one ok to the next.
  double silenceMillisMax() {
    double longest = 0;
    for (int i = 1; i < served.size(); i++)
      longest = Math.max(longest, (served.get(i).doneNanos - served.get(i - 1).doneNanos) / 1e6);
    return longest;
  }

  String gapsTold() {
    StringBuilder told = new StringBuilder();
    for (Blow blow : blows) {
      told.append(String.format(Locale.ROOT, " %s %.0f ms,", blow.what, gapMillis(blow)));
    }
    return told.isEmpty() ? " none" : told.substring(0, told.length() - 1);
  }
}
