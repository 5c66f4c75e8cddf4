package io.jangada.kv.memory;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;

/// Reads what is about to be looked up for several keys. A lookup is some reads of memory, each of
/// which tells where the next one is: one lookup after the other, the processor waits for all of
/// them; side by side it waits for all keys at once. It changes nothing.
public final class ReadAhead {
  private static final int KEYS_MAX = 256;

  private final KeyIndex index;
  private final NodeTable nodes;
  private final Slab cells;
  private final int[] places = new int[KEYS_MAX];
  private int count;

  /// Of all that was read: what cannot be asked for need not be read.
  private long sum;

  public ReadAhead(KeyIndex index, NodeTable nodes, Slab cells) {
    this.index = index;
    this.nodes = nodes;
    this.cells = cells;
  }

  /// A key is about to be looked up. More than fit are not looked at.
  public void add(Bytes key) {
    if (count < KEYS_MAX) add(index.hashOf(key));
  }

  /// The same of a key with this hash.
  public void add(int hash) {
    if (count < KEYS_MAX) places[count++] = index.bucketOf(hash);
  }

  /// Reads for the keys that were added.
  ///
  /// @return a number without a meaning
  public long read() {
    for (int i = 0; i < count; i++) places[i] = index.first(places[i]);
    for (int i = 0; i < count; i++) sum += places[i] == NONE ? 0 : nodes.touch(places[i]);
    for (int i = 0; i < count; i++) if (places[i] != NONE) readAround(places[i]);
    count = 0;
    return sum;
  }

  /// A node that is written leaves its place between two others.
  private void readAround(int node) {
    int previous = nodes.previous(node);
    int next = nodes.next(node);
    sum += cells.payloadBytes(nodes.cell(node));
    if (previous != NONE) sum += nodes.next(previous);
    if (next != NONE) sum += nodes.previous(next);
  }
}
