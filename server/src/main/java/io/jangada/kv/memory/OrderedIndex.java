package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/// Stand-in.
public final class OrderedIndex {
  private final TreeMap<Bytes, Integer> all = new TreeMap<>();
  private final TreeSet<Bytes> live = new TreeSet<>();

  public OrderedIndex(NodeTable nodes, Slab cells) {}

  public void add(int node, Bytes key) {
    all.put(key.compact(), node);
    live.add(key.compact());
  }

  public void remove(int node, Bytes key) {
    if (all.remove(key) == null) throw new IllegalStateException();
    live.remove(key);
  }

  public void setLive(Bytes key, boolean isLive) {
    if (isLive) live.add(key.compact());
    else live.remove(key);
  }

  public long count(Bytes from, Bytes to) {
    return to == null ? live.tailSet(from).size() : live.subSet(from, to).size();
  }

  public boolean scan(Bytes from, Bytes to, boolean descending, IntPredicate visitor) {
    NavigableMap<Bytes, Integer> map =
        to == null ? all.tailMap(from, true) : all.subMap(from, true, to, false);
    if (descending) map = map.descendingMap();
    for (Map.Entry<Bytes, Integer> e : map.entrySet())
      if (!visitor.test(e.getValue())) return false;
    return true;
  }

  public long memoryBytes() {
    return 0;
  }
}
