package io.jangada.cli;

import io.jangada.server.Unit;
import java.util.Locale;
import java.util.regex.Pattern;

/// Durations as people write them, `500ms`, `10s` or `5m`, and as they read them.
public final class Durations {
  private static final Pattern WRITTEN = Pattern.compile("[0-9]{1,9}[a-z]+");

  private Durations() {}

  /// Reads a number with its unit.
  ///
  /// @return milliseconds, 1 or more; -1 when the text is no duration
  public static long parseMillis(String text) {
    if (!WRITTEN.matcher(text).matches()) return -1;
    long millis = Unit.MILLIS.read(text).orElse(0);
    return millis == 0 ? -1 : millis;
  }

  public static String ofNanos(long nanos) {
    if (nanos < 10_000_000) return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    return ofMillis(nanos / 1_000_000);
  }

  public static String ofMillis(long millis) {
    if (millis < 1_000) return millis + " ms";
    return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
  }
}
