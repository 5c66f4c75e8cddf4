package io.jangada.check;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.NavigableMap;

/// Neighbouring keys: from `from` up to `to`, which is not among them, or all from `from` on where
/// `to` is null. Keys are ordered as strings are; that is the order of their bytes if every
/// character stands for one byte (ISO 8859-1).
public record KeyRange(String from, String to) {
  /// See the record.
  public KeyRange {
    requireNonNull(from, "from");
  }

  /// One key.
  public static KeyRange of(String key) {
    return new KeyRange(key, key + "\0");
  }

  /// All keys.
  public static KeyRange all() {
    return new KeyRange("", null);
  }

  /// All keys that begin so.
  public static KeyRange prefix(String prefix) {
    int end = prefix.length();
    while (end > 0 && prefix.charAt(end - 1) == Character.MAX_VALUE) end--;
    if (end == 0) return new KeyRange(prefix, null);
    return new KeyRange(prefix, prefix.substring(0, end - 1) + (char) (prefix.charAt(end - 1) + 1));
  }

  /// Whether a key is among them.
  public boolean contains(String key) {
    return key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0);
  }

  /// Whether some key can be in both.
  boolean overlaps(KeyRange other) {
    return !isEmpty()
        && !other.isEmpty()
        && (other.to == null || from.compareTo(other.to) < 0)
        && (to == null || other.from.compareTo(to) < 0);
  }

  /// What a map holds at these keys; a view.
  <V> NavigableMap<String, V> in(NavigableMap<String, V> map) {
    if (isEmpty()) return Collections.emptyNavigableMap();
    return to == null ? map.tailMap(from, true) : map.subMap(from, true, to, false);
  }

  /// Whether it is one key.
  boolean isSingle() {
    return to != null && to.equals(from + "\0");
  }

  private boolean isEmpty() {
    return to != null && from.compareTo(to) >= 0;
  }

  @Override
  public String toString() {
    if (isSingle()) return Words.value(from);
    return "[" + Words.value(from) + ", " + (to == null ? "end" : Words.value(to)) + ")";
  }
}
