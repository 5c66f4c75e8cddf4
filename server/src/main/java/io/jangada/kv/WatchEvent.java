package io.jangada.kv;

import java.util.Objects;

/// A change of one key, as a watcher is told of it. A key has one event in a revision, whatever the
/// steps of a transaction did to it.
///
/// @param entry the key as it is since; of a removal the key alone, with the revision of the
///   removal as [KeyValue.Revisions#modified]
/// @param removed whether the key is gone: deleted, expired, or its lease ended
/// @param former the key as it was at the revision before; null if it was not there, or that was
///   not asked for
public record WatchEvent(KeyValue entry, boolean removed, KeyValue former) {
  public WatchEvent {
    Objects.requireNonNull(entry);
  }

  public long revision() {
    return entry.revisions().modified();
  }
}
