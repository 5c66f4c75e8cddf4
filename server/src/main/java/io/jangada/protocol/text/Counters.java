package io.jangada.protocol.text;

import java.util.concurrent.atomic.AtomicLongArray;

/// What happened on one event loop, in numbers. Only that loop counts; any thread may look.
final class Counters {
  static final int OPENED = 0;
  static final int CLOSED = 1;
  static final int REFUSED = 2;

  /// Connections that are not read at the moment.
  static final int PAUSED = 3;

  static final int BYTES_IN = 4;
  static final int BYTES_OUT = 5;
  static final int ADMIN = 6;
  static final int COMMAND_ERRORS = 7;
  static final int NOT_FOUND = 8;
  static final int VERSION_ERRORS = 9;
  static final int INTERNAL_ERRORS = 10;
  static final int FORGOTTEN = 11;
  static final int REDIRECTS = 12;
  private static final int FIRST_KIND = 13;

  private final AtomicLongArray counts =
      new AtomicLongArray(FIRST_KIND + TextCommand.Kind.values().length);

  void add(int which, long more) {
    counts.setRelease(which, counts.getPlain(which) + more);
  }

  void begun(TextCommand.Kind kind) {
    add(FIRST_KIND + kind.ordinal(), 1);
  }

  long get(int which) {
    return counts.getAcquire(which);
  }

  long get(TextCommand.Kind kind) {
    return get(FIRST_KIND + kind.ordinal());
  }
}
