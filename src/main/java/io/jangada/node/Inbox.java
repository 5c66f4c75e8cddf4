package io.jangada.node;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Where threads meet: anybody puts in, the replica's owner takes out. Requests and peers' messages
/// have a limit each; completions of the replica's own doings are never refused for that.
public final class Inbox {
  private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger messages = new AtomicInteger();
  private final int requestsMax;
  private final int messagesMax;
  private final Runnable wakeup;
  private volatile boolean closed;

  /// @param wakeup called after something was put in; it must be quick and safe to call from any
  ///   thread
  Inbox(int requestsMax, int messagesMax, Runnable wakeup) {
    this.requestsMax = requestsMax;
    this.messagesMax = messagesMax;
    this.wakeup = wakeup;
  }

  /// Returns false when a limit is reached or the inbox is closed; the event is not taken then.
  boolean offer(Event event) {
    if (closed) return false;
    AtomicInteger count = counterOf(event);
    int max = count == messages ? messagesMax : requestsMax;
    if (count != null && count.incrementAndGet() > max) {
      count.decrementAndGet();
      return false;
    }
    events.add(event);
    // It may have been closed, and emptied for the last time, in between.
    if (closed && events.remove(event)) return false;
    wakeup.run();
    return true;
  }

  /// From now on nothing is taken. What is in it can still be polled.
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /// The oldest event, or null when there is none. Only the owner calls it.
  Event poll() {
    Event event = events.poll();
    if (event == null) return null;
    AtomicInteger count = counterOf(event);
    if (count != null) count.decrementAndGet();
    return event;
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  private AtomicInteger counterOf(Event event) {
    return switch (event) {
      case Event.Submit _,
          Event.ChangeMembership _,
          Event.Transfer _,
          Event.TakeSnapshot _,
          Event.AskStatus _ ->
          requests;
      case Event.FromPeer _ -> messages;
      case Event.Synced _, Event.DiskFull _, Event.Stored _, Event.DiskFailed _ -> null;
    };
  }
}
