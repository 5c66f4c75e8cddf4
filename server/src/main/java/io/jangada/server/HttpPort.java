package io.jangada.server;

import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/// The HTTP port: it listens, and bounds what its clients can hold. Each connection has so much
/// time for its request, for taking the answer, and for asking again; beyond the most connections
/// there may be, the oldest that has not asked yet is closed for the next.
///
/// It has a loop of its own, so that it can report that the process is alive however busy clients
/// and replica are. Everything here happens on that loop.
final class HttpPort implements AutoCloseable {
  private static final int BACKLOG = 256;
  private static final long CLOSE_MILLIS_MAX = 1_000;
  private static final int LINE_BYTES_MAX = 4 << 10;
  private static final int HEADERS_BYTES_MAX = 16 << 10;

  /// @param connectionsMax how many there may be at a time
  /// @param requestMillis for a request, from the connection's beginning or its own, to its end
  /// @param idleMillis until the next request begins
  /// @param answerMillis for the client to take an answer
  record Limits(int connectionsMax, int requestMillis, int idleMillis, int answerMillis) {
    static final Limits DEFAULT = new Limits(256, 5_000, 30_000, 10_000);

    Limits withConnectionsMax(int connectionsMax) {
      return new Limits(connectionsMax, requestMillis, idleMillis, answerMillis);
    }
  }

  private final Loops loops;
  private final HttpEndpoint endpoint;
  private final Limits limits;
  private final Channel listener;

  /// Those whose request is not there, those that were answered and wait for another, and those
  /// whose answer is being made or sent; each with the oldest first.
  private final SequencedSet<HttpConnection> asking = new LinkedHashSet<>();

  private final SequencedSet<HttpConnection> idle = new LinkedHashSet<>();
  private final SequencedSet<HttpConnection> answering = new LinkedHashSet<>();

  private HttpPort(InetSocketAddress listen, HttpEndpoint endpoint, Limits limits, PortGate gate)
      throws IOException {
    this.endpoint = endpoint;
    this.limits = limits;
    this.loops = new Loops("http", 1);
    var bound =
        loops
            .listener("HTTP")
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(gate.handler(this::accept))
            .bind(listen)
            .awaitUninterruptibly();
    listener = bound.channel();
    if (bound.isSuccess()) return;
    close();
    throw new IOException(
        "cannot listen on " + HostPort.text(listen) + ": " + bound.cause().getMessage(),
        bound.cause());
  }

  /// Begins to listen. The endpoint is closed with the port.
  ///
  /// @param gate what connections pass first
  /// @throws IOException when it cannot; the message says where and why
  static HttpPort start(
      InetSocketAddress listen, HttpEndpoint endpoint, Limits limits, PortGate gate)
      throws IOException {
    return new HttpPort(listen, endpoint, limits, gate);
  }

  private void accept(SocketChannel channel) {
    var decoding =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setMaxHeaderSize(HEADERS_BYTES_MAX);
    HttpConnection connection = new HttpConnection(this, channel);
    channel.closeFuture().addListener(_ -> forget(connection));
    channel.pipeline().addLast(connection.clock(), new HttpServerCodec(decoding), connection);
    moveToAsking(connection);
    if (asking.size() + idle.size() + answering.size() <= limits.connectionsMax) return;
    SequencedSet<HttpConnection> from = asking.size() > 1 || idle.isEmpty() ? asking : idle;
    from.getFirst().close();
  }

  HttpEndpoint endpoint() {
    return endpoint;
  }

  Limits limits() {
    return limits;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /// A request begins, or is awaited of a new connection.
  void moveToAsking(HttpConnection connection) {
    forget(connection);
    asking.add(connection);
  }

  /// A request is there.
  void moveToAnswering(HttpConnection connection) {
    forget(connection);
    answering.add(connection);
  }

  /// An answer was taken. Another request may come, or the client may leave.
  void moveToIdle(HttpConnection connection) {
    forget(connection);
    idle.add(connection);
  }

  private void forget(HttpConnection connection) {
    asking.remove(connection);
    idle.remove(connection);
    answering.remove(connection);
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly(CLOSE_MILLIS_MAX);
    loops.close();
    endpoint.close();
  }
}
