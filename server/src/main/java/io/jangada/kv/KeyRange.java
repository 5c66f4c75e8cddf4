package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// Keys in the order of their unsigned bytes.
///
/// @param from the first key that may be in it
/// @param to the first key behind it; null for no end
public record KeyRange(Bytes from, Bytes to) {
  public static final KeyRange ALL = new KeyRange(Bytes.EMPTY, null);

  public KeyRange {
    Objects.requireNonNull(from);
  }

  /// One key alone.
  public static KeyRange of(Bytes key) {
    return new KeyRange(key, after(key));
  }

  /// All keys that begin with these bytes.
  public static KeyRange prefix(Bytes prefix) {
    byte[] to = prefix.toArray();
    for (int i = to.length - 1; i >= 0; i--)
      if (++to[i] != 0) return new KeyRange(prefix, Bytes.copyOf(to, 0, i + 1));
    return new KeyRange(prefix, null);
  }

  /// The smallest key that is greater than this one.
  public static Bytes after(Bytes key) {
    byte[] next = new byte[key.length() + 1];
    key.copyTo(next, 0);
    return Bytes.wrap(next);
  }

  public boolean contains(Bytes key) {
    return key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0);
  }

  public boolean isEmpty() {
    return to != null && to.compareTo(from) <= 0;
  }

  /// Whether no other key than [#from] can be in it.
  public boolean isOneKey() {
    int length = from.length();
    return to != null
        && to.length() == length + 1
        && to.at(length) == 0
        && to.slice(0, length).equals(from);
  }

  /// How many bytes its ends have.
  int sizeBytes() {
    return from.length() + (to == null || isOneKey() ? 0 : to.length());
  }
}
