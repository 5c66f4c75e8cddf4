package io.jangada.node;

import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.Watcher;
import io.jangada.raft.Membership;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Where threads meet: any thread puts in, the replica's owner takes out. Requests, peers' messages
/// and questions have limits each, so that none of them keeps another out; completions of the
/// replica's own doings are never refused for that.
public final class Inbox {
  private static final int QUESTIONS_MAX = 64;

  /// What of one kind is in the inbox.
  private static final class Load {
    private final int countMax;
    private final long bytesMax;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    Load(int countMax, long bytesMax) {
      this.countMax = countMax;
      this.bytesMax = bytesMax;
    }

    boolean tryAcquire(long more) {
      if (count.incrementAndGet() <= countMax) {
        if (bytes.getAndAdd(more) < bytesMax) return true;
        bytes.addAndGet(-more);
      }
      count.decrementAndGet();
      return false;
    }

    void give(long less) {
      bytes.addAndGet(-less);
      count.decrementAndGet();
    }
  }

  private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
  private final Load requests;
  private final Load messages;
  private final Load questions = new Load(QUESTIONS_MAX, Long.MAX_VALUE);
  private final Runnable wakeup;
  private volatile boolean closed;
  private volatile Leadership leadership = Leadership.NONE;

  /// @param wakeup called after something was put in; it must be quick and safe to call from any
  ///   thread
  Inbox(InboxLimits limits, Runnable wakeup) {
    this.requests = new Load(limits.requestsMax(), limits.requestBytesMax());
    this.messages = new Load(limits.messagesMax(), limits.messageBytesMax());
    this.wakeup = wakeup;
  }

  /// Returns false when a limit is reached or the inbox is closed; the event is not taken then.
  boolean offer(Event event) {
    if (closed) return false;
    Load load = loadOf(event);
    if (load != null && !load.tryAcquire(event.sizeBytes())) return false;
    events.add(event);
    // It may have been closed, and emptied for the last time, in between.
    if (closed && events.remove(event)) return false;
    wakeup.run();
    return true;
  }

  /// Offers a request, and answers it when it is not taken.
  void offer(Event request, Consumer<Outcome> reply) {
    if (offer(request)) return;
    if (closed) reply.accept(new Outcome.NotLeader(Membership.NONE));
    else reply.accept(new Outcome.Busy("too many requests are waiting"));
  }

  /// Offers a watch. It ends before this returns when it is not taken.
  Watch watch(Watch.Asked asked, Watcher watcher) {
    Watch watch = new Watch(asked, watcher, call -> offer(new Event.Watching(call)));
    if (!watch.begin()) watcher.ended(closed ? WatchEnd.STOPPED : WatchEnd.BUSY);
    return watch;
  }

  /// The owner says how it is led, for any thread.
  void note(Leadership now, boolean leads) {
    Leadership seen = leads ? Leadership.LEADING : now;
    if (seen != leadership) leadership = seen;
  }

  Leadership leadership() {
    return leadership;
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
    Load load = loadOf(event);
    if (load != null) load.give(event.sizeBytes());
    return event;
  }

  /// What requests and messages of peers in it take, about.
  long bytes() {
    return requests.bytes.get() + messages.bytes.get();
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  private Load loadOf(Event event) {
    return switch (event) {
      case Event.Submit _,
          Event.Read _,
          Event.ChangeMembership _,
          Event.Transfer _,
          Event.TakeSnapshot _ ->
          requests;
      case Event.Watching(Watch.Call call) -> call.isRefusable() ? requests : null;
      case Event.FromPeer _ -> messages;
      case Event.AskStatus _, Event.AskBackup _, Event.AskChunk _ -> questions;
      case Event.Synced _, Event.DiskFull _, Event.PeerGone _, Event.Stored _, Event.DiskFailed _ ->
          null;
    };
  }
}
