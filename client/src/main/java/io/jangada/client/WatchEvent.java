package io.jangada.client;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.MalformedException;

/// A change of one key. A key has one event in a revision, whatever a transaction did to it.
///
/// @param entry the key as it is since; of a removal the key alone, with the revision of the
///   removal as [KeyValue.Revisions#modified]
/// @param removed whether the key is gone: deleted, expired, or its lease ended
/// @param former the key as it was at the revision before; null if it was not there, or that was
///   not asked for
public record WatchEvent(KeyValue entry, boolean removed, KeyValue former) {
  private static final int REMOVED = 1;
  private static final int WITH_FORMER = 2;

  public long revision() {
    return entry.revisions().modified();
  }

  static WatchEvent read(ByteReader in) {
    int bits = in.get();
    if (bits > (REMOVED | WITH_FORMER)) throw new MalformedException("event with bits " + bits);
    KeyValue entry = KeyValue.read(in);
    KeyValue former = (bits & WITH_FORMER) == 0 ? null : KeyValue.read(in);
    return new WatchEvent(entry, (bits & REMOVED) != 0, former);
  }
}
