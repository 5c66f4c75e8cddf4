package io.jangada.node.watch;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Finds the watches of a key: those of it alone with one look, those of ranges by a [RangeTree].
/// Watches of the same keys stand together in it, in order of their numbers.
final class WatchIndex {
  private final Map<Bytes, SortedSet<Watch>> ofKey = new LinkedHashMap<>();
  private final RangeTree<SortedSet<Watch>> ofRange = new RangeTree<>();
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void add(Watch watch) {
    KeyRange keys = watch.request().keys();
    if (watchesOf(keys).add(watch)) size++;
  }

  private SortedSet<Watch> watchesOf(KeyRange keys) {
    if (keys.isOneKey()) return ofKey.computeIfAbsent(keys.from(), _ -> new TreeSet<>());
    SortedSet<Watch> watches = ofRange.get(keys);
    if (watches == null) ofRange.add(keys, watches = new TreeSet<>());
    return watches;
  }

  /// Removes a watch that is in it.
  void remove(Watch watch) {
    KeyRange keys = watch.request().keys();
    boolean isOneKey = keys.isOneKey();
    SortedSet<Watch> watches = isOneKey ? ofKey.get(keys.from()) : ofRange.get(keys);
    watches.remove(watch);
    size--;
    if (!watches.isEmpty()) return;
    if (isOneKey) ofKey.remove(keys.from());
    else ofRange.remove(keys);
  }

  /// Visits the watches of a key.
  void forEach(Bytes key, Consumer<Watch> visitor) {
    SortedSet<Watch> watches = ofKey.get(key);
    if (watches != null) watches.forEach(visitor);
    if (ofRange.size() > 0) ofRange.forEach(key, group -> group.forEach(visitor));
  }
}
