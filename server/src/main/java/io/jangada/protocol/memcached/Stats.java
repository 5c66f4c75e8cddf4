package io.jangada.protocol.memcached;

import io.jangada.protocol.port.Counters;
import java.util.Locale;

/// What is counted of the commands, under the names that `stats` gives it. A number of misses
/// stands behind each number of hits.
enum Stats {
  CMD_GET,
  CMD_SET,
  CMD_FLUSH,
  CMD_TOUCH,
  GET_HITS,
  GET_MISSES,
  DELETE_HITS,
  DELETE_MISSES,
  INCR_HITS,
  INCR_MISSES,
  DECR_HITS,
  DECR_MISSES,
  CAS_HITS,
  CAS_MISSES,
  CAS_BADVAL,
  TOUCH_HITS,
  TOUCH_MISSES,
  AUTH_CMDS,
  AUTH_ERRORS,
  TOTAL_ITEMS;

  private static final Stats[] ALL = values();

  /// Its place among [Counters].
  int counter() {
    return Counters.FIRST_KIND + ordinal();
  }

  /// What is counted instead of a number of hits.
  Stats miss() {
    return ALL[ordinal() + 1];
  }

  void count(Counters counters) {
    counters.add(counter(), 1);
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
