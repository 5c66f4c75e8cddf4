package io.jangada.net;

import io.netty.channel.Channel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;

/// How connections end, with TLS and without: one side has said all, or it ends at once.
///
/// With TLS 1.3 the other side may still send. TLS 1.2 ends both directions at once.
public final class Closing {
  private Closing() {}

  /// Whether a channel's event says that the other side sends no more.
  public static boolean isInputEnd(Object event) {
    return event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent;
  }

  /// Closes a connection at once, from any thread. TLS would first wait for the other side to take
  /// its last words.
  public static void abort(Channel channel) {
    if (channel.pipeline().get(SslHandler.class) == null) channel.close();
    else channel.eventLoop().execute(() -> channel.unsafe().close(channel.unsafe().voidPromise()));
  }

  /// Says that nothing more will come from this side. What was written before goes out first.
  public static void shutdownOutput(DuplexChannel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) channel.shutdownOutput();
    else tls.closeOutbound().addListener(said -> channel.shutdownOutput());
  }
}
