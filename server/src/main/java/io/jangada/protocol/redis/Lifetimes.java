package io.jangada.protocol.redis;

import io.jangada.kv.Lifetime;

/// When a value ends, as clients say it: from now on, or at a time of day.
final class Lifetimes {
  private static final long MILLIS_PER_SECOND = 1_000;

  /// Some 285 years: what is longer is refused.
  private static final long MILLIS_MAX = 9_000_000_000_000L;

  private Lifetimes() {}

  /// How many milliseconds from now on a value lives; 0 or less where its end is past.
  ///
  /// @param unit EX, PX, EXAT or PXAT
  static long millis(String unit, Arguments arguments, int which, String command)
      throws RefusedException {
    long number = arguments.integer(which);
    boolean isSeconds = unit.startsWith("EX");
    if (isSeconds && Math.abs(number) > MILLIS_MAX / MILLIS_PER_SECOND) throw invalid(command);
    long millis = isSeconds ? number * MILLIS_PER_SECOND : number;
    if (unit.endsWith("AT")) millis -= System.currentTimeMillis();
    if (Math.abs(millis) > MILLIS_MAX) throw invalid(command);
    return millis;
  }

  /// The same where 0 or less is refused, unless it is the time of day that is past.
  static long positive(String unit, Arguments arguments, int which, String command)
      throws RefusedException {
    if (arguments.integer(which) <= 0) throw invalid(command);
    return millis(unit, arguments, which, command);
  }

  private static RefusedException invalid(String command) {
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
