package io.jangada.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stands at a port that listens. When a connection cannot be accepted, for want of a descriptor
/// above all, the next one would not be either: the port waits a moment, and says so once a minute.
final class AcceptPause extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AcceptPause.class);
  private static final long PAUSE_MILLIS = 200;
  private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String port;
  private final LongSupplier nanos;
  private long failures;
  private long toldNanos;

  /// @param port what clients it is for, for people
  AcceptPause(String port, LongSupplier nanos) {
    this.port = port;
    this.nanos = nanos;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var config = context.channel().config();
    config.setAutoRead(false);
    context
        .executor()
        .schedule(() -> config.setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    long now = nanos.getAsLong();
    if (failures++ == 0 || now - toldNanos >= SILENCE_NANOS) {
      toldNanos = now;
      LOG.warn("the {} port cannot accept a connection: {}", port, cause.getMessage());
    }
  }
}
