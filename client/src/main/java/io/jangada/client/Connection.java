package io.jangada.client;

import io.jangada.bytes.MalformedException;
import io.jangada.net.TlsFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// One connection to a server. Calls are written one after the other without waiting. What is given
/// to it before it is open waits for that.
///
/// It ends when either side closes it, when something arrives that is no reply, or when calls wait
/// and nothing arrives at all for a while; whatever was not answered then goes back to the owner.
abstract sealed class Connection extends ByteToMessageDecoder
    permits TextConnection, BinaryConnection {
  /// What a connection tells, on its event loop.
  interface Owner {
    /// @return false when no such call can have such an answer
    boolean answered(Connection connection, Call call, Answer answer);

    /// All answers that arrived together were told.
    void rested();

    /// Its server cannot do now what every member does.
    void disappointed(Connection connection);

    /// It is of no further use. `calls` were not answered; those that are [Call#isSent] may have
    /// reached the server.
    void ended(Connection connection, List<Call> calls, String why);

    /// It is of no further use: the server does not accept the user. `calls` were not begun.
    void refused(Connection connection, List<Call> calls, String why);
  }

  /// What a port that speaks TLS says to those who do not.
  private static final ByteBuf SPEAKS_TLS =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("this port speaks TLS", StandardCharsets.US_ASCII));

  private final Endpoint endpoint;
  private final Login login;
  private final Owner owner;
  private final ArrayDeque<Call> unsent = new ArrayDeque<>();
  private final long begunNanos = System.nanoTime();
  private Channel channel;
  private ByteBuf gathered;
  private long silentSinceNanos;
  private boolean isEnded;

  /// Whether the server is still to say that it knows the user.
  private boolean awaitsLogin;

  /// Whether a byte of the protocol has arrived.
  private boolean isServed;

  /// @param login null for a client that does not say who it is
  Connection(Endpoint endpoint, Login login, Owner owner) {
    this.endpoint = endpoint;
    this.login = login;
    awaitsLogin = login != null;
    this.owner = owner;
  }

  final Endpoint endpoint() {
    return endpoint;
  }

  final Owner owner() {
    return owner;
  }

  final Login login() {
    return login;
  }

  final boolean awaitsLogin() {
    return awaitsLogin;
  }

  final void loggedIn() {
    awaitsLogin = false;
  }

  final boolean isOpen() {
    return channel != null && !isEnded;
  }

  final boolean isEnded() {
    return isEnded;
  }

  /// When something arrived last, or something was sent that is to be answered when nothing was
  /// awaited before.
  final long silentSinceNanos() {
    return silentSinceNanos;
  }

  /// How many answers are awaited, those of calls that were given up by their owner included.
  abstract int unanswered();

  /// Calls that were sent and not answered; none is from now on.
  abstract List<Call> takeUnanswered();

  /// Writes a call, which is then among the unanswered.
  abstract void write(Call call, ByteBuf out);

  /// What the protocol begins with.
  abstract void begin(ByteBuf out);

  /// Reads one answer, if it is there, and tells of it.
  abstract void read(ByteBuf in);

  /// How many calls wait for an answer here, those given up by their owner included.
  final int waiting() {
    return unanswered() + unsent.size();
  }

  /// Takes a call; it goes out with the next [#flush].
  final void send(Call call) {
    if (channel == null) unsent.add(call);
    else write(call);
  }

  private void write(Call call) {
    if (call.isOver) return;
    write(call, out());
    call.isSent = true;
  }

  /// Where to write what goes out with the next [#flush]; only while it [#isOpen].
  final ByteBuf out() {
    if (unanswered() == 0) silentSinceNanos = System.nanoTime();
    if (gathered == null) gathered = channel.alloc().buffer(1024);
    return gathered;
  }

  final void flush() {
    if (gathered == null) return;
    ByteBuf out = gathered;
    gathered = null;
    channel.writeAndFlush(out, channel.voidPromise());
  }

  /// Ends the connection if calls have waited for so long without a byte from the server.
  final void endIfSilent(long nowNanos, long silenceNanosMax) {
    if ((awaitsLogin && isOpen() || unanswered() > 0)
        && nowNanos - silentSinceNanos >= silenceNanosMax)
      end("did not answer for " + silenceNanosMax / 1_000_000 + " ms");
  }

  /// Ends the connection if something waits and it could not be made for so long: the resolver of
  /// names may take its time.
  final void endIfUnmade(long nowNanos, long nanosMax) {
    if (channel == null && isWanted() && nowNanos - begunNanos >= nanosMax)
      end("cannot be reached: no connection after " + nanosMax / 1_000_000 + " ms");
  }

  /// Whether something waits for it to be open.
  boolean isWanted() {
    return !unsent.isEmpty();
  }

  /// Ends it when the server refused this side, and so has read no request.
  private void endUnserved(String why) {
    List<Call> unread = takeUnanswered();
    for (Call call : unread) call.isSent = false;
    unsent.addAll(unread);
    end(why);
  }

  /// @param why what is wrong with the server, to be read after its name
  final void end(String why) {
    if (!isEnded) owner.ended(this, takeAll(), endpoint + " " + why);
  }

  /// Ends it when the server does not accept the user.
  final void endRefused() {
    if (!isEnded) owner.refused(this, takeAll(), endpoint + " refuses the user or the password");
  }

  private List<Call> takeAll() {
    isEnded = true;
    if (gathered != null) gathered.release();
    gathered = null;
    if (channel != null) channel.close();
    List<Call> calls = new ArrayList<>(takeUnanswered());
    calls.addAll(unsent);
    unsent.clear();
    return calls;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    if (isEnded) {
      ctx.close();
      return;
    }
    if (ctx.pipeline().get(SslHandler.class) == null) open(ctx);
    super.channelActive(ctx);
  }

  /// What is written before hands are shaken would count as sent.
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (isEnded) ctx.close();
      else if (handshake.isSuccess()) open(ctx);
      else end(overTls(handshake.cause()));
    }
    super.userEventTriggered(ctx, event);
  }

  private void open(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    begin(out());
    while (!unsent.isEmpty()) write(unsent.poll());
    flush();
  }

  /// Whether the server said that it does not accept this side's certificate. With TLS 1.3 that
  /// comes after the client's part of the handshake.
  private static boolean isOfCertificate(TlsFailure failure) {
    boolean named = failure.text().contains("certificate") || failure.text().contains("unknown_ca");
    return failure.kind() == TlsFailure.Kind.ALERT && named;
  }

  private static String overTls(Throwable cause) {
    return "cannot be reached over TLS: " + TlsFailure.of(cause).text();
  }

  @Override
  protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (isEnded) {
      in.skipBytes(in.readableBytes());
      return;
    }
    silentSinceNanos = System.nanoTime();
    if (!isServed && startsWith(in, SPEAKS_TLS)) {
      endUnserved("speaks TLS, and this client was not told to");
      return;
    }
    isServed = true;
    read(in);
  }

  private static boolean startsWith(ByteBuf in, ByteBuf text) {
    int length = text.readableBytes();
    return in.readableBytes() >= length
        && ByteBufUtil.equals(in, in.readerIndex(), text, text.readerIndex(), length);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    super.channelRead(ctx, message);
    if (isEnded) return;
    flush();
    owner.rested();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end("closed the connection");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (TlsFailure.isCauseOf(cause)) {
      if (!isServed && isOfCertificate(TlsFailure.of(cause))) endUnserved(overTls(cause));
      else end(overTls(cause));
      return;
    }
    Throwable root = cause.getCause() == null ? cause : cause.getCause();
    boolean garbage = root instanceof MalformedException;
    end((garbage ? "sent a malformed reply: " : "was lost: ") + root.getMessage());
  }
}
