package io.jangada.protocol.redis;

import io.jangada.kv.Lifetime;

/// When a value ends, as clients say it: from now on, or at a time of day.
final class Lifetimes {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final long SECONDS_MAX = Long.MAX_VALUE / MILLIS_PER_SECOND;

  private Lifetimes() {}

  /// How many milliseconds from now on a value lives; 0 or less where its end is past. Its end must
  /// be a time of day that a number of milliseconds can say.
  ///
  /// @param unit EX, PX, EXAT or PXAT
  static long millis(String unit, Arguments arguments, int which, String command)
      throws RefusedException {
    long millis = arguments.integer(which);
    if (unit.startsWith("EX")) {
      if (millis > SECONDS_MAX || millis < -SECONDS_MAX) throw invalid(command);
      millis *= MILLIS_PER_SECOND;
    }
    long now = System.currentTimeMillis();
    if (unit.endsWith("AT")) return Math.max(millis, Long.MIN_VALUE + now) - now;
    if (millis > Long.MAX_VALUE - now) throw invalid(command);
    return millis;
  }

  /// The same where 0 or less is refused, unless it is the time of day that is past.
  static long positive(String unit, Arguments arguments, int which, String command)
      throws RefusedException {
    if (arguments.integer(which) <= 0) throw invalid(command);
    return millis(unit, arguments, which, command);
  }

  static RefusedException invalid(String command) {
    return new RefusedException("ERR invalid expire time in '" + command + "' command");
  }

  static boolean isUnit(String word) {
    return switch (word) {
      case "EX", "PX", "EXAT", "PXAT" -> true;
      default -> false;
    };
  }

  static Lifetime of(long millis) {
    return new Lifetime.Of(millis);
  }
}
