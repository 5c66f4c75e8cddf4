package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.sim.SlowKv;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// A store held against its slow twin in every question that can be asked of it.
final class TwinComparison {
  private static final int PAGES_MAX = 100_000;

  private final SlowKv twin;
  private final RandomGenerator dice;

  TwinComparison(SlowKv twin, RandomGenerator dice) {
    this.twin = twin;
    this.dice = dice;
  }

  void figures(KvStore store, String when) {
    assertThat(store.countsRevisions()).as(when).isEqualTo(twin.countsRevisions());
    assertThat(store.revision()).as(when).isEqualTo(twin.revision());
    assertThat(store.compacted()).as(when).isEqualTo(twin.compacted());
    assertThat(store.keepsHistory()).as(when).isEqualTo(twin.keepsHistory());
    assertThat(store.size()).as(when).isEqualTo(twin.size());
    assertThat(store.sizeBytes()).as(when).isEqualTo(twin.sizeBytes());
    assertThat(store.nextDeadlineMillis()).as(when).isEqualTo(twin.nextDeadlineMillis());
    assertThat(store.clusterTimeMillis()).as(when).isEqualTo(twin.clusterTimeMillis());
    assertThat(store.sessionCount()).as(when).isEqualTo(twin.sessionCount());
    assertThat(store.answerCount()).as(when).isEqualTo(twin.answerCount());
  }

  /// The same result; of a range, all pieces to the end.
  void read(KvStore store, Operation.Read read, String when) {
    Operation.Read next = read;
    for (int pages = 0; next != null; pages++) {
      assertThat(pages).as(when).isLessThan(PAGES_MAX);
      Result result = store.read(next);
      assertThat(result).as("%s: %s", when, next).isEqualTo(twin.read(next, store.firstReadable()));
      next =
          next instanceof Operation.Range range
                  && result instanceof Result.Ranged ranged
                  && ranged.rest() != null
              ? new Operation.Range(
                  ranged.rest(), ranged.revision(), range.selection(), range.page())
              : null;
    }
  }

  void count(KvStore store, KeyRange keys, String when) {
    var selection =
        new Operation.Selection(
            Operation.Detail.COUNT, Operation.Between.ANY, Operation.Between.ANY);
    Result result = store.read(new Operation.Range(keys, 0, selection, Operation.Page.ALL));
    assertThat(((Result.Ranged) result).count()).as(when).isEqualTo(twin.count(keys));
  }

  /// What can be watched since some revision that can be read, and some of it.
  void events(KvStore store, String when) {
    long first = store.firstReadable();
    long from = first + 1 + dice.nextLong(store.revision() - first + 1);
    List<WatchEvent> expected = twin.events(from);
    assertThat(eventsOf(store, from, Integer.MAX_VALUE)).as(when).isEqualTo(expected);
    if (expected.isEmpty()) return;
    int some = 1 + dice.nextInt(expected.size());
    assertThat(eventsOf(store, from, some)).as(when).isEqualTo(expected.subList(0, some));
    assertThatThrownBy(() -> store.forEachChange(first, _ -> true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// All there is to know of a store that has applied what the twin has, or less.
  void everything(KvStore store, String when) {
    for (long revision = store.firstReadable(); revision <= store.revision(); revision++)
      assertThat(stateAt(store, revision))
          .as("%s, at revision %d", when, revision)
          .isEqualTo(twin.stateAt(revision));
    assertThat(eventsOf(store, store.firstReadable() + 1, Integer.MAX_VALUE))
        .as(when)
        .isEqualTo(
            twin.events(store.firstReadable() + 1).stream()
                .filter(event -> event.revision() <= store.revision())
                .toList());
  }

  /// The keys and leases of a store that has applied what the twin has.
  void present(KvStore store, String when) {
    for (KeyValue entry : twin.state()) read(store, new Operation.Get(entry.key()), when);
    Result all = twin.read(new Operation.ListLeases());
    assertThat(store.read(new Operation.ListLeases())).as(when).isEqualTo(all);
    for (long lease : ((Result.LeaseList) all).leases())
      read(store, new Operation.GetLease(lease), when);
  }

  private static List<KeyValue> stateAt(KvStore store, long revision) {
    List<KeyValue> entries = new ArrayList<>();
    KeyRange rest = KeyRange.ALL;
    for (int pages = 0; rest != null; pages++) {
      assertThat(pages).isLessThan(PAGES_MAX);
      var read = new Operation.Range(rest, revision, Operation.Selection.ALL, Operation.Page.ALL);
      Result.Ranged ranged = (Result.Ranged) store.read(read);
      entries.addAll(ranged.entries());
      rest = ranged.rest();
    }
    return entries;
  }

  private static List<WatchEvent> eventsOf(KvStore store, long from, int some) {
    List<WatchEvent> events = new ArrayList<>();
    boolean isAll =
        store.forEachChange(
            from,
            change -> {
              WatchEvent event = change.event(true);
              assertThat(change.revision()).isEqualTo(event.revision());
              assertThat(change.isRemoval()).isEqualTo(event.removed());
              assertThat(change.key()).isEqualTo(event.entry().key());
              assertThat(change.event(false))
                  .isEqualTo(new WatchEvent(event.entry(), event.removed(), null));
              events.add(event);
              return events.size() < some;
            });
    assertThat(isAll).isEqualTo(events.size() < some);
    return events;
  }

  /// A random key of those that are there, or any.
  Bytes key(Bytes other) {
    List<KeyValue> there = twin.state();
    return there.isEmpty() || dice.nextBoolean()
        ? other
        : there.get(dice.nextInt(there.size())).key();
  }
}
