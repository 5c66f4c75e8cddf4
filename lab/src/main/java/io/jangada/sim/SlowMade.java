package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import java.util.TreeMap;

/// What the steps of a transaction may make of values that are there: copies of them, longer ones,
/// and the same ones written once more, of which a long one is not copied. Both lists count, and
/// each key with its longest value.
final class SlowMade {
  private static final long BYTES_MAX = 4_194_304;

  private final SlowMap map;
  private final TreeMap<Bytes, Long> lengths = new TreeMap<>();
  private final TreeMap<Bytes, Long> made = new TreeMap<>();
  private int steps;

  SlowMade(SlowMap map, Operation.Transaction transaction) {
    this.map = map;
    all(transaction);
  }

  /// Whether a transaction is refused for it: one such step is never too much.
  boolean isTooMuch() {
    return steps > 1 && made.values().stream().reduce(0L, Long::sum) > BYTES_MAX;
  }

  private void all(Operation.Transaction transaction) {
    transaction.then().forEach(this::one);
    transaction.otherwise().forEach(this::one);
  }

  private void one(Operation.Step step) {
    switch (step) {
      case Operation.Transaction inner -> all(inner);
      case Operation.Write write -> set(write.key(), write.value().length());
      case Operation.Copy copy -> {
        steps++;
        if (length(copy.from()) >= 0) make(copy.to(), length(copy.from()));
      }
      case Operation.Put put -> change(put.key(), put.change());
      case Operation.Get _, Operation.Range _, Operation.Delete _, Operation.DeleteRange _ -> {}
    }
  }

  private void change(Bytes key, Change change) {
    long there = length(key);
    switch (change) {
      case Change.Set(Bytes value, int _) -> set(key, value.length());
      case Change.Add _ -> set(key, 20);
      case Change.AddDecimal _ -> set(key, 4 * (400 + 256));
      case Change.Keep(), Change.Rewrite(), Change.Invalidate() -> {
        steps++;
        if (there > 0) made.merge(key, Math.min(there, 32_768), Math::max);
      }
      case Change.Extend(Change.Side _, Bytes more, Change.Growth _) -> {
        steps++;
        make(key, Math.max(0, there) + more.length());
      }
      case Change.Replace(int offset, Bytes more, Change.Growth _) -> {
        steps++;
        make(key, Math.max(there, (long) offset + more.length()));
      }
    }
  }

  private void make(Bytes key, long length) {
    set(key, length);
    made.merge(key, length, Math::max);
  }

  private void set(Bytes key, long length) {
    lengths.merge(key, length, Math::max);
  }

  private long length(Bytes key) {
    KeyValue there = map.newest(key);
    return Math.max(there == null ? -1 : there.value().length(), lengths.getOrDefault(key, -1L));
  }
}
