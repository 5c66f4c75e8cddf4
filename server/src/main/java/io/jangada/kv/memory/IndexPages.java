package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;

/// What the pages of an [OrderedIndex] share: the way from a node to its key, and the account of
/// the memory that they take.
final class IndexPages {
  private static final int ARRAY_HEAD_BYTES = 16;

  private final NodeTable nodes;
  private final Slab cells;

  /// What all pages take, with the bytes that they keep of keys.
  long memoryBytes;

  IndexPages(NodeTable nodes, Slab cells) {
    this.nodes = nodes;
    this.cells = cells;
  }

  /// The key of a node, without copying.
  Bytes key(int node) {
    return cells.key(nodes.cell(node));
  }

  int compareKey(int node, Bytes key) {
    return cells.compareKey(nodes.cell(node), key);
  }

  long keyWord(int node, int index) {
    return cells.keyWord(nodes.cell(node), index);
  }

  /// What an array of so many bytes takes: of none, nothing, for all share one.
  static int arrayBytes(int bytes) {
    return bytes == 0 ? 0 : ARRAY_HEAD_BYTES + (bytes + 7 & -8);
  }
}
