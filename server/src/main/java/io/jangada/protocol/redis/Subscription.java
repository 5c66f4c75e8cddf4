package io.jangada.protocol.redis;

import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchEnd;
import io.jangada.protocol.port.Client;
import io.jangada.protocol.port.ResumingWatch;
import io.jangada.protocol.port.Slot;
import java.util.List;

/// A [Topic] that a client listens to, and the watch that tells of it.
final class Subscription extends ResumingWatch {
  final Topic topic;
  private final Subscriptions all;
  private final Subscribing subscribing;
  private boolean hasStarted;

  Subscription(Subscriptions all, Topic topic, Subscribing subscribing) {
    super(all.client(), all.client().caller(), topic.wanted());
    this.all = all;
    this.topic = topic;
    this.subscribing = subscribing;
  }

  // ---- on the replica's thread ----

  private void say(Said said) {
    all.client().lane().answered(new Telling(this, said));
  }

  @Override
  protected void started(long revision) {
    hasStarted = true;
    subscribing.started();
  }

  @Override
  protected Taken take(List<WatchEvent> events) {
    if (all.isFull()) return Taken.NONE;
    long bytes = 0;
    for (WatchEvent event : events) bytes += sizeOf(event);
    all.client().holdEvents(bytes);
    say(new Said.Events(events, bytes, all.client().port().replica().clusterTimeMillis()));
    return all.takesMore() ? Taken.WITH_ROOM : Taken.THE_LAST;
  }

  private static long sizeOf(WatchEvent event) {
    return event.entry().sizeBytes() + (event.former() == null ? 0 : event.former().sizeBytes());
  }

  @Override
  protected void paused() {
    say(new Said.Paused());
  }

  @Override
  protected void progress(long revision) {}

  @Override
  protected void compacted(long compacted) {
    say(new Said.Lost());
  }

  @Override
  protected void ended(WatchEnd reason) {
    if (reason == WatchEnd.CANCELLED && !hasStarted) subscribing.started();
    else if (!hasStarted) subscribing.failed(topic, reason);
    else if (reason != WatchEnd.CANCELLED) say(new Said.Lost());
  }

  /// What it has to say, to the event loop.
  sealed interface Said {
    /// Changes, which may be of several messages or of none.
    ///
    /// @param bytes that they hold
    record Events(List<WatchEvent> events, long bytes, long clusterTimeMillis) implements Said {}

    /// No events come before it goes on.
    record Paused() implements Said {}

    /// Events are missed, now or from now on.
    record Lost() implements Said {}
  }

  /// That on its way.
  static final class Telling extends Slot {
    final Subscription of;
    final Said said;

    private Telling(Subscription of, Said said) {
      super(null);
      this.of = of;
      this.said = said;
    }

    @Override
    protected Client connection() {
      return of.all.client();
    }

    @Override
    protected boolean arrive() {
      return of.all.arrived(this);
    }
  }
}
