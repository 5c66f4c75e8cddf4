package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;

/// A store with a hand that writes its log: each command gets the next index and the present time.
final class Scribe {
  static final Condition ALWAYS = new Condition.Always();
  static final Condition ABSENT = new Condition.Absent();

  final List<Bytes> log = new ArrayList<>();
  KvStore store;
  long index;
  long now;

  Scribe() {
    this(KvLimits.DEFAULT);
  }

  Scribe(KvLimits limits) {
    store = new KvStore(limits);
  }

  Result set(String key, String value) {
    return write(key, value, 0, ALWAYS);
  }

  Result write(String key, String value, long ttlMillis, Condition condition) {
    return run(null, new Operation.Write(Bytes.utf8(key), Bytes.utf8(value), ttlMillis, condition));
  }

  Result delete(String key, Condition condition) {
    return run(null, new Operation.Delete(Bytes.utf8(key), condition));
  }

  Result expire() {
    return run(null, new Operation.Expire());
  }

  Result run(RequestId id, Operation.Command command) {
    Bytes encoded = CommandCodec.encode(new Envelope(id, now, command));
    log.add(encoded);
    return store.apply(++index, encoded);
  }

  Result get(String key) {
    return store.get(Bytes.utf8(key));
  }

  static Result.Found found(String value, long version) {
    return new Result.Found(Bytes.utf8(value), version, 0, 0);
  }

  /// All that is left of a snapshot.
  static List<Bytes> chunksOf(Snapshot snapshot) {
    List<Bytes> chunks = new ArrayList<>();
    snapshot.nextChunk().ifPresent(chunks::add);
    while (!chunks.isEmpty()) {
      var chunk = snapshot.nextChunk();
      if (chunk.isEmpty()) break;
      chunks.add(chunk.get());
    }
    return chunks;
  }

  static KvStore restored(KvLimits limits, List<Bytes> chunks) {
    Restorer restorer = KvStore.restorer(limits);
    chunks.forEach(restorer::accept);
    return restorer.finish();
  }
}
