package io.jangada.kv.auth;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.ArrayList;
import java.util.List;

/// The keys of several ranges together: ranges that neither meet nor overlap, in order.
final class KeySet {
  static final KeySet ALL = new KeySet(List.of(KeyRange.ALL));

  private final List<KeyRange> parts;

  private KeySet(List<KeyRange> parts) {
    this.parts = parts;
  }

  /// @param ranges none of them empty
  static KeySet of(List<KeyRange> ranges) {
    List<KeyRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Role.BY_RANGE);
    List<KeyRange> parts = new ArrayList<>();
    for (KeyRange next : sorted) {
      KeyRange last = parts.isEmpty() ? null : parts.getLast();
      if (last != null && meets(last, next)) parts.set(parts.size() - 1, join(last, next));
      else parts.add(next);
    }
    return new KeySet(parts);
  }

  /// Whether there is no key between a range and one that does not begin before it.
  private static boolean meets(KeyRange range, KeyRange next) {
    return range.to() == null || next.from().compareTo(range.to()) <= 0;
  }

  private static KeyRange join(KeyRange range, KeyRange next) {
    boolean isWithin = range.to() == null || next.to() != null && covers(range, next);
    return isWithin ? range : new KeyRange(range.from(), next.to());
  }

  /// Whether a range goes as far as another.
  private static boolean covers(KeyRange range, KeyRange other) {
    if (range.to() == null) return true;
    return other.to() != null && other.to().compareTo(range.to()) <= 0;
  }

  /// How many ranges that do not meet it is made of.
  int size() {
    return parts.size();
  }

  boolean isAll() {
    return parts.size() == 1 && parts.getFirst().equals(KeyRange.ALL);
  }

  boolean contains(Bytes key) {
    KeyRange part = partFrom(key);
    return part != null && part.contains(key);
  }

  /// Whether all keys of a range are in it.
  boolean containsAll(KeyRange range) {
    if (range.isEmpty()) return true;
    KeyRange part = partFrom(range.from());
    return part != null && part.contains(range.from()) && covers(part, range);
  }

  /// The last part that does not begin behind a key; null if all do.
  private KeyRange partFrom(Bytes key) {
    int low = 0;
    int high = parts.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (parts.get(middle).from().compareTo(key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low == 0 ? null : parts.get(low - 1);
  }
}
