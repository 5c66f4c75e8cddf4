package io.jangada.protocol.memcached;

import io.jangada.kv.Lifetime;
import java.util.function.LongSupplier;

/// What clients mean by a time to live: 0 for ever, up to thirty days seconds from now, beyond that
/// the Unix time in seconds. What is less than 0, or past, is gone at once.
final class Expiry {
  private static final long RELATIVE_SECONDS_MAX = 2_592_000;
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final Lifetime FOR_EVER = new Lifetime.ForEver();

  /// The wall clock.
  private final LongSupplier unixMillis;

  Expiry(LongSupplier unixMillis) {
    this.unixMillis = unixMillis;
  }

  /// Null where a value is gone at once.
  Lifetime lifetime(long exptime) {
    if (exptime == 0) return FOR_EVER;
    long millis = millis(exptime);
    return millis <= 0 ? null : new Lifetime.Of(millis);
  }

  /// From now on; 0 or less where that is past.
  long millis(long exptime) {
    long bounded = Math.min(exptime, Long.MAX_VALUE / MILLIS_PER_SECOND);
    if (bounded <= RELATIVE_SECONDS_MAX) return Math.max(-1, bounded) * MILLIS_PER_SECOND;
    return bounded * MILLIS_PER_SECOND - unixMillis.getAsLong();
  }
}
