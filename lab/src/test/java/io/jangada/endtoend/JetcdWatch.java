package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A watch of jetcd's on all keys with a prefix, and what came of it.
final class JetcdWatch implements AutoCloseable {
  private static final int SECONDS_MAX = 30;

  private final BlockingQueue<WatchResponse> created = new LinkedBlockingQueue<>();
  private final BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
  private final Watch.Watcher watcher;

  JetcdWatch(Client client, String prefix, WatchOption.Builder options) {
    watcher =
        client
            .getWatchClient()
            .watch(
                JetcdTest.bytes(prefix),
                options.isPrefix(true).withCreateNotify(true).build(),
                Watch.listener(this::received, errors::add));
  }

  /// The same, as soon as the server has it.
  static JetcdWatch started(Client client, String prefix, WatchOption.Builder options)
      throws InterruptedException {
    JetcdWatch watch = new JetcdWatch(client, prefix, options);
    watch.awaitCreated();
    return watch;
  }

  private void received(WatchResponse response) {
    if (response.isCreatedNotify()) created.add(response);
    events.addAll(response.getEvents());
  }

  /// Waits until a server has it, for the first time or once more.
  ///
  /// @return that server's id
  int awaitCreated() throws InterruptedException {
    WatchResponse response = created.poll(SECONDS_MAX, TimeUnit.SECONDS);
    assertThat(response).as("the watch is created; errors: %s", errors).isNotNull();
    return (int) response.getHeader().getMemberId();
  }

  WatchEvent next() throws InterruptedException {
    WatchEvent event = events.poll(SECONDS_MAX, TimeUnit.SECONDS);
    assertThat(event).as("an event; errors: %s", errors).isNotNull();
    return event;
  }

  /// The next events up to that with this revision.
  List<Long> revisionsUpTo(long revision) throws InterruptedException {
    List<Long> revisions = new ArrayList<>();
    while (revisions.isEmpty() || revisions.getLast() < revision)
      revisions.add(next().getKeyValue().getModRevision());
    return revisions;
  }

  /// The next event, such as `PUT k=2 before 1`.
  String text() throws InterruptedException {
    WatchEvent event = next();
    KeyValue before = event.getPrevKV();
    return event.getEventType()
        + " "
        + event.getKeyValue().getKey()
        + "="
        + event.getKeyValue().getValue()
        + (before.getModRevision() == 0 ? "" : " before " + before.getValue());
  }

  CompactedException compacted() throws InterruptedException {
    Throwable error = errors.poll(SECONDS_MAX, TimeUnit.SECONDS);
    assertThat(error)
        .as("created: %s, events: %s", created, events)
        .isInstanceOf(CompactedException.class);
    return (CompactedException) error;
  }

  @Override
  public void close() {
    watcher.close();
  }
}
