package io.jangada.client;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
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
    byte[] next = new byte[key.length() + 1];
    key.copyTo(next, 0);
    return new KeyRange(key, Bytes.wrap(next));
  }

  /// All keys that begin with these bytes.
  public static KeyRange prefix(Bytes prefix) {
    byte[] to = prefix.toArray();
    for (int i = to.length - 1; i >= 0; i--)
      if (++to[i] != 0) return new KeyRange(prefix, Bytes.copyOf(to, 0, i + 1));
    return new KeyRange(prefix, null);
  }

  private boolean isOneKey() {
    int length = from.length();
    return to != null
        && to.length() == length + 1
        && to.at(length) == 0
        && to.slice(0, length).equals(from);
  }

  void writeTo(ByteWriter out) {
    if (isOneKey()) {
      out.put(2).putBytes(from);
    } else {
      out.put(to == null ? 0 : 1).putBytes(from);
      if (to != null) out.putBytes(to);
    }
  }

  static KeyRange read(ByteReader in) {
    int kind = in.get();
    if (kind > 2) throw new MalformedException("range of kind " + kind);
    Bytes from = in.getBytes(Integer.MAX_VALUE);
    if (kind == 2) return of(from);
    return new KeyRange(from, kind == 0 ? null : in.getBytes(Integer.MAX_VALUE));
  }
}
