package io.jangada.protocol.auth;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/// How long an address has to wait after wrong passwords came from it: twice as long after each, up
/// to a bound, until a right one comes or it has been quiet for a while. For one thread.
///
/// Of very many addresses those are forgotten first that failed longest ago.
final class FailedAttempts {
  private static final long NANOS_PER_MILLI = 1_000_000;
  static final long FIRST_NANOS = 100 * NANOS_PER_MILLI;
  static final long LONGEST_NANOS = 5_000 * NANOS_PER_MILLI;
  static final long QUIET_NANOS = 60_000 * NANOS_PER_MILLI;

  private static final int ADDRESSES_MAX = 10_000;

  /// @param nextNanos when the next attempt is looked at
  private record Failures(long pauseNanos, long nextNanos) {}

  private final Map<InetAddress, Failures> byAddress =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Failures> eldest) {
          return size() > ADDRESSES_MAX;
        }
      };

  /// How long an attempt of this address has to wait.
  long waitNanos(InetAddress address, long nowNanos) {
    Failures failures = byAddress.get(address);
    return failures == null ? 0 : Math.max(0, failures.nextNanos - nowNanos);
  }

  void failed(InetAddress address, long nowNanos) {
    Failures before = byAddress.remove(address);
    boolean isFirst = before == null || nowNanos - before.nextNanos > QUIET_NANOS;
    long pause = isFirst ? FIRST_NANOS : Math.min(2 * before.pauseNanos, LONGEST_NANOS);
    byAddress.put(address, new Failures(pause, nowNanos + pause));
  }

  void succeeded(InetAddress address) {
    byAddress.remove(address);
  }
}
