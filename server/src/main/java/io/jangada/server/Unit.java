package io.jangada.server;

import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a number counts, and the units in which people write it.
public enum Unit {
  NONE(Map.of()),
  MILLIS(Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L)),
  BYTES(Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30));

  private static final Pattern NUMBER = Pattern.compile("([0-9]{1,15})([A-Za-z]*)");

  private final Map<String, Long> factors;

  Unit(Map<String, Long> factors) {
    this.factors = factors;
  }

  /// The number in the smallest unit, which is meant where none is written; empty when it is none.
  public OptionalLong read(String written) {
    Matcher matcher = NUMBER.matcher(written);
    if (!matcher.matches()) return OptionalLong.empty();
    long number = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2);
    if (unit.isEmpty()) return OptionalLong.of(number);
    Long factor = factors.get(unit);
    if (factor == null || number > Long.MAX_VALUE / factor) return OptionalLong.empty();
    return OptionalLong.of(number * factor);
  }

  /// How it may be written, to follow "a whole number".
  String example() {
    return switch (this) {
      case NONE -> "";
      case MILLIS -> " (milliseconds; or with a unit, as in \"10s\")";
      case BYTES -> " (bytes; or with a unit, as in \"64MiB\")";
    };
  }
}
