package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.protocol.etcd.api.PutRequest;

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

  static io.jangada.protocol.etcd.api.KeyValue keyOnly(io.jangada.kv.KeyValue entry) {
    var revisions = entry.revisions();
    return io.jangada.protocol.etcd.api.KeyValue.newBuilder()
        .setKey(byteString(entry.key()))
        .setCreateRevision(revisions.created())
        .setModRevision(revisions.modified())
        .setVersion(revisions.changes())
        .build();
  }

  /// A put that keeps the value or the lease needs the key to be there.
  static Operation.Put put(PutRequest request) {
    boolean keeps = request.getIgnoreValue() || request.getIgnoreLease();
    return new Operation.Put(
        bytes(request.getKey()),
        request.getIgnoreValue()
            ? new Change.Rewrite()
            : new Change.Set(bytes(request.getValue()), 0),
        lifetime(request),
        keeps ? new Condition.Present() : new Condition.Always(),
        request.getPrevKv());
  }

  private static Lifetime lifetime(PutRequest request) {
    if (request.getIgnoreLease()) return new Lifetime.Same();
    return request.getLease() == 0
        ? new Lifetime.ForEver()
        : new Lifetime.Leased(request.getLease());
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
