package io.jangada.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Counts, and the longest time that went by without an acknowledged write.
final class ProgressLine {
  private static final int SINCE_MAX = 4;

  /// @param during what was done to the cluster meanwhile, or last before
  record Gap(long millis, String during) {}

  private final SortedMap<String, Integer> faults = new TreeMap<>();
  private final SortedMap<Long, Integer> leaders = new TreeMap<>();
  private final List<String> troubles = new ArrayList<>();
  private long operations;
  private long acknowledged;
  private long unknown;
  private long lastWriteNanos = System.nanoTime();
  private String last = "the start";
  private final List<String> sinceLastWrite = new ArrayList<>();
  private Gap longest = new Gap(0, last);

  /// From now on it counts how long nothing is acknowledged.
  synchronized void begin() {
    lastWriteNanos = System.nanoTime();
  }

  synchronized void operation(ClientOp clientOp, OpResult said) {
    operations++;
    if (said instanceof OpResult.Unknown) unknown++;
    if (said instanceof OpResult.Done) {
      acknowledged++;
      if (clientOp.writes()) wrote();
    }
  }

  synchronized void wrote() {
    long now = System.nanoTime();
    long millis = TimeUnit.NANOSECONDS.toMillis(now - lastWriteNanos);
    if (millis > longest.millis) longest = new Gap(millis, during());
    lastWriteNanos = now;
    sinceLastWrite.clear();
  }

  synchronized void fault(String kind, String what) {
    faults.merge(kind, 1, Integer::sum);
    last = what;
    if (sinceLastWrite.size() < SINCE_MAX) sinceLastWrite.add(what);
  }

  private String during() {
    return sinceLastWrite.isEmpty() ? last : String.join(", ", sinceLastWrite);
  }

  synchronized void leads(long term, int member) {
    leaders.put(term, member);
  }

  /// Something that must not be, in a sentence. The run ends.
  synchronized void trouble(String what) {
    troubles.add(what);
  }

  synchronized boolean isTroubled() {
    return !troubles.isEmpty();
  }

  synchronized List<String> troubles() {
    return List.copyOf(troubles);
  }

  synchronized long acknowledged() {
    return acknowledged;
  }

  synchronized String figures() {
    int all = faults.values().stream().mapToInt(Integer::intValue).sum();
    StringBuilder kinds = new StringBuilder();
    for (Map.Entry<String, Integer> fault : faults.entrySet())
      kinds
          .append(kinds.isEmpty() ? "" : ", ")
          .append(fault.getKey())
          .append(' ')
          .append(fault.getValue());
    return operations
        + " operations, "
        + acknowledged
        + " acknowledged, "
        + (operations - acknowledged - unknown)
        + " not done, "
        + unknown
        + " unknown; "
        + all
        + " faults ("
        + kinds
        + "); "
        + leaders.size()
        + " terms with a leader; longest time without an acknowledged write "
        + longest.millis
        + " ms, after "
        + longest.during;
  }
}
