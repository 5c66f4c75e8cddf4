package io.jangada.sim;

import java.util.PriorityQueue;

/// Simulated time and what is to happen in it. Everything that happens is an event with a moment;
/// events of the same moment happen in the order in which they were planned.
final class Scheduler {
  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000 * MILLI;

  private record Event(long time, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now;
  private long planned;
  private long happened;

  /// Nanoseconds since the world began.
  long now() {
    return now;
  }

  /// How many events have happened.
  long happened() {
    return happened;
  }

  void at(long time, Runnable action) {
    events.add(new Event(Math.max(time, now), planned++, action));
  }

  void after(long nanos, Runnable action) {
    at(now + nanos, action);
  }

  /// Lets the next event happen. Returns false when there is none.
  boolean step() {
    Event next = events.poll();
    if (next == null) return false;
    now = next.time;
    happened++;
    next.action.run();
    return true;
  }
}
