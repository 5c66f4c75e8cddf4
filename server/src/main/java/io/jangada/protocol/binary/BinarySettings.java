package io.jangada.protocol.binary;

import io.jangada.kv.KvLimits;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;

/// The settings of [BinaryConnection]s.
///
/// @param kv the longest key and value that are taken
/// @param addresses where clients reach a member, as `host:port`; empty where that is not known
public record BinarySettings(KvLimits kv, IntFunction<Optional<String>> addresses) {
  /// How many watches a connection may have.
  static final int WATCHES_MAX = 10_000;

  /// What the fields of a transaction's steps take at most, beside keys and values.
  private static final int FIELD_BYTES_MAX = 1 << 20;

  public BinarySettings {
    Objects.requireNonNull(kv);
    Objects.requireNonNull(addresses);
  }

  /// How much may follow a frame's number. Enough for every operation that the limits allow, so
  /// that what is a little longer is refused by itself.
  int frameBytesMax() {
    long write = 2L * kv.keyBytesMax() + 2L * kv.valueBytesMax();
    return (int) Math.max(KvLimits.TRANSACTION_BYTES_MAX, write) + FIELD_BYTES_MAX;
  }
}
