package io.jangada.protocol.udp3700;

import java.util.Random;

/// What the medium does to datagrams between replicas, each for itself.
///
/// @param loss the part that is lost
/// @param repeat the part that comes twice, the second time late
/// @param delayMillisMax how late one may come, at random; 0 for no delay
record Weather(double loss, double repeat, int delayMillisMax) {
  static final Weather FAIR = new Weather(0, 0, 0);

  /// How long a copy of a datagram may be on its way.
  private static final int LATE_MILLIS_MAX = 300;

  static Weather losing(double loss) {
    return new Weather(loss, 0, 0);
  }

  boolean isLost(Random random) {
    return loss > 0 && random.nextDouble() < loss;
  }

  boolean isRepeated(Random random) {
    return repeat > 0 && random.nextDouble() < repeat;
  }

  long delayNanos(Random random) {
    return delayMillisMax == 0 ? 0 : random.nextLong(delayMillisMax * 1_000_000L);
  }

  static long lateNanos(Random random) {
    return random.nextLong(LATE_MILLIS_MAX * 1_000_000L);
  }
}
