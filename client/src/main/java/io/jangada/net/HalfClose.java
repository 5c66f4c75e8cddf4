package io.jangada.net;

import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;

/// Connections of which one side has said all, with TLS and without.
///
/// With TLS 1.3 the other side may still send. TLS 1.2 ends both directions at once.
public final class HalfClose {
  private HalfClose() {}

  /// Whether a channel's event says that the other side sends no more.
  public static boolean isInputEnd(Object event) {
    return event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent;
  }

  /// Says that nothing more will come from this side. What was written before goes out first.
  public static void shutdownOutput(DuplexChannel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) channel.shutdownOutput();
    else tls.closeOutbound().addListener(said -> channel.shutdownOutput());
  }
}
