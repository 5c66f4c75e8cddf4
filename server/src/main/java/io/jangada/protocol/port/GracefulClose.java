package io.jangada.protocol.port;

import io.jangada.net.Closing;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/// How a connection is closed so that the client gets the last reply.
public final class GracefulClose {
  /// How long a client has for reading it and closing its side.
  private static final long LINGER_MILLIS = 1_000;

  private GracefulClose() {}

  /// Closes when everything is with the client's side. For a client that sends no more.
  public static void close(Channel channel) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /// Says that nothing more will come, and closes a while after that, or when the client does. To
  /// close at once would take back what a client that is still sending has not read. What is still
  /// read is for the caller to throw away.
  public static void linger(DuplexChannel channel) {
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            flushed -> {
              if (!flushed.isSuccess()) return;
              Closing.shutdownOutput(channel);
              tearDownLater(channel);
            });
  }

  private static void tearDownLater(Channel channel) {
    var later =
        channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    ChannelFuture closed = channel.closeFuture();
    closed.addListener(_ -> later.cancel(false));
  }
}
