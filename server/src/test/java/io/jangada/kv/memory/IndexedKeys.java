package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.TreeMap;

/// An [OrderedIndex] and a map that is to know the same.
final class IndexedKeys {
  /// By key: the node, below 0 if the key is not live.
  final TreeMap<Bytes, Integer> twin = new TreeMap<>();

  final OrderedIndex index;
  private final NodeTable nodes = new NodeTable();
  private final Slab cells = new Slab(nodes);

  IndexedKeys() {
    index = new OrderedIndex(nodes, cells);
  }

  void add(Bytes key) {
    int node = nodes.add();
    cells.add(node, key, Bytes.EMPTY);
    index.add(node, key);
    twin.put(key, node);
  }

  /// Adds keys that are not there, in this order.
  void addAll(List<Bytes> keys) {
    int[] added = new int[keys.size()];
    for (int i = 0; i < added.length; i++) {
      added[i] = nodes.add();
      cells.add(added[i], keys.get(i), Bytes.EMPTY);
      twin.put(keys.get(i), added[i]);
    }
    index.addAll(added, added.length);
  }

  void remove(Bytes key) {
    int node = Math.abs(twin.remove(key));
    index.remove(node, key);
    nodes.remove(node);
  }

  void setLive(Bytes key, boolean live) {
    int node = Math.abs(twin.get(key));
    index.setLive(node, key, live);
    twin.put(key, live ? node : -node);
  }
}
