package io.jangada.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as people write them, `500ms`, `10s` or `5m`, and as they read them.
public final class Durations {
  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  private Durations() {}

  /// @return milliseconds, 1 or more; -1 when the text is no duration
  public static long parseMillis(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) return -1;
    long number = Long.parseLong(matcher.group(1));
    long unit =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          default -> 3_600_000;
        };
    return number == 0 ? -1 : number * unit;
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
