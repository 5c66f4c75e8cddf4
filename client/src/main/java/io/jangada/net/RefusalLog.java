package io.jangada.net;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs the connections that a port refused: each address with each reason once a minute, and no
/// more than so many lines, whatever clients do. For any thread.
final class RefusalLog {
  static final int LINES_MAX = 20;

  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String port;
  private final LongSupplier nanos;
  private final Set<String> told = new HashSet<>();
  private long sinceNanos;
  private long untold;

  /// @param port what clients it is for, for people
  RefusalLog(String port, LongSupplier nanos) {
    this.port = port;
    this.nanos = nanos;
    this.sinceNanos = nanos.getAsLong();
  }

  synchronized void refused(InetSocketAddress from, TlsFailure why) {
    long now = nanos.getAsLong();
    if (now - sinceNanos >= MINUTE_NANOS) {
      if (untold > 0)
        LOG.warn("the {} port refused {} more connections in the last minute", port, untold);
      sinceNanos = now;
      untold = 0;
      told.clear();
    }
    String host = from == null ? "an unknown address" : HostPort.host(from);
    String text = host + ": " + why.text();
    if (told.contains(text) || told.size() >= LINES_MAX) {
      untold++;
      return;
    }
    told.add(text);
    LOG.warn("the {} port refused a connection from {}", port, text);
  }
}
