package io.jangada.link;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.BinaryMessages;
import io.jangada.codec.Frames;
import io.jangada.net.TlsContext;
import io.jangada.node.PeerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A connection that a peer opened to this member. Once the hello is accepted it brings messages of
/// that peer.
final class InboundHandler extends ByteToMessageDecoder {
  private final Acceptor acceptor;
  private final LinkSettings settings;
  private final LinkContext linkContext;

  /// The version that both speak; 0 while it is not known.
  private int version;

  /// A hello whose sender has yet to prove that it knows the secret, and what it was asked.
  private Handshake.Hello unproved;

  private Challenge challenge;

  private ClusterIdentity cluster;
  private ChannelHandlerContext context;
  private InetSocketAddress remote;
  private InboundConnections inbound;

  /// Why it is over, once it is.
  private String reason;

  InboundHandler(Acceptor acceptor, LinkContext linkContext) {
    this.acceptor = acceptor;
    this.linkContext = linkContext;
    this.settings = linkContext.settings();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    this.context = context;
    remote = (InetSocketAddress) context.channel().remoteAddress();
    acceptor.connected(context, this);
    int millis = settings.times().connectMillis();
    context
        .executor()
        .schedule(
            () -> {
              if (inbound == null) fail(context, "no hello within " + millis + " ms");
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (reason != null) in.skipBytes(in.readableBytes());
    else if (inbound == null) greet(context, in);
    else receive(in);
  }

  private void greet(ChannelHandlerContext context, ByteBuf in) {
    if (version == 0) {
      int theirVersion = Handshake.readVersion(in, "the client");
      if (theirVersion < 0) return;
      version =
          settings.secret().isNone()
              ? Math.clamp(theirVersion, Handshake.PLAIN_VERSION, Handshake.VERSION)
              : Handshake.PROVING_VERSION;
      if (theirVersion != version) {
        refuse(context, mismatch(theirVersion));
        return;
      }
    }
    if (version == Handshake.PROVING_VERSION) {
      challenge(context, in);
      return;
    }
    Handshake.Hello hello = Handshake.readHello(in, version);
    if (hello != null) judge(context, hello);
  }

  private String mismatch(int theirVersion) {
    if (version == Handshake.PROVING_VERSION)
      return "it gives no proof of the cluster's secret (PeerSecretFile)";
    if (theirVersion == Handshake.PROVING_VERSION)
      return "it has a cluster secret (PeerSecretFile), and this member has none";
    return "unsupported version "
        + theirVersion
        + " of the protocol, known is "
        + Handshake.VERSION;
  }

  /// Asks for a proof, and takes it.
  private void challenge(ChannelHandlerContext context, ByteBuf in) {
    if (challenge == null) {
      byte[] payload = Handshake.peekHello(in);
      if (payload == null) return;
      unproved = Handshake.readHello(in, version);
      challenge = new Challenge(settings.secret(), payload);
      ByteBuf out = context.alloc().buffer(256);
      challenge.write(out);
      context.writeAndFlush(out);
      return;
    }
    byte[] proof = Handshake.readParts(in, Secret.PROOF_BYTES);
    if (proof == null) return;
    if (challenge.isAnsweredBy(proof)) judge(context, unproved);
    else refuse(context, "it does not know the cluster's secret (PeerSecretFile)");
  }

  private void judge(ChannelHandlerContext context, Handshake.Hello hello) {
    String refusal = acceptor.refusal(hello);
    if (refusal != null) {
      refuse(context, refusal);
      return;
    }
    answer(context, welcome());
    acceptor.left(context);
    cluster = hello.cluster();
    inbound = acceptor.admit(hello, this, remote);
  }

  Channel channel() {
    return context.channel();
  }

  /// Ends the connection if it is one of another cluster, by what is known now of both.
  void recheck() {
    String mismatch = acceptor.mismatch(inbound.peer(), cluster);
    if (mismatch != null && reason == null) bidFarewell(mismatch);
  }

  /// Ends the connection if the peer's certificate is no longer accepted.
  void recheckCertificate(TlsContext tls) {
    SslHandler handler = context.pipeline().get(SslHandler.class);
    if (handler == null || reason != null) return;
    tls.rejection(handler.engine().getSession()).ifPresent(failure -> bidFarewell(failure.text()));
  }

  private void refuse(ChannelHandlerContext context, String why) {
    reason = why;
    answer(context, refusal(why)).addListener(ChannelFutureListener.CLOSE);
  }

  private ChannelFuture answer(ChannelHandlerContext context, Handshake.Verdict verdict) {
    ByteBuf out = context.alloc().buffer(256);
    if (challenge == null) Handshake.write(out, verdict, version);
    else Handshake.writeAgain(out, verdict, version);
    return context.writeAndFlush(out);
  }

  private Handshake.Verdict welcome() {
    return new Handshake.Verdict(
        true, linkContext.local().identity().get(), settings.memberId(), "");
  }

  private Handshake.Verdict refusal(String why) {
    return new Handshake.Verdict(
        false, linkContext.local().identity().get(), settings.memberId(), why);
  }

  private void receive(ByteBuf in) {
    int length = Frames.payloadLength(in, settings.limits().frameBytesMax());
    if (length < 0) {
      Frames.makeRoom(in);
      return;
    }
    Frames.open(in, length);
    if (Handshake.isIdentity(in, length)) {
      cluster = Handshake.readIdentity(in, length, cluster.name());
      recheck();
      return;
    }
    PeerMessage message = BinaryMessages.read(in, length, inbound.peer(), settings.memberId());
    inbound.take(message, Frames.HEADER_BYTES + length);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause.getCause() instanceof MalformedException malformed)) {
      fail(context, AddressText.reason(cause));
      return;
    }
    if (inbound != null && reason == null) bidFarewell(malformed.getMessage());
    else fail(context, malformed.getMessage());
  }

  /// Ends a connection that began with a welcome.
  private void bidFarewell(String why) {
    ByteBuf out = context.alloc().buffer(256);
    Handshake.writeAgain(out, refusal(why), version);
    context.writeAndFlush(out);
    fail(context, why);
  }

  void fail(ChannelHandlerContext context, String why) {
    if (reason == null) reason = why;
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    if (reason == null) reason = "the peer closed it";
    acceptor.left(context);
    if (inbound != null) inbound.ended(context.channel(), reason);
    else acceptor.turnedAway(remote, reason);
  }
}
