package io.jangada.protocol.redis;

import io.jangada.kv.Result;
import io.jangada.node.watch.WatchEnd;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A SUBSCRIBE or PSUBSCRIBE. Its reply comes when all watches have started, so that no event is
/// missed after it.
final class Subscribing {
  private final Subscriptions all;
  private final List<Topic> topics;
  private final RedisSlot slot;

  /// How many topics there were with each of them.
  private final int[] counts;

  /// Whether the reply is awaited before messages are told.
  private final boolean isAwaited;

  /// How many watches have neither started nor failed; one more until all are begun.
  private final AtomicInteger left = new AtomicInteger(1);

  private final Map<Topic, WatchEnd> failed = new ConcurrentHashMap<>();

  private Subscribing(Subscriptions all, List<Topic> topics, RedisSlot slot) {
    this.all = all;
    this.topics = topics;
    this.slot = slot;
    this.counts = new int[topics.size()];
    this.isAwaited = !all.client().isSilent();
  }

  /// Begins to listen to topics.
  ///
  /// @param slot gets the reply
  static void begin(Subscriptions all, List<Topic> topics, RedisSlot slot) {
    Subscribing subscribing = new Subscribing(all, topics, slot);
    if (subscribing.isAwaited) all.beginning(1);
    for (int i = 0; i < topics.size(); i++) {
      subscribing.left.incrementAndGet();
      if (!all.begin(topics.get(i), subscribing)) subscribing.started();
      subscribing.counts[i] = all.count();
    }
    subscribing.started();
  }

  /// A watch has started. From any thread.
  void started() {
    if (left.decrementAndGet() == 0) slot.acceptOwn(this::write, 0);
  }

  /// A watch has not. From any thread.
  void failed(Topic topic, WatchEnd reason) {
    failed.put(topic, reason);
    started();
  }

  private void write(ReplyWriter out) {
    if (isAwaited) all.beginning(-1);
    for (int i = 0; i < counts.length; i++) {
      Topic topic = topics.get(i);
      WatchEnd reason = failed.get(topic);
      if (reason == null) {
        Subscriptions.confirm(topic.isPattern() ? "psubscribe" : "subscribe", topic.name(), out);
        out.integer(counts[i]);
      } else {
        all.end(topic.name(), topic.isPattern());
        out.error(text(reason));
      }
    }
  }

  private String text(WatchEnd reason) {
    return switch (reason) {
      case PERMISSION_DENIED ->
          slot.asking() == null ? Errors.NO_AUTH : Errors.of(Result.Reason.PERMISSION_DENIED);
      case BUSY, NO_LEADER -> "TRYAGAIN " + reason.text();
      case CANCELLED, TOO_MANY, REMOVED, DATA_DIFFERS, STOPPED -> "ERR " + reason.text();
    };
  }
}
