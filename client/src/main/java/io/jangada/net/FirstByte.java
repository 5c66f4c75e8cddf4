package io.jangada.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// Looks at the first byte of a connection, and leaves. A TLS record that begins a handshake starts
/// with a byte that no other protocol starts with. A client that speaks the wrong one of the two
/// gets a sentence in plain text.
final class FirstByte extends ChannelInboundHandlerAdapter {
  private static final int TLS_HANDSHAKE = 0x16;

  private final PortGate gate;
  private final boolean wantsTls;
  private boolean isRefused;

  FirstByte(PortGate gate, boolean wantsTls) {
    this.gate = gate;
    this.wantsTls = wantsTls;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    if (isRefused) {
      read.release();
      return;
    }
    boolean isTls = read.getByte(read.readerIndex()) == TLS_HANDSHAKE;
    if (isTls == wantsTls) {
      context.fireChannelRead(read);
      context.pipeline().remove(this);
      return;
    }
    isRefused = true;
    read.release();
    refuse(context);
  }

  private void refuse(ChannelHandlerContext context) {
    TlsHandshake handshake = context.pipeline().get(TlsHandshake.class);
    if (handshake != null) handshake.over();
    gate.countRefused(
        (InetSocketAddress) context.channel().remoteAddress(),
        wantsTls
            ? new TlsFailure(TlsFailure.Kind.PLAIN, "it does not speak TLS, and this port does")
            : new TlsFailure(TlsFailure.Kind.TLS, "it speaks TLS, and this port does not"));
    String sentence = wantsTls ? "this port speaks TLS\r\n" : "this port does not speak TLS\r\n";
    context
        .writeAndFlush(Unpooled.copiedBuffer(sentence, StandardCharsets.US_ASCII))
        .addListener(sent -> context.close());
  }
}
