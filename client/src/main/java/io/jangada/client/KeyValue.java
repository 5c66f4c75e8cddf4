package io.jangada.client;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.Bytes;

/// A key with its value and all that the servers know of it.
///
/// @param value empty where only keys were asked for
/// @param flags as the put gave them; the servers do not read them
public record KeyValue(Bytes key, Bytes value, int flags, Revisions revisions, Terms terms) {
  /// What one takes in a message beside key and value.
  static final int BYTES_MIN = 60;

  /// When a value came to be.
  ///
  /// @param created the revision of the key's first value since it last came to be
  /// @param modified the revision of this value
  /// @param changes of the value since it was created: 1 for the first
  public record Revisions(long created, long modified, long changes) {}

  /// How long a value lives: for ever, for a time of its own, or as long as its lease.
  ///
  /// @param ttl in milliseconds, as the put gave it; below 0 in whole seconds, of times that are
  ///   too long for milliseconds; 0 for none
  /// @param deadlineMillis when it ends by the cluster's clock, 0 for never
  /// @param lease 0 for none
  public record Terms(long ttl, long deadlineMillis, long lease) {}

  static KeyValue read(ByteReader in) {
    return new KeyValue(
        in.getBytes(Integer.MAX_VALUE),
        in.getBytes(Integer.MAX_VALUE),
        in.getInt(),
        new Revisions(in.getLong(), in.getLong(), in.getLong()),
        new Terms(in.getLong(), in.getLong(), in.getLong()));
  }

  /// What it counts against limits in bytes.
  long sizeBytes() {
    return BYTES_MIN + (long) key.length() + value.length();
  }
}
