package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;

/// Keys, values and ranges between the store's form and the messages'.
final class KeyValues {
  private KeyValues() {}

  static Bytes bytes(ByteString bytes) {
    return Bytes.wrap(bytes.toByteArray());
  }

  /// The bytes must not change.
  static ByteString byteString(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.toArray());
  }

  static io.jangada.protocol.etcd.api.KeyValue message(io.jangada.kv.KeyValue entry) {
    var revisions = entry.revisions();
    return io.jangada.protocol.etcd.api.KeyValue.newBuilder()
        .setKey(byteString(entry.key()))
        .setValue(byteString(entry.value()))
        .setCreateRevision(revisions.created())
        .setModRevision(revisions.modified())
        .setVersion(revisions.changes())
        .setLease(entry.terms().lease())
        .build();
  }

  /// A range as requests have it: one key where there is no end, and no end where that is one byte
  /// of 0.
  static KeyRange range(ByteString key, ByteString end) {
    Bytes from = bytes(key);
    if (end.isEmpty()) return KeyRange.of(from);
    if (end.size() == 1 && end.byteAt(0) == 0) return new KeyRange(from, null);
    return new KeyRange(from, bytes(end));
  }
}
