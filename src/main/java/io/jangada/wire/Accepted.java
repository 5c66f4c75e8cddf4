package io.jangada.wire;

import io.jangada.bytes.MalformedException;
import io.jangada.node.PeerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A connection that somebody made to this member. Once the hello is found good it brings messages
/// of one peer.
final class Accepted extends ByteToMessageDecoder {
  private final Hall hall;
  private final LinkSettings settings;
  private boolean versionSeen;
  private InetSocketAddress remote;
  private Arrivals arrivals;

  /// Why it is over, once it is.
  private String reason;

  Accepted(Hall hall, LinkSettings settings) {
    this.hall = hall;
    this.settings = settings;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    remote = (InetSocketAddress) context.channel().remoteAddress();
    hall.entered(context, this);
    int millis = settings.times().connectMillis();
    context
        .executor()
        .schedule(
            () -> {
              if (arrivals == null) fail(context, "no hello within " + millis + " ms");
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (reason != null) in.skipBytes(in.readableBytes());
    else if (arrivals == null) greet(context, in);
    else receive(in);
  }

  private void greet(ChannelHandlerContext context, ByteBuf in) {
    if (!versionSeen) {
      int version = Handshake.readVersion(in, "what connected");
      if (version < 0) return;
      versionSeen = true;
      if (version != Handshake.VERSION) {
        refuse(
            context,
            "unsupported version " + version + " of the protocol, known is " + Handshake.VERSION);
        return;
      }
    }
    Handshake.Hello hello = Handshake.readHello(in);
    if (hello == null) return;
    String refusal = hall.refusal(hello);
    if (refusal != null) {
      refuse(context, refusal);
      return;
    }
    answer(context, verdict(true, ""));
    hall.left(context);
    arrivals = hall.admit(hello, context.channel(), remote);
  }

  private void refuse(ChannelHandlerContext context, String why) {
    reason = why;
    answer(context, verdict(false, why)).addListener(ChannelFutureListener.CLOSE);
  }

  private ChannelFuture answer(ChannelHandlerContext context, Handshake.Verdict verdict) {
    ByteBuf out = context.alloc().buffer(256);
    Handshake.write(out, verdict);
    return context.writeAndFlush(out);
  }

  private Handshake.Verdict verdict(boolean welcome, String why) {
    return new Handshake.Verdict(welcome, settings.clusterId(), settings.memberId(), why);
  }

  private void receive(ByteBuf in) {
    int length = Frames.payloadLength(in, settings.limits().frameBytesMax());
    if (length < 0) {
      Frames.makeRoom(in);
      return;
    }
    Frames.open(in, length);
    PeerMessage message = BinaryMessages.read(in, length, arrivals.peer(), settings.memberId());
    arrivals.take(message, Frames.HEADER_BYTES + length);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause.getCause() instanceof MalformedException said)) {
      fail(context, Addresses.reason(cause));
      return;
    }
    if (arrivals != null && reason == null) {
      ByteBuf out = context.alloc().buffer(256);
      Handshake.writeAgain(out, verdict(false, said.getMessage()));
      context.writeAndFlush(out);
    }
    fail(context, said.getMessage());
  }

  void fail(ChannelHandlerContext context, String why) {
    if (reason == null) reason = why;
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    if (reason == null) reason = "the peer closed it";
    hall.left(context);
    if (arrivals != null) arrivals.ended(context.channel(), reason);
    else hall.turnedAway(remote, reason);
  }
}
