package io.jangada.check;

import static java.util.Objects.requireNonNull;

/// A key's value with the revision that created the key, the one that last modified it, and how
/// many changes it has seen since it was created, that one included. A number that an answer does
/// not name is [#NOT_NAMED] and not checked.
public record MapItem(String key, String value, long created, long modified, long changes) {
  /// Stands for a number that an answer does not name.
  public static final long NOT_NAMED = -1;

  /// See the record.
  public MapItem {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
  }

  /// An item of which only the value is known.
  public MapItem(String key, String value) {
    this(key, value, NOT_NAMED, NOT_NAMED, NOT_NAMED);
  }

  /// Whether a client that saw `seen` saw what was `held`; null is no item.
  static boolean same(MapItem seen, MapItem held) {
    if (seen == null || held == null) return seen == held;
    return seen.key.equals(held.key)
        && seen.value.equals(held.value)
        && same(seen.created, held.created)
        && same(seen.modified, held.modified)
        && same(seen.changes, held.changes);
  }

  /// Whether a number is as held, or not named.
  static boolean same(long seen, long held) {
    return seen == NOT_NAMED || seen == held;
  }

  /// In plain words, such as `a=1 (created 2, modified 3, changes 2)`.
  @Override
  public String toString() {
    return Words.value(key)
        + "="
        + Words.value(value)
        + (" (created " + named(created) + ", modified " + named(modified))
        + (", changes " + named(changes) + ")");
  }

  private static String named(long number) {
    return number == NOT_NAMED ? "?" : "" + number;
  }
}
