package io.jangada.server.audit;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.List;
import java.util.stream.Stream;

/// Some of all keys: those that begin with one of some prefixes.
public final class KeySelection {
  private static final String EVERY_KEY = "*";

  private final List<KeyRange> ranges;

  private KeySelection(List<KeyRange> ranges) {
    this.ranges = ranges;
  }

  /// @param written prefixes with blanks between them; `*` for all keys, nothing for none
  public static KeySelection of(String written) {
    List<String> words = Stream.of(written.split(" +")).filter(word -> !word.isEmpty()).toList();
    if (words.contains(EVERY_KEY)) return new KeySelection(List.of(KeyRange.ALL));
    return new KeySelection(words.stream().map(word -> KeyRange.prefix(Bytes.utf8(word))).toList());
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  boolean hasAll() {
    return ranges.contains(KeyRange.ALL);
  }

  /// Whether a range may have keys in common with these.
  boolean overlaps(KeyRange keys) {
    for (KeyRange each : ranges)
      if (beginsBeforeEnd(each, keys) && beginsBeforeEnd(keys, each)) return true;
    return false;
  }

  private static boolean beginsBeforeEnd(KeyRange one, KeyRange other) {
    return other.to() == null || one.from().compareTo(other.to()) < 0;
  }
}
