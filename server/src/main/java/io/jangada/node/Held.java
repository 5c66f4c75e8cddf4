package io.jangada.node;

import io.jangada.raft.Membership;
import java.util.ArrayDeque;

/// The requests that wait at a member until it is known who leads, or until it has room. None of
/// them had an effect.
final class Held {
  /// A request and when it is answered at the latest.
  record Request(Event.Submit submit, long deadlineNanos) {}

  private final int countMax;
  private final long bytesMax;
  private final ArrayDeque<Request> requests = new ArrayDeque<>();
  private long bytes;

  /// @param countMax requests that may wait; beyond, [Outcome.Busy]
  /// @param bytesMax from that many bytes waiting on, [Outcome.Busy]
  Held(int countMax, long bytesMax) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
  }

  int size() {
    return requests.size();
  }

  /// What they count against limits.
  long bytes() {
    return bytes;
  }

  void add(Event.Submit submit, long deadlineNanos) {
    if (requests.size() >= countMax || bytes >= bytesMax) {
      submit.reply().accept(new Outcome.Busy("too many requests wait"));
      return;
    }
    requests.add(new Request(submit, deadlineNanos));
    bytes += submit.sizeBytes();
  }

  /// Takes out the one that waits longest.
  Request take() {
    Request first = requests.remove();
    bytes -= first.submit.sizeBytes();
    return first;
  }

  /// Answers what waited too long: nobody is known to lead, or there was no room.
  void expire(long nowNanos) {
    while (!requests.isEmpty() && requests.peek().deadlineNanos - nowNanos <= 0) turnAway();
  }

  /// The replica stops.
  void abandon() {
    while (!requests.isEmpty()) turnAway();
  }

  private void turnAway() {
    take().submit.reply().accept(new Outcome.NotLeader(Membership.NONE));
  }
}
