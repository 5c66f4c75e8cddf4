package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A history of a map written like a story: each line is the next event. The map begins empty at
/// revision 1. A client has at most one operation open.
final class MapStory {
  private final MapHistory.Recorder recorder = new MapHistory.Recorder(1);
  private final Map<Integer, Integer> open = new HashMap<>();
  private final List<Watch> watches = new ArrayList<>();
  private long time;

  MapStory asks(int process, MapOp op) {
    open.put(process, recorder.invoke(process, op, time++));
    return this;
  }

  MapStory hears(int process, long revision, MapResult result) {
    recorder.complete(open.remove(process), revision, result, time++);
    return this;
  }

  MapStory isRefused(int process) {
    recorder.fail(open.remove(process));
    return this;
  }

  MapStory givesUp(int process, MapOp op) {
    asks(process, op);
    recorder.unknown(open.remove(process));
    return this;
  }

  /// Asks and hears at once, with nothing in between.
  MapStory does(MapOp op, long revision, MapResult result) {
    return asks(0, op).hears(0, revision, result);
  }

  MapStory puts(String key, String value, long revision) {
    return does(new MapOp.Put(key, value), revision, new MapResult.Done());
  }

  MapStory deletes(String key, long revision) {
    return does(MapOp.delete(key), revision, new MapResult.Deleted(1));
  }

  /// Reads one key.
  MapStory sees(long revision, MapItem item) {
    return does(MapOp.get(item.key()), revision, new MapResult.Items(List.of(item), 1, false));
  }

  MapStory seesNothing(long revision, String key) {
    return does(MapOp.get(key), revision, new MapResult.Items(List.of(), 0, false));
  }

  /// Reads all keys.
  MapStory lists(long revision, MapItem... items) {
    return does(
        new MapOp.Range(KeyRange.all(), 100, false),
        revision,
        new MapResult.Items(List.of(items), items.length, false));
  }

  MapStory watched(Watch watch) {
    watches.add(watch);
    return this;
  }

  MapVerdict verdict() {
    return new MapChecker().check(recorder.history(), watches);
  }

  MapVerdict verdict(MapChecker.Others others) {
    return new MapChecker(MapChecker.Limits.USUAL, others).check(recorder.history(), watches);
  }

  /// The revisions of a history that is explained; fails if it is not.
  List<MapEvent.Revision> revisions() {
    assertThat(verdict()).isInstanceOf(MapVerdict.Explained.class);
    return ((MapVerdict.Explained) verdict()).revisions();
  }

  /// Why it is not explained; fails if it is.
  MapVerdict.Violated violated() {
    if (verdict() instanceof MapVerdict.Violated bad) return bad;
    throw new AssertionError("not as expected: " + verdict());
  }

  String why() {
    return violated().why();
  }
}
