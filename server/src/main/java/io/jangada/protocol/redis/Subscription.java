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
    long now = all.client().port().replica().clusterTimeMillis();
    List<KeyspaceEvents> happened =
        events.stream().map(event -> KeyspaceEvents.of(event, now)).toList();
    long bytes = happened.stream().mapToLong(KeyspaceEvents::sizeBytes).sum();
    all.client().holdEvents(bytes);
    say(new Said.Events(happened, bytes));
    return all.takesMore() ? Taken.WITH_ROOM : Taken.THE_LAST;
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
    /// What happened, which may make several messages or none.
    ///
    /// @param bytes that it takes
    record Events(List<KeyspaceEvents> happened, long bytes) implements Said {}

    /// No events come before it continues.
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
