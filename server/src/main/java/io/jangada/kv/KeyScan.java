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

  static long elsewhere(long place, int at) {
    return place & ~PLACE_MASK | Integer.toUnsignedLong(at);
  }

  static Result read(Keyspace keys, Operation.Scan scan) {
    long tag = keys.index.seedTag() << PLACE_BITS;
    if (scan.place() != 0 && (scan.place() & ~PLACE_MASK) != tag)
      return new Result.Refused(Result.Reason.UNKNOWN_PLACE);
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
