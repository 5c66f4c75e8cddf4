package io.jangada.server;

/// Wakes the threads that wait for an event of the protocol.
final class ChangeSignal {
  private static final long GLANCE_MILLIS = 20;

  private long events;

  /// Something happened.
  synchronized void event() {
    events++;
    notifyAll();
  }

  /// Waits for the next event, or for a moment: what was waited for may come about without one.
  ///
  /// @return false when the time is over
  synchronized boolean await(long deadlineNanos) {
    long millis = Math.min(GLANCE_MILLIS, (deadlineNanos - System.nanoTime()) / 1_000_000);
    if (millis <= 0) return false;
    long before = events;
    try {
      if (events == before) wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return true;
  }
}
