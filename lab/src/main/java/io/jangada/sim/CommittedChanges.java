package io.jangada.sim;

import io.jangada.kv.KeyRange;
import io.jangada.kv.WatchEvent;
import java.util.ArrayList;
import java.util.List;

/// Every change that was ever committed, in order: what watchers are to be told of.
final class CommittedChanges {
  private final List<WatchEvent> events = new ArrayList<>();
  private long revision;
  private long compacted;

  /// The log came to more.
  void note(SlowKv slow) {
    events.addAll(slow.events(revision + 1));
    revision = slow.revision();
    compacted = slow.compacted();
  }

  /// The revision of the latest change, or a later one.
  long revision() {
    return revision;
  }

  /// The greatest revision up to which changes were given up.
  long compacted() {
    return compacted;
  }

  WatchEvent at(int place) {
    return events.get(place);
  }

  /// The place of the first change of some keys at this place or behind it; -1 for none.
  int find(KeyRange keys, int place) {
    for (int i = place; i < events.size(); i++)
      if (keys.contains(events.get(i).entry().key())) return i;
    return -1;
  }

  /// The place of the first change from a revision on.
  int firstFrom(long from) {
    int low = 0;
    int high = events.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (events.get(middle).revision() < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
