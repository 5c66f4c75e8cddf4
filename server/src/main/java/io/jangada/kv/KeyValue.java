package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// A key with its value and all that is known of it.
///
/// @param value empty where only keys were asked for
/// @param flags of the client, which the store keeps and does not read
public record KeyValue(Bytes key, Bytes value, int flags, Revisions revisions, Terms terms) {
  /// When a value came to be.
  ///
  /// @param created the revision of the key's first value since it last came to be
  /// @param modified the revision of this value
  /// @param changes of the value since it was created: 1 for the first
  public record Revisions(long created, long modified, long changes) {
    /// A number that only grows with each change of the key's value, deletions between them
    /// included, and that a change of the time to live alone leaves as it is.
    public long unique() {
      return created + changes - 1;
    }
  }

  /// How long a value lives: for ever ([#FOR_EVER]), for its own time, or as long as its lease.
  ///
  /// @param ttl as [TimeToLive] has it, 0 for none
  /// @param deadlineMillis the cluster time from which it is due, 0 for none
  /// @param lease 0 for none
  public record Terms(long ttl, long deadlineMillis, long lease) {
    public static final Terms FOR_EVER = new Terms(0, 0, 0);
  }

  public KeyValue {
    Objects.requireNonNull(key);
    Objects.requireNonNull(value);
    Objects.requireNonNull(revisions);
    Objects.requireNonNull(terms);
  }

  /// What it counts against limits in bytes.
  public int sizeBytes() {
    return OVERHEAD_BYTES + key.length() + value.length();
  }

  static final int OVERHEAD_BYTES = 64;
}
