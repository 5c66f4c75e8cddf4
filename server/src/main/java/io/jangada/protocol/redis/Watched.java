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

  /// Whether a key could not be read.
  private boolean isBlind;

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
  void failed() {
    isBlind = true;
  }

  /// A transaction that is done only if nothing changed; null if a key could not be read. It is an
  /// entry of the log even if it only reads: as a read it would not keep its place among the
  /// connection's writes.
  Operation.Transaction guard(Operation.Transaction together) {
    if (isBlind) return null;
    List<Compare> compares = new ArrayList<>();
    revisions.forEach((key, revision) -> compares.add(unchanged(key, revision)));
    return new Operation.Transaction(compares, together.then(), together.otherwise());
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
