package io.jangada.link;

import io.jangada.bytes.MalformedException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A connection that this member made, to send over it. It says hello, and hears a verdict.
final class OutboundHandler extends ByteToMessageDecoder {
  private final Link link;
  private final LinkContext linkContext;
  private final LinkSettings settings;
  private final int version;
  private final Greeting greeting;
  private boolean versionSeen;
  private boolean welcome;
  private String remote;
  private ClusterIdentity sentIdentity;

  /// Why it is over, once it is.
  private String reason;

  OutboundHandler(Link link, LinkContext linkContext) {
    this.link = link;
    this.linkContext = linkContext;
    this.settings = linkContext.settings();
    this.version = link.version();
    this.greeting = new Greeting(settings.secret(), version);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    remote = AddressText.text(context.channel().remoteAddress());
    sentIdentity = linkContext.local().identity().get();
    ByteBuf out = context.alloc().buffer(256);
    greeting.writeHello(
        out,
        new Handshake.Hello(
            sentIdentity, settings.memberId(), link.peer(), linkContext.local().port().getAsInt()));
    context.writeAndFlush(out);
    int millis = settings.times().connectMillis();
    context
        .executor()
        .schedule(
            () -> {
              if (!welcome) fail(context, "no answer within " + millis + " ms");
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (reason != null) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (welcome) {
      Handshake.Verdict last = Handshake.readVerdict(in, version);
      if (last != null) throw new MalformedException("the peer reports: " + last.reason());
      return;
    }
    if (!versionSeen) {
      int answered = Handshake.readVersion(in, "the server");
      if (answered < 0) return;
      versionSeen = true;
      if (answered == Handshake.PLAIN_VERSION && version == Handshake.VERSION) link.speakPlainly();
      greeting.checkVersion(answered);
    }
    if (!greeting.isProved()) {
      ByteBuf answer = context.alloc().buffer(64);
      if (greeting.answerChallenge(in, answer)) context.writeAndFlush(answer);
      else answer.release();
      return;
    }
    Handshake.Verdict verdict = Handshake.readVerdict(in, version);
    if (verdict == null) return;
    String refusal = refusal(verdict);
    if (refusal != null) {
      link.failed(context.channel(), new LinkEvent.Refused(link.peer(), remote + ": " + refusal));
      fail(context, refusal);
      return;
    }
    welcome = true;
    link.opened(context.channel());
    link.identify(sentIdentity);
  }

  private String refusal(Handshake.Verdict verdict) {
    if (!verdict.welcome()) return verdict.reason();
    if (!verdict.cluster().isCompatible(linkContext.local().identity().get()))
      return "it is of " + verdict.cluster() + ", not of " + linkContext.local().identity().get();
    if (verdict.member() != link.peer()) return "it is member " + verdict.member();
    return null;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (welcome && context.channel().isWritable()) link.runTurn();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable inner = cause.getCause() instanceof MalformedException malformed ? malformed : cause;
    fail(context, AddressText.reason(inner));
  }

  private void fail(ChannelHandlerContext context, String reason) {
    if (this.reason == null) this.reason = reason;
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    if (reason == null) reason = "the peer closed it";
    if (welcome) link.ended(context.channel(), reason);
    else
      link.failed(
          context.channel(), new LinkEvent.Unreachable(link.peer(), remote + ": " + reason));
  }
}
