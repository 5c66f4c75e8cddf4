package io.jangada.protocol.etcd;

import io.jangada.harness.Waiting;
import io.jangada.protocol.etcd.KubeClient.Law;
import io.jangada.protocol.etcd.api.Event;
import io.jangada.protocol.etcd.api.KeyValue;
import io.jangada.protocol.etcd.api.WatchCreateRequest;
import io.jangada.protocol.etcd.api.WatchProgressRequest;
import io.jangada.protocol.etcd.api.WatchRequest;
import io.jangada.protocol.etcd.api.WatchResponse;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/// Lists all objects, and from then on sees what becomes of them: a watch from the revision of the
/// list. When that ends, it goes on at another member from what it saw last, or lists again where
/// that is compacted. All that it is told must fit to what it saw.
final class KubeWatcher implements Callable<KubeWatcher> {
  /// How long nothing comes before it asks how far its watch is.
  private static final long IDLE_MILLIS = 100;

  private static final long AWAY_MILLIS_MAX = 60_000;
  private static final int OUT_OF_RANGE = 11;

  /// What all of them go by.
  ///
  /// @param compacted up to where it is compacted
  /// @param last at which revision they are done; 0 while that is not known
  record Shared(List<InetSocketAddress> members, AtomicLong compacted, AtomicLong last) {}

  private final int number;
  private final Shared shared;
  private SortedMap<String, KeyValue> objects = new TreeMap<>();

  /// The first revision that it does not know; 0 before its first list.
  private long next;

  private long events;
  private long progresses;
  private int resumed;
  private int listed;
  private boolean wasAway;

  KubeWatcher(int number, Shared shared) {
    this.number = number;
    this.shared = shared;
  }

  /// Runs until it knows all up to the last revision.
  @Override
  public KubeWatcher call() throws Exception {
    try (KubeClient client = new KubeClient(shared.members, number)) {
      while (!isDone()) {
        try {
          if (next == 0) list(client);
          watch(client);
        } catch (KubeClient.LostException e) {
          lost(client);
        } catch (RawGrpc.EndedException e) {
          if (e.end().code() == OUT_OF_RANGE) next = 0;
          else lost(client);
        }
      }
      return this;
    }
  }

  private void lost(KubeClient client) throws InterruptedException {
    resumed++;
    client.moveOn();
  }

  private boolean isDone() {
    long last = shared.last.get();
    return last > 0 && next > last;
  }

  private void list(KubeClient client) throws Exception {
    KubeClient.Listed all = client.list(0);
    objects = all.objects();
    next = all.revision() + 1;
    listed++;
  }

  private void watch(KubeClient client) throws Exception {
    var stream = client.open(WatchClient.WATCH, WatchResponse.getDefaultInstance());
    var create =
        WatchCreateRequest.newBuilder()
            .setKey(KubeClient.PREFIX)
            .setRangeEnd(KubeClient.PREFIX_END)
            .setStartRevision(next)
            .setPrevKv(true)
            .setProgressNotify(true);
    stream.send(WatchRequest.newBuilder().setCreateRequest(create).build());
    while (!isDone()) {
      WatchResponse said = stream.next(IDLE_MILLIS);
      if (said == null) {
        var ask = WatchProgressRequest.getDefaultInstance();
        stream.send(WatchRequest.newBuilder().setProgressRequest(ask).build());
      } else if (said.getCanceled()) {
        Law.check(said.getCompactRevision() >= next, "only what is compacted ends: " + said);
        next = 0;
        return;
      } else {
        hear(said);
      }
      if (mustLeave()) {
        leave(client);
        return;
      }
    }
    stream.cancel();
  }

  private void hear(WatchResponse said) {
    long revision = said.getHeader().getRevision();
    if (said.getCreated()) return;
    if (said.getEventsCount() == 0) {
      Law.check(revision >= next - 1, "progress does not go back: " + said);
      progresses++;
      next = Math.max(next, revision + 1);
      return;
    }
    for (Event event : said.getEventsList()) see(event);
    Law.check(revision >= next - 1, "a header is not behind its events: " + said);
  }

  private void see(Event event) {
    KeyValue now = event.getKv();
    String key = now.getKey().toStringUtf8();
    KeyValue before = objects.get(key);
    String what = "watcher " + number + ", " + key + ", next " + next + ": ";
    Law.check(now.getModRevision() >= next, what + "told twice, or after its progress");
    if (event.getType() == Event.EventType.DELETE) {
      Law.check(before != null, what + "deleted, and was not there");
      objects.remove(key);
    } else {
      long version = before == null ? 0 : before.getVersion();
      Law.check(now.getVersion() == version + 1, what + "a change is missing");
      objects.put(key, now);
    }
    if (event.hasPrevKv()) Law.check(event.getPrevKv().equals(before), what + "other before");
    next = now.getModRevision() + 1;
    events++;
  }

  /// Some are away until what they need next is compacted.
  private boolean mustLeave() {
    return !wasAway && number % 5 == 0 && events > number;
  }

  private void leave(KubeClient client) throws InterruptedException {
    wasAway = true;
    client.moveOn();
    // As one that saw the store before there were objects: what came after lists that are still
    // read is kept for a while.
    objects = new TreeMap<>();
    next = Compaction.FIRST_CHANGE;
    Waiting.until(AWAY_MILLIS_MAX, () -> shared.compacted.get() > next || shared.last.get() > 0);
  }

  /// Sees whether it knows what is there.
  void compare(KubeClient client) throws Exception {
    Law.check(
        client.list(next - 1).objects().equals(objects), "watcher " + number + " sees the list");
  }

  /// Events, progresses, watches that were resumed, and lists.
  long[] counts() {
    return new long[] {events, progresses, resumed, listed};
  }
}
