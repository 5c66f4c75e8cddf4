package io.jangada.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchRequest.Kinds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The watches of a member, over a store that is changed by hand.
class WatchesTest {
  private static final int PATIENCE = 100;
  private static final int TURNS_MAX = 10_000;

  private WatchedStore store = new WatchedStore(true);
  private final Watches watches = new Watches(1_000, PATIENCE, 0);

  private Watch begin(Recorder recorder, WatchRequest request) {
    return begin(recorder, new Watch.Asked(null, request));
  }

  private Watch begin(Recorder recorder, Watch.Asked asked) {
    Watch[] watch = new Watch[1];
    watch[0] =
        new Watch(
            asked,
            recorder,
            call -> {
              watches.handle(call);
              return true;
            });
    watch[0].begin();
    return watch[0];
  }

  private static WatchRequest all(long from) {
    return new WatchRequest(KeyRange.ALL, from, true, Kinds.ALL, false);
  }

  private boolean turn() {
    return watches.serve(store.kv, null, true, 0);
  }

  private void settle() {
    int turns = 0;
    while (turn()) assertThat(++turns).isLessThan(TURNS_MAX);
  }

  private static List<WatchedStore.Event> twins(List<WatchEvent> events) {
    List<WatchedStore.Event> twins = new ArrayList<>();
    for (WatchEvent event : events)
      twins.add(
          new WatchedStore.Event(
              event.revision(),
              event.entry().key(),
              event.removed() ? null : event.entry().value(),
              event.former() == null ? null : event.former().value()));
    // Within a revision the twin has them in order of keys.
    twins.sort(
        Comparator.comparingLong(WatchedStore.Event::revision)
            .thenComparing(WatchedStore.Event::key));
    return twins;
  }

  private void assertGotAll(Recorder recorder, long from) {
    assertThat(twins(recorder.events)).isEqualTo(store.events(e -> e.revision() >= from));
  }

  @Test
  @DisplayName("a watch from now on gets what happens after its start, with the former values")
  void fromNow() {
    store.put(1, "before");
    Recorder recorder = new Recorder();
    begin(recorder, all(0));
    settle();
    assertThat(recorder.started).isEqualTo(store.kv.revision());
    store.put(1, "after");
    store.delete(1);
    store.put(2, "other");
    settle();
    assertGotAll(recorder, recorder.started + 1);
    assertThat(recorder.events).hasSize(3);
    assertThat(recorder.deliveries).as("what comes together is handed over so").hasSize(1);
  }

  @Test
  @DisplayName("a watch from a former revision gets what happened since and goes on without a gap")
  void fromThen() {
    for (int i = 0; i < 5_000; i++) store.put(i % 100, "v" + i);
    Recorder recorder = new Recorder();
    begin(recorder, all(1_000));
    assertThat(turn()).as("not all in one turn").isTrue();
    assertThat(watches.lagging()).isEqualTo(1);
    store.put(1, "meanwhile");
    settle();
    assertThat(watches.lagging()).isZero();
    store.put(1, "after");
    settle();
    assertGotAll(recorder, 1_000);
    assertThat(recorder.deliveries.getFirst()).isBetween(100, 1_000);
  }

  @Test
  @DisplayName("a watch from a revision to come gets nothing before that")
  void fromThence() {
    Recorder recorder = new Recorder();
    Watch watch = begin(recorder, all(10));
    settle();
    for (int i = 0; i < 5; i++) store.put(i, "early");
    settle();
    watch.progress();
    settle();
    assertThat(recorder.progress).isEqualTo(store.kv.revision());
    for (int i = 0; i < 5; i++) store.put(i, "late");
    settle();
    assertGotAll(recorder, 10);
    assertThat(recorder.events).isNotEmpty();
  }

  @Test
  @DisplayName("everything of a revision comes at once, however much it is")
  void wholeRevisions() {
    for (int i = 0; i < 999; i++) store.put(i, "x".repeat(1_000));
    Recorder current = new Recorder();
    begin(current, all(0));
    settle();
    store.put(0, "one before");
    store.deleteRange(KeyRange.prefix(Bytes.utf8("k")));
    settle();
    assertThat(current.deliveries).containsExactly(1 + 999);

    Recorder late = new Recorder();
    begin(late, all(900));
    settle();
    assertGotAll(late, 900);
    assertThat(late.deliveries).hasSizeGreaterThan(1);
    assertThat(late.deliveries.getLast()).isGreaterThanOrEqualTo(999);
  }

  @Test
  @DisplayName("a watcher that takes no more gets nothing, and then all that it missed")
  void paused() {
    Recorder slow = new Recorder();
    Recorder quick = new Recorder();
    slow.takesMore = () -> false;
    Watch watch = begin(slow, all(0));
    begin(quick, all(0));
    settle();
    for (int i = 0; i < 3_000; i++) {
      store.put(i % 7, "v" + i);
      settle();
    }
    assertThat(slow.events).hasSize(1);
    assertThat(watches.lagging()).isEqualTo(1);
    watch.progress();
    settle();
    assertThat(slow.progress).as("it has yet to get some").isEqualTo(-1);

    slow.takesMore = () -> true;
    slow.paused = false;
    watch.ready();
    settle();
    assertGotAll(slow, slow.started + 1);
    assertGotAll(quick, quick.started + 1);
    assertThat(slow.progress).isEqualTo(store.kv.revision());
    assertThat(watches.lagging()).isZero();
    assertThat(watches.eventsSent()).isEqualTo(6_000);
  }

  @Test
  @DisplayName("a watcher that does not admit what comes gets it once it does")
  void notAdmitted() {
    Recorder recorder = new Recorder();
    Watch watch = begin(recorder, all(0));
    settle();
    recorder.admits = () -> false;
    store.put(1, "first");
    settle();
    store.put(1, "second");
    settle();
    assertThat(recorder.events).isEmpty();
    assertThat(recorder.paused).isTrue();
    watch.progress();
    recorder.paused = false;
    watch.ready();
    settle();
    assertThat(recorder.paused).as("asked again").isTrue();
    assertThat(recorder.progress).as("it has yet to get some").isEqualTo(-1);

    recorder.admits = () -> true;
    recorder.paused = false;
    watch.ready();
    settle();
    assertGotAll(recorder, recorder.started + 1);
    assertThat(recorder.progress).isEqualTo(store.kv.revision());
    assertThat(watches.lagging()).isZero();
  }

  @Test
  @DisplayName("watchers are called in the order in which their watches began")
  void order() {
    List<Integer> called = new ArrayList<>();
    List<KeyRange> ranges =
        List.of(KeyRange.ALL, KeyRange.of(WatchedStore.key(1)), KeyRange.prefix(Bytes.utf8("k")));
    for (int i = 0; i < ranges.size(); i++) {
      int number = i;
      Recorder recorder = new Recorder();
      recorder.takesMore = () -> called.add(number);
      begin(recorder, new WatchRequest(ranges.get(i)));
    }
    settle();
    store.put(1, "v");
    settle();
    assertThat(called).containsExactly(0, 1, 2);
  }

  @Test
  @DisplayName("those that lag are served by turns")
  void fair() {
    for (int i = 0; i < 10_000; i++) store.put(i % 7, "v" + i);
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      recorders.add(new Recorder());
      begin(recorders.getLast(), all(2));
    }
    for (int i = 0; i < 8; i++) turn();
    assertThat(recorders).allMatch(each -> each.deliveries.size() == 2);
  }

  @Test
  @DisplayName("compaction overtakes a watcher that takes no more, and it is told so when it does")
  void compacted() {
    Recorder recorder = new Recorder();
    recorder.takesMore = () -> false;
    Watch watch = begin(recorder, all(0));
    settle();
    for (int i = 0; i < 10; i++) {
      store.put(i, "v");
      settle();
    }
    store.compact(5);
    settle();
    assertThat(recorder.isOver()).isFalse();
    recorder.paused = false;
    watch.ready();
    settle();
    assertThat(recorder.compacted).isEqualTo(5);
    assertThat(recorder.events).hasSize(1);
    assertThat(watches.count()).isZero();
    assertThat(watches.overtaken()).isEqualTo(1);
    watch.cancel();
    assertThat(recorder.ended).isNull();
  }

  @Test
  @DisplayName("a watch from a revision that is compacted is told so; from the next it is served")
  void beginCompacted() {
    for (int i = 0; i < 10; i++) store.put(i, "v");
    store.compact(5);
    Recorder early = new Recorder();
    Recorder next = new Recorder();
    begin(early, all(5));
    begin(next, all(6));
    settle();
    assertThat(early.started).isEqualTo(11);
    assertThat(early.compacted).isEqualTo(5);
    assertGotAll(next, 6);
  }

  @Test
  @DisplayName("where no history is kept, current watchers get everything, former values included")
  void noHistory() {
    store = new WatchedStore(false);
    Recorder recorder = new Recorder();
    begin(recorder, all(0));
    settle();
    for (int i = 0; i < 100; i++) {
      store.put(1, "v" + i);
      store.put(1, "w" + i);
      settle();
    }
    assertGotAll(recorder, recorder.started + 1);
    Recorder late = new Recorder();
    begin(late, all(50));
    settle();
    assertThat(late.compacted).isEqualTo(store.kv.revision());
  }

  @Test
  @DisplayName("nothing is pinned where there is no watch")
  void unpinned() {
    store = new WatchedStore(false);
    Recorder recorder = new Recorder();
    Watch watch = begin(recorder, all(0));
    settle();
    store.put(1, "v");
    assertThat(store.kv.firstReadable()).isEqualTo(store.kv.revision() - 1);
    settle();
    assertThat(store.kv.firstReadable()).isEqualTo(store.kv.revision());
    watch.cancel();
    assertThat(recorder.ended).isEqualTo(WatchEnd.CANCELLED);
    settle();
    store.put(1, "w");
    assertThat(store.kv.firstReadable()).isEqualTo(store.kv.revision());
    settle();
    assertThat(recorder.events).hasSize(1);
  }

  @Test
  @DisplayName("what so many get is handed out in parts, unless too much of it waits")
  void manyWatchers() {
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      recorders.add(new Recorder());
      begin(recorders.getLast(), all(0));
    }
    settle();
    for (int i = 0; i < 100; i++) store.put(i, "v");
    assertThat(turn()).isTrue();
    assertThat(recorders).allMatch(each -> each.events.size() == 17);
    settle();
    assertThat(recorders).allMatch(each -> each.events.size() == 100);
    for (int i = 0; i < 10_017; i++) store.put(i % 10, "v");
    turn();
    assertThat(recorders).allMatch(each -> each.events.size() == 100 + 17);
  }

  @Test
  @DisplayName("a watch beyond the limit is refused, and its place is free again later")
  void limit() {
    List<Watch> begun = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) begun.add(begin(new Recorder(), all(0)));
    Recorder beyond = new Recorder();
    begin(beyond, all(0));
    assertThat(beyond.ended).isEqualTo(WatchEnd.TOO_MANY);
    begun.getFirst().cancel();
    Recorder again = new Recorder();
    begin(again, all(0));
    settle();
    assertThat(again.started).isEqualTo(store.kv.revision());
  }

  @Test
  @DisplayName("a watch that needs a leader ends when there has been none for a while")
  void leaderless() {
    Recorder needs = new Recorder();
    Recorder other = new Recorder();
    begin(needs, new WatchRequest(KeyRange.ALL, 0, false, Kinds.ALL, true));
    begin(other, all(0));
    watches.serve(store.kv, null, true, 1_000);
    watches.serve(store.kv, null, false, 1_000 + PATIENCE - 1);
    assertThat(needs.ended).isNull();
    watches.serve(store.kv, null, true, 1_000 + PATIENCE - 1);
    watches.serve(store.kv, null, false, 1_000 + PATIENCE);
    assertThat(needs.ended).isNull();
    watches.serve(store.kv, null, false, 1_000 + 2 * PATIENCE - 1);
    assertThat(needs.ended).isEqualTo(WatchEnd.NO_LEADER);
    assertThat(other.ended).isNull();
    watches.serve(store.kv, WatchEnd.REMOVED, false, 1_000 + 2 * PATIENCE);
    assertThat(other.ended).isEqualTo(WatchEnd.REMOVED);
  }

  /// A watch of the story below, with what it is to get.
  private record Subject(Watch watch, Recorder recorder) {
    long first() {
      long from = watch.request().from();
      return from == 0 ? recorder.started + 1 : from;
    }

    boolean isDue(WatchedStore.Event event) {
      return event.revision() >= first()
          && watch.request().keys().contains(event.key())
          && watch.request().kinds().include(event.value() == null);
    }
  }

  private static final int KEYS = 30;

  private static WatchRequest request(Random dice, long revision) {
    Bytes from = WatchedStore.key(dice.nextInt(KEYS));
    KeyRange keys =
        switch (dice.nextInt(4)) {
          case 0 -> KeyRange.ALL;
          case 1 -> KeyRange.of(from);
          case 2 -> new KeyRange(from, null);
          default -> new KeyRange(from, WatchedStore.key(dice.nextInt(KEYS)));
        };
    long first = dice.nextBoolean() ? 0 : Math.max(1, revision - 40 + dice.nextInt(50));
    Kinds kinds =
        switch (dice.nextInt(4)) {
          case 0 -> new Kinds(true, false);
          case 1 -> new Kinds(false, true);
          default -> Kinds.ALL;
        };
    return new WatchRequest(keys, first, dice.nextBoolean(), kinds, false);
  }

  private static Operation.Step step(Random dice, int key) {
    if (dice.nextInt(3) == 0)
      return new Operation.Delete(WatchedStore.key(key), new Condition.Always());
    Bytes value = Bytes.utf8("x".repeat(dice.nextInt(20)) + dice.nextInt());
    return new Operation.Write(WatchedStore.key(key), value, 0, new Condition.Always());
  }

  private void changeAtRandom(Random dice) {
    int kind = dice.nextInt(20);
    if (kind == 0) {
      store.deleteRange(KeyRange.prefix(Bytes.utf8("k0" + dice.nextInt(3))));
    } else {
      List<Operation.Step> steps = new ArrayList<>();
      for (int key = dice.nextInt(KEYS); key < KEYS; key += 1 + dice.nextInt(KEYS)) {
        steps.add(step(dice, key));
        if (kind < 12) break;
      }
      store.change(steps.toArray(Operation.Step[]::new));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  @DisplayName("every watcher gets the events of its keys: no gap, no double, in order, whole")
  void story(long seed) {
    Random dice = new Random(seed);
    store = new WatchedStore(seed % 3 != 0);
    List<Subject> subjects = new ArrayList<>();
    for (int round = 0; round < 1_500; round++) {
      for (int changes = dice.nextInt(4); changes > 0; changes--) changeAtRandom(dice);
      if (dice.nextInt(20) == 0) {
        Recorder recorder = new Recorder();
        recorder.takesMore = () -> dice.nextInt(3) > 0;
        recorder.admits = () -> dice.nextInt(3) > 0;
        subjects.add(new Subject(begin(recorder, request(dice, store.kv.revision())), recorder));
      }
      if (dice.nextInt(300) == 0) store.compact(store.kv.revision() - dice.nextInt(30));
      for (Subject one : subjects) {
        if (one.recorder.paused && dice.nextInt(4) == 0) {
          one.recorder.paused = false;
          one.watch.ready();
        }
        if (dice.nextInt(300) == 0) one.watch.progress();
        if (dice.nextInt(1_000) == 0) one.watch.cancel();
      }
      turn();
    }
    for (Subject one : subjects) {
      one.recorder.takesMore = () -> true;
      one.recorder.admits = () -> true;
      one.recorder.paused = false;
      one.watch.ready();
    }
    settle();
    for (Subject one : subjects) {
      check(one);
      if (!one.recorder.isOver())
        assertThat(one.recorder.events).hasSize(store.events(one::isDue).size());
    }
    boolean keepsHistory = store.kv.keepsHistory();
    assertThat(subjects).anyMatch(one -> one.recorder.events.size() > (keepsHistory ? 100 : 1));
    if (keepsHistory) assertThat(subjects).anyMatch(one -> !one.recorder.isOver());
    assertThat(watches.overtaken()).isPositive();
  }

  /// What it got is the beginning of what it is to get; what it was told is true.
  private void check(Subject one) {
    Recorder recorder = one.recorder;
    List<WatchedStore.Event> due = store.events(one::isDue);
    long last = recorder.events.isEmpty() ? 0 : recorder.events.getLast().revision();
    List<WatchedStore.Event> got = due.stream().filter(e -> e.revision() <= last).toList();
    if (!one.watch.request().former()) {
      assertThat(recorder.events).allMatch(event -> event.former() == null);
      got =
          got.stream()
              .map(e -> new WatchedStore.Event(e.revision(), e.key(), e.value(), null))
              .toList();
    }
    assertThat(twins(recorder.events)).isEqualTo(got);
    if (recorder.progress > 0)
      assertThat(due).noneMatch(e -> e.revision() > last && e.revision() <= recorder.progress);
    if (recorder.compacted > 0) assertThat(recorder.compacted).isGreaterThan(last);
  }
}
