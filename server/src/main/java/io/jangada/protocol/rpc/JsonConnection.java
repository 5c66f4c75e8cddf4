package io.jangada.protocol.rpc;

import com.google.protobuf.Message;
import io.jangada.net.Closing;
import io.jangada.protocol.port.Client;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.GracefulClose;
import io.jangada.protocol.port.PortState;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// A client's connection over HTTP/1.1: calls with JSON, and pages. One request is answered after
/// the other.
///
/// What is held of a client is bounded: one request, and so much of those after it; what is sent
/// ahead of it as with all clients ([PortState]). So is the time that it may take to send a request
/// and to take an answer.
public final class JsonConnection extends Client {
  /// Where a connection stands.
  private enum Phase {
    /// All is answered.
    IDLE,
    /// There is some of a request.
    READING,
    /// The request is there, and there is no room for it.
    WAITING,
    /// The answer is made or sent.
    ANSWERING,
    /// The last answer is sent; what still comes is thrown away.
    LEAVING,
    CLOSED
  }

  /// What becomes of bytes that came.
  enum Bytes {
    READ,
    HOLD,
    DROP
  }

  /// What is served.
  ///
  /// @param messageBytesMax the longest message that is read, without what JSON adds
  public record Served(JsonRoutes routes, HttpPages pages, int messageBytesMax, Times times) {
    /// A body may be so long: Base64 makes four bytes out of three.
    int bodyBytesMax() {
      return messageBytesMax / 3 * 4 + ENVELOPE_BYTES;
    }
  }

  /// @param requestMillis for sending a request
  /// @param idleMillis until the next request
  /// @param stuckMillis without taking anything of an answer
  /// @param lookMillis how often it is looked
  public record Times(long requestMillis, long idleMillis, long stuckMillis, long lookMillis) {
    public static final Times DEFAULT = new Times(30_000, 300_000, 60_000, 5_000);
  }

  /// What JSON may add to a message beside Base64.
  private static final int ENVELOPE_BYTES = 64 << 10;

  /// How much is held of requests that come before their turn.
  private static final int HELD_BYTES_MAX = 64 << 10;

  private static final Status STOPPED = new Status(Code.UNAVAILABLE, "etcdserver: server stopped");
  private static final Status TOO_MUCH =
      new Status(Code.RESOURCE_EXHAUSTED, "too much is arriving");

  private final Served served;
  private final HttpRequests requests = new HttpRequests(this);
  private final Callers callers = Callers.byToken(this);
  private Phase phase = Phase.IDLE;
  private long sinceNanos = System.nanoTime();
  private boolean isLast;
  private boolean isFinishing;

  /// The head of the request that is read or answered; null for none.
  private HttpRequest request;

  private QueryStringDecoder target;

  /// The method that it calls; null for none.
  private JsonRoutes.Route route;

  /// What there is of its body; null where that is of no use.
  private ByteBuf body;

  private long bodyBytes;
  private JsonCall call;
  private Future<?> looking;
  private long unsentBytes;
  private long unsentNanos;

  public JsonConnection(PortState port, ReplyBatcher lane, DuplexChannel channel, Served served) {
    super(port, lane, channel);
    this.served = served;
  }

  /// Adds the handlers to the channel's pipeline.
  public void begin() {
    channel().pipeline().addLast(requests, new HttpResponseEncoder(), this);
    counters().add(Counters.OPENED, 1);
    long millis = served.times.lookMillis;
    looking = loop().scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    port().opened(this);
  }

  // ---- what comes ----

  /// What becomes of bytes that came. The first of a request begin it.
  Bytes startReading() {
    return switch (phase) {
      case READING -> Bytes.READ;
      case IDLE -> {
        if (isFinishing || !channel().isWritable()) yield Bytes.HOLD;
        enter(Phase.READING);
        yield Bytes.READ;
      }
      case WAITING, ANSWERING -> Bytes.HOLD;
      case LEAVING, CLOSED -> Bytes.DROP;
    };
  }

  private void enter(Phase next) {
    phase = next;
    sinceNanos = System.nanoTime();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (phase != Phase.READING) return;
      if (message instanceof HttpRequest head) take(head);
      if (phase == Phase.READING && message instanceof HttpContent content) take(content);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void take(HttpRequest head) {
    request = head;
    isLast = isFinishing || !HttpUtil.isKeepAlive(head);
    HttpResponseStatus refusal = HttpText.refusal(head);
    if (refusal != null) {
      refuse(refusal);
      return;
    }
    target = new QueryStringDecoder(head.uri());
    String path = target.path();
    route = served.routes.find(path);
    bodyBytes = 0;
    if (route != null && head.method().equals(HttpMethod.POST)) body = buffer(0);
    if (HttpUtil.getContentLength(head, 0L) > served.bodyBytesMax()) refuse(tooLarge());
    else if (HttpUtil.is100ContinueExpected(head)) channel().writeAndFlush(proceed());
  }

  private static FullHttpResponse proceed() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
  }

  private Status tooLarge() {
    return new Status(
        Code.RESOURCE_EXHAUSTED,
        "grpc: received message larger than max (" + served.messageBytesMax + ")");
  }

  private void take(HttpContent content) {
    if (content.decoderResult().isFailure()) {
      refuse(HttpResponseStatus.BAD_REQUEST);
      return;
    }
    int bytes = content.content().readableBytes();
    counters().add(Counters.BYTES_IN, bytes);
    bodyBytes += bytes;
    if (bodyBytes > served.bodyBytesMax()) {
      refuse(tooLarge());
    } else if (body != null && !port().arriving().tryTake(bytes)) {
      refuse(TOO_MUCH);
    } else {
      if (body != null) body.writeBytes(content.content());
      if (content instanceof LastHttpContent) handle();
    }
  }

  private void dropBody() {
    if (body == null) return;
    port().arriving().give(body.writerIndex());
    body.release();
    body = null;
  }

  // ---- what is asked for ----

  /// A request is there completely.
  private void handle() {
    enter(Phase.ANSWERING);
    if (request.method().equals(HttpMethod.OPTIONS)) {
      respond(HttpResponseStatus.OK, null, Unpooled.EMPTY_BUFFER);
    } else if (route != null) {
      if (body == null) notAllowed("POST");
      else if (route.method() == null) refuse(served.routes.unknown(route));
      else {
        enter(Phase.WAITING);
        beginIfRoom();
      }
    } else if (!served.pages.has(target.path())) {
      say(HttpResponseStatus.NOT_FOUND);
    } else if (!HttpText.isGet(request)) {
      notAllowed("GET, HEAD");
    } else {
      HttpRequest asked = request;
      served.pages.get(
          target.path(), target.parameters(), page -> lane().execute(() -> show(asked, page)));
    }
  }

  private void show(HttpRequest asked, HttpPages.Page page) {
    if (asked != request || phase != Phase.ANSWERING) return;
    respond(
        HttpResponseStatus.valueOf(page.code()), page.type(), Unpooled.wrappedBuffer(page.body()));
    drive();
  }

  private void beginIfRoom() {
    if (phase != Phase.WAITING || !port().isServing() || !acquireOrEnqueue()) return;
    enter(Phase.ANSWERING);
    Message message;
    try {
      message = JsonRequest.read(body, route.method().empty());
    } catch (JsonRequest.Malformed e) {
      refuse(new Status(Code.INVALID_ARGUMENT, e.getMessage()));
      return;
    } finally {
      dropBody();
    }
    if (message.getSerializedSize() > served.messageBytesMax) {
      refuse(tooLarge());
      return;
    }
    call = new JsonCall(this, route, message, HttpText.metadata(request.headers()));
    callers.find(call.metadata().token(), call::known);
  }

  // ---- what is said ----

  /// The answer to what cannot be read, with which the connection ends.
  private void refuse(HttpResponseStatus status) {
    isLast = true;
    say(status);
  }

  private void say(HttpResponseStatus status) {
    HttpPages.Page page = HttpPages.Page.text(status.code(), status.reasonPhrase() + "\n");
    respond(status, page.type(), Unpooled.wrappedBuffer(page.body()));
  }

  private void notAllowed(String allowed) {
    HttpResponse response = response(HttpResponseStatus.METHOD_NOT_ALLOWED);
    response.headers().set(HttpHeaderNames.ALLOW, allowed);
    HttpPages.Page page = HttpPages.Page.text(405, "Method Not Allowed\n");
    respond(response, page.type(), Unpooled.wrappedBuffer(page.body()));
  }

  /// An error in place of the answer.
  void refuse(Status status) {
    // As long as its end is not there no other request can be found behind it.
    if (phase == Phase.READING) isLast = true;
    ByteBuf out = buffer(64 + 2 * status.message().length());
    JsonText.write(out, status);
    respond(HttpResponseStatus.valueOf(status.code().http()), HttpText.JSON, out);
  }

  void answer(Message message) {
    ByteBuf out = buffer(JsonText.sizeHint(message));
    JsonText.write(out, message);
    respond(HttpResponseStatus.OK, HttpText.JSON, out);
  }

  private HttpResponse response(HttpResponseStatus status) {
    return new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
  }

  private void respond(HttpResponseStatus status, CharSequence type, ByteBuf out) {
    respond(response(status), type, out);
  }

  /// @param type of the body; null where there is none
  private void respond(HttpResponse response, CharSequence type, ByteBuf out) {
    if (type != null) response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, out.readableBytes());
    HttpText.complete(response, request, isLast);
    write(response);
    if (HttpText.isHead(request)) out.release();
    else write(new DefaultHttpContent(count(out)));
    write(LastHttpContent.EMPTY_LAST_CONTENT);
    answered();
  }

  /// Begins an answer of any number of messages.
  void beginStream(int code) {
    HttpResponse response = response(HttpResponseStatus.valueOf(code));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpText.JSON);
    if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) isLast = true;
    else response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    HttpText.complete(response, request, isLast);
    write(response);
  }

  void writeChunk(ByteBuf out) {
    write(new DefaultHttpContent(count(out)));
  }

  void endStream() {
    write(LastHttpContent.EMPTY_LAST_CONTENT);
    answered();
  }

  private ByteBuf count(ByteBuf out) {
    counters().add(Counters.BYTES_OUT, out.readableBytes());
    return out;
  }

  private void write(Object message) {
    channel().write(message, channel().voidPromise());
  }

  private void answered() {
    dropBody();
    call = null;
    request = null;
    route = null;
    if (phase == Phase.CLOSED) return;
    enter(isLast ? Phase.LEAVING : Phase.IDLE);
    if (isLast) GracefulClose.linger(channel());
  }

  // ---- for calls ----

  EventLoop loop() {
    return channel().eventLoop();
  }

  ByteBuf buffer(int bytes) {
    return channel().alloc().ioBuffer(Math.max(64, bytes));
  }

  boolean takesMore() {
    return channel().isWritable();
  }

  // ---- turns ----

  @Override
  public void drive() {
    if (phase == Phase.CLOSED) return;
    beginIfRoom();
    if (phase == Phase.IDLE) readHeld();
    channel().flush();
    boolean reads = requests.heldBytes() <= HELD_BYTES_MAX;
    if (channel().config().isAutoRead() != reads) channel().config().setAutoRead(reads);
    if (isFinishing && phase == Phase.IDLE) channel().close();
    else updateBufferedBytes();
  }

  private void readHeld() {
    try {
      requests.readHeld();
    } catch (Exception e) {
      broken(e);
    }
  }

  @Override
  protected void finish() {
    if (isFinishing || phase == Phase.CLOSED) return;
    isFinishing = true;
    isLast = true;
    if (phase == Phase.READING) channel().close();
    else if (phase == Phase.WAITING) refuse(STOPPED);
    else if (call != null && call.isStream()) call.stop(STOPPED);
    drive();
  }

  @Override
  protected long weightOfHeld() {
    return requests.heldBytes();
  }

  /// Closes the connection of a client that takes too long.
  private void look() {
    long now = System.nanoTime();
    long unsent = unsent();
    if (unsent != unsentBytes || unsent == 0) {
      unsentBytes = unsent;
      unsentNanos = now;
    }
    boolean isLate =
        phase == Phase.READING && isPast(now, sinceNanos, served.times.requestMillis)
            || phase == Phase.IDLE && isPast(now, sinceNanos, served.times.idleMillis)
            || unsent > 0 && isPast(now, unsentNanos, served.times.stuckMillis);
    if (isLate) Closing.abort(channel());
  }

  private static boolean isPast(long now, long sinceNanos, long millis) {
    return now - sinceNanos > TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private long unsent() {
    ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
    return pending == null ? 0 : pending.totalPendingWriteBytes() - pending.currentProgress();
  }

  // ---- the socket ----

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!channel().isWritable()) return;
    port().onProgress(this);
    if (call != null) call.tellReady();
    drive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    phase = Phase.CLOSED;
    looking.cancel(false);
    counters().add(Counters.CLOSED, 1);
    dropBody();
    if (call != null) call.cancel();
    call = null;
    updateBufferedBytes();
    port().closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    broken(cause);
  }
}
