package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;

/// What the pages of an [OrderedIndex] share: the way from a node to its key, and the account of
/// the memory that they take.
final class IndexPages {
  private static final int ARRAY_HEAD_BYTES = 16;

  private final NodeTable nodes;
  private final Slab cells;

  /// The cells of one page's nodes.
  private final int[] ahead = new int[Page.CHILDREN_MAX];

  /// Of all that was read ahead.
  private long sum;

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

  /// Reads what the nodes between two places are, and their keys and values, for all of them side
  /// by side ([ReadAhead]): it changes nothing. Nodes that were made one after the other need no
  /// such help: where they and their cells lie side by side, the processor reads ahead by itself.
  void readAhead(int[] of, int from, int end) {
    if (end - from < 2 || Math.abs(of[end - 1] - of[from]) == end - from - 1) return;
    long read = 0;
    for (int i = from; i < end; i++) {
      ahead[i] = nodes.cell(of[i]);
      read += nodes.touch(of[i]);
    }
    for (int i = from; i < end; i++) read += cells.touch(ahead[i]);
    for (int i = from; i < end; i++) read += cells.touchRest(ahead[i]);
    sum += read;
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
