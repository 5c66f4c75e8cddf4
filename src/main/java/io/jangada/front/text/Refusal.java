package io.jangada.front.text;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;

/// A connection beyond the maximum: it is told so, and closed.
final class Refusal extends ChannelInboundHandlerAdapter {
  private final SocketChannel channel;
  private final boolean lingers;

  /// @param lingers whether the client gets time to read the line though it sends something
  Refusal(SocketChannel channel, boolean lingers) {
    this.channel = channel;
    this.lingers = lingers;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    channel.write(Unpooled.wrappedBuffer(Replies.TOO_MANY_CONNECTIONS));
    channel.config().setAutoRead(true);
    if (lingers) Farewell.linger(channel);
    else Farewell.close(channel);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) channel.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    channel.close();
  }
}
