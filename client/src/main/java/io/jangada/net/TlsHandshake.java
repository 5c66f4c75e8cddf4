package io.jangada.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/// Stands behind the TLS handler of a connection that was accepted until the handshake is done.
/// Then the port's protocol takes its place.
final class TlsHandshake extends ChannelInboundHandlerAdapter {
  private final PortGate gate;
  private final SocketChannel channel;
  private final Consumer<SocketChannel> accepted;
  private InetSocketAddress remote;
  private boolean isOver;

  TlsHandshake(PortGate gate, SocketChannel channel, Consumer<SocketChannel> accepted) {
    this.gate = gate;
    this.channel = channel;
    this.accepted = accepted;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    remote = channel.remoteAddress();
    gate.begun(this);
    // A port may read only when it wants to; the handshake wants to.
    if (!channel.config().isAutoRead()) channel.read();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent completion) || isOver) return;
    if (completion.isSuccess()) finish(context);
    else end(TlsFailure.of(completion.cause()));
  }

  private void finish(ChannelHandlerContext context) {
    isOver = true;
    gate.left(this);
    gate.countFinished();
    accepted.accept(channel);
    context.fireChannelActive();
    context.pipeline().remove(this);
  }

  private void end(TlsFailure why) {
    if (isOver) return;
    isOver = true;
    gate.left(this);
    gate.countRefused(remote, why);
  }

  /// Closes the connection, from any thread.
  void refuse(TlsFailure why) {
    channel
        .eventLoop()
        .execute(
            () -> {
              if (isOver) return;
              end(why);
              Closing.abort(channel);
            });
  }

  /// The first byte showed that the client does not speak TLS.
  void over() {
    isOver = true;
    gate.left(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(TlsFailure.of(cause));
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end(new TlsFailure(TlsFailure.Kind.CLOSED, "it closed the connection"));
  }
}
