package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.memory.NodeTable;

/// One change of one key, while it is shown to those who follow changes: a view that is moved on to
/// the next, and not to be kept.
public final class KeyChange {
  private final Keyspace keys;
  private int node;

  KeyChange(Keyspace keys) {
    this.keys = keys;
  }

  KeyChange at(int node) {
    this.node = node;
    return this;
  }

  public long revision() {
    return keys.nodes.revision(node);
  }

  /// A part of the store's memory, not to be kept.
  public Bytes key() {
    return keys.key(node);
  }

  public boolean isRemoval() {
    return !keys.hasValue(node);
  }

  /// What a watcher is told, to be kept.
  ///
  /// @param former whether with what the key was before
  public WatchEvent event(boolean former) {
    int older = former ? keys.nodes.older(node) : NodeTable.NONE;
    KeyValue before = keys.hasValue(older) ? keys.toKeep(older, true) : null;
    return new WatchEvent(keys.toKeep(node, true), isRemoval(), before);
  }
}
