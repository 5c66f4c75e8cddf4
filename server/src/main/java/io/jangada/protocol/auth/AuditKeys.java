package io.jangada.protocol.auth;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.Objects;

/// Keys that an [AuditEvent] names. They hold no memory that is not theirs.
///
/// @param from the key, what keys begin with, or where the range begins
/// @param to where the range ends, without this key; null for the other forms, and for no end
public record AuditKeys(Form form, Part from, Part to) {
  /// What an object takes beside the bytes of its keys, about.
  private static final int OVERHEAD_BYTES = 128;

  public enum Form {
    KEY,
    PREFIX,
    RANGE
  }

  /// The beginning of a key.
  ///
  /// @param length of the whole key
  public record Part(Bytes shown, int length) {
    /// How much of a key is kept.
    public static final int BYTES_MAX = 1 << 10;

    public Part {
      Objects.requireNonNull(shown);
    }

    static Part of(Bytes key) {
      int length = Math.min(key.length(), BYTES_MAX);
      return new Part(key.slice(0, length).compact(), key.length());
    }

    /// Whether it is not the whole key.
    public boolean isCut() {
      return shown.length() < length;
    }
  }

  public AuditKeys {
    Objects.requireNonNull(form);
    Objects.requireNonNull(from);
  }

  public static AuditKeys of(KeyRange keys) {
    Part from = Part.of(keys.from());
    if (keys.isOneKey()) return new AuditKeys(Form.KEY, from, null);
    if (keys.equals(KeyRange.prefix(keys.from()))) return new AuditKeys(Form.PREFIX, from, null);
    return new AuditKeys(Form.RANGE, from, keys.to() == null ? null : Part.of(keys.to()));
  }

  /// How much memory they take, about.
  int sizeBytes() {
    return OVERHEAD_BYTES + from.shown.length() + (to == null ? 0 : to.shown.length());
  }
}
