package io.jangada.kv;

/// A time to live as operations, results and snapshots have it, in one number: 0 is for ever, above
/// 0 it is milliseconds. Below 0 it is whole *seconds*, of times that milliseconds of 64 bits do
/// not hold: so these, too, can be shown as they were given.
public final class TimeToLive {
  private static final long MILLIS_PER_SECOND = 1_000;

  /// The most seconds that are kept as milliseconds: some 292 million years.
  private static final long MILLIS_SECONDS_MAX = Long.MAX_VALUE / MILLIS_PER_SECOND;

  private TimeToLive() {}

  /// @param seconds 0 or more
  public static long ofSeconds(long seconds) {
    return seconds > MILLIS_SECONDS_MAX ? -seconds : seconds * MILLIS_PER_SECOND;
  }

  /// In whole seconds, rounded down.
  public static long seconds(long ttl) {
    return ttl < 0 ? -ttl : ttl / MILLIS_PER_SECOND;
  }

  /// Whether the number is a time to live: seconds are those that need to be.
  static boolean isValid(long ttl) {
    return ttl >= 0 || ttl < -MILLIS_SECONDS_MAX && ttl != Long.MIN_VALUE;
  }

  /// When a value of this time, other than 0, is due that is written at `nowMillis` of cluster
  /// time; `Long.MAX_VALUE`, which is never reached, where it is later than a number can say.
  static long deadlineMillis(long ttl, long nowMillis) {
    return ttl < 0 || ttl > Long.MAX_VALUE - nowMillis ? Long.MAX_VALUE : nowMillis + ttl;
  }
}
