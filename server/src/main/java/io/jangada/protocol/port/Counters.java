package io.jangada.protocol.port;

import java.util.concurrent.atomic.AtomicLongArray;

/// What happened on one event loop, in numbers. Only that loop counts; any thread may look.
public final class Counters {
  public static final int OPENED = 0;
  public static final int CLOSED = 1;
  public static final int REFUSED = 2;

  /// Connections that are not read at the moment.
  public static final int PAUSED = 3;

  public static final int BYTES_IN = 4;
  public static final int BYTES_OUT = 5;
  public static final int ADMIN = 6;
  public static final int COMMAND_ERRORS = 7;
  public static final int NOT_FOUND = 8;
  public static final int VERSION_ERRORS = 9;
  public static final int INTERNAL_ERRORS = 10;
  public static final int FORGOTTEN = 11;
  public static final int REDIRECTS = 12;

  /// All commands, or on the port for text those of the binary protocol.
  public static final int COMMANDS = 13;

  public static final int READS = 14;
  public static final int WATCHES = 15;

  /// Requests of clients that are not known, or may not do this.
  public static final int AUTH_ERRORS = 16;

  /// The first of up to [#KINDS_MAX] that a protocol gives names to.
  public static final int FIRST_KIND = 17;

  private static final int KINDS_MAX = 32;

  private final AtomicLongArray counts = new AtomicLongArray(FIRST_KIND + KINDS_MAX);

  public void add(int which, long more) {
    counts.setRelease(which, counts.getPlain(which) + more);
  }

  public long get(int which) {
    return counts.getAcquire(which);
  }
}
