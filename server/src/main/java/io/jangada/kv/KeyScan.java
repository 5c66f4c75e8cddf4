package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;

/// Reads keys in the order of their hashes ([io.jangada.kv.memory.KeyIndex#scan]).
///
/// A place is one in that order, with a part of the hash's seed above it: a member has a seed of
/// its own each time that it starts, and takes no place of another.
final class KeyScan {
  private static final int PLACE_BITS = 33;
  private static final long PLACE_MASK = (1L << PLACE_BITS) - 1;

  private KeyScan() {}

  static Result read(Keyspace keys, Operation.Scan scan) {
    if (scan.place() < 0) return random(keys, scan);
    long tag = keys.index.seedTag() << PLACE_BITS;
    if (scan.place() != 0 && (scan.place() & ~PLACE_MASK) != tag)
      return new Result.Refused(Result.Reason.UNKNOWN_PLACE);
    return read(keys, scan, tag);
  }

  /// From any place, and from the beginning if there is nothing behind it.
  private static Result.Scanned random(Keyspace keys, Operation.Scan scan) {
    Result.Scanned some = first(keys, 2 * (-1 - scan.place()), scan.count());
    return some.keys().isEmpty() ? first(keys, 0, scan.count()) : some;
  }

  private static Result.Scanned first(Keyspace keys, long place, int count) {
    Result.Scanned some = read(keys, new Operation.Scan(place & PLACE_MASK, count), 0);
    while (some.keys().isEmpty() && some.next() != 0)
      some = read(keys, new Operation.Scan(some.next(), count), 0);
    return some;
  }

  private static Result.Scanned read(Keyspace keys, Operation.Scan scan, long tag) {
    List<Bytes> found = new ArrayList<>();
    long[] bytes = {0};
    long next =
        keys.index.scan(
            scan.place() & PLACE_MASK,
            node -> {
              if (!keys.hasValue(node)) return;
              Bytes key = keys.key(node).compact();
              bytes[0] += key.length();
              found.add(key);
            },
            () -> found.size() < scan.count() && bytes[0] < KvLimits.RANGE_BYTES_MAX);
    return new Result.Scanned(found, next == 0 ? 0 : next | tag);
  }
}
