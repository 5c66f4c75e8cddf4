package io.jangada.server;

import io.jangada.net.Closing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// One connection of the HTTP port: a request, its answer, and so on. On the port's event loop.
///
/// A request's body is thrown away as it comes. Nothing is read while an answer is made or sent; of
/// a client that does not wait for it the next requests are thrown away and the connection is
/// closed after the answer.
final class HttpConnection extends SimpleChannelInboundHandler<HttpObject> {
  private static final long BODY_BYTES_MAX = 64 << 10;

  /// How long a client may take to read the last answer and close.
  private static final long LINGER_MILLIS = 1_000;

  /// Where a connection stands.
  private enum Phase {
    /// A request is awaited, or there is some of it.
    ASKING,
    /// The answer is made or sent.
    ANSWERING,
    /// It was answered; nothing of another request is there.
    IDLE,
    /// The last answer is sent; what still comes is thrown away.
    LEAVING
  }

  private final HttpPort port;
  private final SocketChannel channel;
  private Phase phase = Phase.ASKING;
  private ScheduledFuture<?> deadline;
  private HttpRequest request;
  private long bodyBytes;
  private boolean isLast;

  HttpConnection(HttpPort port, SocketChannel channel) {
    this.port = port;
    this.channel = channel;
  }

  /// Stands before the decoder and sees when a request begins.
  ChannelHandler clock() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        if (phase == Phase.IDLE) begin();
        if (phase == Phase.LEAVING) ((ByteBuf) message).release();
        else context.fireChannelRead(message);
      }
    };
  }

  void close() {
    channel.close();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    begin();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    phase = Phase.LEAVING;
    if (deadline != null) deadline.cancel(false);
  }

  /// A client that sends no more still gets the answer to what it sent.
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!Closing.isInputEnd(event)) return;
    isLast = true;
    if (phase != Phase.ANSWERING) channel.close();
  }

  private void begin() {
    phase = Phase.ASKING;
    port.moveToAsking(this);
    closeAfter(port.limits().requestMillis());
  }

  /// Closes the connection after that time; a further call sets the time anew.
  private void closeAfter(long millis) {
    if (deadline != null) deadline.cancel(false);
    deadline = channel.eventLoop().schedule(this::close, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    if (phase == Phase.LEAVING) return;
    if (phase == Phase.ANSWERING) {
      isLast = true;
      return;
    }
    if (phase == Phase.IDLE) begin();
    if (message.decoderResult().isFailure()) {
      request = null;
      handle(HttpEndpoint.Answer.text(400, "malformed request"));
      return;
    }
    if (message instanceof HttpRequest head) take(head);
    if (phase == Phase.ASKING && message instanceof HttpContent content) take(content);
  }

  private void take(HttpRequest head) {
    request = head;
    bodyBytes = 0;
    isLast = !HttpUtil.isKeepAlive(head);
    if (!HttpUtil.is100ContinueExpected(head)) return;
    if (HttpUtil.getContentLength(head, 0L) > BODY_BYTES_MAX) handle(tooLarge());
    else channel.writeAndFlush(withoutBody(HttpResponseStatus.CONTINUE));
  }

  private void take(HttpContent content) {
    bodyBytes += content.content().readableBytes();
    if (content instanceof LastHttpContent) handle();
    else if (bodyBytes > BODY_BYTES_MAX) handle(tooLarge());
  }

  private HttpEndpoint.Answer tooLarge() {
    return isRead() ? HttpEndpoint.Answer.text(413, "request too large") : unknownMethod();
  }

  private static HttpEndpoint.Answer unknownMethod() {
    return HttpEndpoint.Answer.text(405, "only GET and HEAD are allowed");
  }

  private boolean isRead() {
    return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
  }

  /// The answer to what cannot be carried out; the connection ends with it.
  private void handle(HttpEndpoint.Answer refusal) {
    isLast = true;
    startAnswering();
    send(refusal);
  }

  /// A request is there completely.
  private void handle() {
    startAnswering();
    if (!isRead()) {
      send(unknownMethod());
      return;
    }
    String path;
    try {
      path = new URI(request.uri()).getPath();
    } catch (URISyntaxException e) {
      path = null;
    }
    if (path == null) send(HttpEndpoint.Answer.text(400, "malformed path"));
    else port.endpoint().handle(path, answer -> channel.eventLoop().execute(() -> send(answer)));
  }

  private void startAnswering() {
    phase = Phase.ANSWERING;
    port.moveToAnswering(this);
    closeAfter(port.limits().answerMillis());
    channel.config().setAutoRead(false);
  }

  private void send(HttpEndpoint.Answer answer) {
    if (phase != Phase.ANSWERING || !channel.isActive()) return;
    closeAfter(port.limits().answerMillis());
    boolean bodiless = request != null && request.method().equals(HttpMethod.HEAD);
    ByteBuf body = bodiless ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body());
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.code()), body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, answer.type())
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length)
        .set(HttpHeaderNames.DATE, now())
        // What a page of elsewhere embeds is not to be taken for a script.
        .set("X-Content-Type-Options", "nosniff");
    if (answer.code() == 405) response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    if (isLast) response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0))
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    ChannelFuture sent = channel.writeAndFlush(response);
    sent.addListener(_ -> sent());
  }

  private static String now() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
  }

  private static FullHttpResponse withoutBody(HttpResponseStatus status) {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
  }

  private void sent() {
    if (!channel.isActive()) return;
    channel.config().setAutoRead(true);
    port.moveToIdle(this);
    request = null;
    phase = isLast ? Phase.LEAVING : Phase.IDLE;
    closeAfter(isLast ? LINGER_MILLIS : port.limits().idleMillis());
    if (channel.isInputShutdown()) channel.close();
    else if (isLast) Closing.shutdownOutput(channel);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    channel.close();
  }
}
