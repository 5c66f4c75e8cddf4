package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Compare;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The keys that a connection watches, and as of which revision: a transaction is done only if none
/// of them changed since. On the connection's loop.
final class Watched {
  /// The revision of a key of which is not known yet how it is.
  private static final long ASKED = -1;

  /// By key the revision of its value; 0 for one that was not there.
  private final Map<Bytes, Long> revisions = new LinkedHashMap<>();

  /// Why a key could not be read; null if all could.
  private String error;

  boolean isEmpty() {
    return revisions.isEmpty();
  }

  List<Bytes> keys() {
    return List.copyOf(revisions.keySet());
  }

  /// Watches keys, unless they are watched. The reads are to be given to [#found].
  List<Bytes> add(List<Bytes> keys) {
    List<Bytes> more = new ArrayList<>();
    for (Bytes key : keys) if (revisions.putIfAbsent(key, ASKED) == null) more.add(key);
    return more;
  }

  /// What was read of keys that were added.
  void found(List<Bytes> keys, Result result) {
    List<Result> found = ((Result.Transacted) result).results();
    for (int i = 0; i < keys.size(); i++) {
      List<KeyValue> entries = ((Result.Ranged) found.get(i)).entries();
      long revision = entries.isEmpty() ? 0 : entries.getFirst().revisions().modified();
      revisions.replace(keys.get(i), ASKED, revision);
    }
  }

  /// Keys could not be read.
  void failed(String why) {
    error = why;
  }

  /// Why nothing may be done; null where it may.
  String error() {
    return error;
  }

  /// What must be true for a transaction.
  List<Compare> compares() {
    List<Compare> compares = new ArrayList<>();
    revisions.forEach((key, revision) -> compares.add(unchanged(key, revision)));
    return compares;
  }

  private static Compare unchanged(Bytes key, long revision) {
    return new Compare.Number(
        KeyRange.of(key), Compare.Field.MODIFIED, Compare.Relation.EQUAL, revision);
  }

  /// What reads keys to be watched.
  static Operation.Transaction read(List<Bytes> keys) {
    return StringCommands.all(
        keys.stream()
            .map(
                key ->
                    new Operation.Range(KeyRange.of(key), 0, KeyCommands.KEYS, Operation.Page.ALL))
            .toList());
  }
}
