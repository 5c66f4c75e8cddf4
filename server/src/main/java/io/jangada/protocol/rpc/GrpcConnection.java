package io.jangada.protocol.rpc;

import io.jangada.protocol.port.Client;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.GracefulClose;
import io.jangada.protocol.port.PortState;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// A client's connection over HTTP/2, and the calls on it.
///
/// A call of one request that cannot be begun yet waits, and the socket is not read meanwhile. That
/// is so while too much is asked of the replica, on this connection or on all of them. While the
/// client does not take its answers no more calls are begun, but the socket is read: what the
/// client does take is said there.
public final class GrpcConnection extends Client {
  /// How many calls one connection may have at a time: beyond, HTTP/2 refuses a stream.
  private static final int STREAMS_MAX = 16_384;

  /// How much is held for a client that does not take it before no more calls are begun.
  private static final int HELD_BYTES_MAX = 4 << 20;

  /// How many calls wait of a client that does not take its answers.
  private static final int WAITING_MAX = 256;

  /// One connection has this part of the room for messages that are not whole, or whose calls are
  /// not begun.
  private static final int ARRIVING_PARTS = 4;

  private static final int READY_PER_TURN = 64;
  private static final long LEADER_MILLIS = 250;
  private static final Status STOPPED = new Status(Code.UNAVAILABLE, "etcdserver: server stopped");

  private final Methods methods;
  private final int messageBytesMax;
  private final Http2ConnectionHandler http2;
  private final Http2Connection.PropertyKey key;
  private final Callers callers;
  private final SequencedSet<GrpcCall> waiting = new LinkedHashSet<>();

  /// Calls that came before there was a replica that knows users.
  private final SequencedSet<GrpcCall> unidentified = new LinkedHashSet<>(0);

  private final SequencedSet<GrpcCall> maybeReady = new LinkedHashSet<>();

  /// Calls that last, of clients that want a leader.
  private final SequencedSet<GrpcCall> needLeader = new LinkedHashSet<>();

  /// Whether it is looked after a while whether there is one.
  private boolean isLooking;

  private ChannelHandlerContext context;
  private int calls;
  private int begun;
  private long heldBytes;
  private long arrivingBytes;

  /// Whether calls were told that the connection takes no more.
  private boolean wasFull;

  private boolean isFinishing;
  private boolean isClosed;

  public GrpcConnection(PortState port, ReplyBatcher lane, DuplexChannel channel, Served served) {
    super(port, lane, channel);
    this.methods = served.methods;
    this.messageBytesMax = served.messageBytesMax;
    Frames frames = new Frames();
    this.http2 = Http2Setup.handler(frames, STREAMS_MAX);
    http2.connection().addListener(frames);
    this.callers = new Callers(this, channel);
    this.key = http2.connection().newKey();
  }

  /// What is served.
  ///
  /// @param messageBytesMax the longest message that is read
  public record Served(Methods methods, int messageBytesMax) {}

  /// Adds the handlers to the channel's pipeline.
  public void begin() {
    channel().pipeline().addLast(http2, this);
    context = channel().pipeline().context(http2);
    counters().add(Counters.OPENED, 1);
    port().opened(this);
  }

  // ---- for calls ----

  EventLoop loop() {
    return channel().eventLoop();
  }

  int messageBytesMax() {
    return messageBytesMax;
  }

  ByteBuf buffer(int bytes) {
    return channel().alloc().ioBuffer(bytes);
  }

  void writeHeaders(Http2Stream stream, Http2Headers headers) {
    http2.encoder().writeHeaders(context, stream.id(), headers, 0, false, context.newPromise());
  }

  void writeData(GrpcCall call, ByteBuf data, int bytes) {
    heldBytes += bytes;
    wasFull |= !takesMore();
    counters().add(Counters.BYTES_OUT, bytes);
    ChannelPromise written = context.newPromise();
    written.addListener(
        _ -> {
          heldBytes -= bytes;
          call.written(bytes);
          if (wasFull && heldBytes < HELD_BYTES_MAX / 2) tellAll();
        });
    http2.encoder().writeData(context, call.stream().id(), data, 0, false, written);
  }

  /// Writes what a call ends with.
  ///
  /// @param resets whether the client is told after it that it need not send more
  void writeEnd(Http2Stream stream, Http2Headers headers, boolean resets) {
    ChannelPromise written = context.newPromise();
    // What was written before may wait for the client: a reset would overtake it.
    if (resets) written.addListener(_ -> reset(stream));
    http2.encoder().writeHeaders(context, stream.id(), headers, 0, true, written);
  }

  private void reset(Http2Stream stream) {
    http2.resetStream(context, stream.id(), Http2Error.NO_ERROR.code(), context.newPromise());
    planTurn();
  }

  /// Counts what arrives and is not begun. Returns false when it is too much, here or of all.
  boolean takeArriving(int bytes) {
    long max = port().limits().together().arrivingBytesMax() / ARRIVING_PARTS;
    max = Math.max(max, messageBytesMax);
    if (arrivingBytes + bytes > max || !port().arriving().tryTake(bytes)) return false;
    arrivingBytes += bytes;
    return true;
  }

  void giveArriving(int bytes) {
    arrivingBytes -= bytes;
    port().arriving().give(bytes);
  }

  boolean takesMore() {
    return heldBytes < HELD_BYTES_MAX;
  }

  /// All calls may send again.
  private void tellAll() {
    wasFull = false;
    maybeReady.addAll(open());
    planTurn();
  }

  void lookWhoIsReady(GrpcCall call) {
    maybeReady.add(call);
    planTurn();
  }

  void beginOrWait(GrpcCall call) {
    if (waiting.isEmpty() && acquireRoom()) begin(call);
    else if (takesMore() || waiting.size() < WAITING_MAX) waiting.add(call);
    // The client asks on, and takes no answers: what it takes is said on the socket that it asks
    // by.
    else call.end(new Status(Code.RESOURCE_EXHAUSTED, "etcdserver: too many requests"));
  }

  private boolean acquireRoom() {
    return port().isServing()
        && begun < port().limits().perConnection().commandsMax()
        && heldBytes < HELD_BYTES_MAX
        && acquireOrEnqueue();
  }

  private void begin(GrpcCall call) {
    begun++;
    call.begin();
  }

  /// A call that was begun counts no more.
  void lasts() {
    begun--;
    planTurn();
  }

  void over(GrpcCall call) {
    calls--;
    if (call.isBegun()) begun--;
    maybeReady.remove(call);
    waiting.remove(call);
    unidentified.remove(call);
    needLeader.remove(call);
    call.stream().removeProperty(key);
  }

  void watchLeader(GrpcCall call) {
    needLeader.add(call);
    if (isLooking) return;
    isLooking = true;
    later(this::lookForLeader, LEADER_MILLIS);
  }

  private void lookForLeader() {
    for (GrpcCall call : List.copyOf(needLeader)) call.endWithoutLeader();
    isLooking = !needLeader.isEmpty() && !isClosed;
    if (isLooking) later(this::lookForLeader, LEADER_MILLIS);
  }

  // ---- turns ----

  @Override
  public void drive() {
    if (isClosed) return;
    while (!unidentified.isEmpty() && port().isServing()) identify(unidentified.removeFirst());
    while (!waiting.isEmpty() && acquireRoom()) begin(waiting.removeFirst());
    for (int i = 0; i < READY_PER_TURN && !maybeReady.isEmpty() && takesMore(); i++)
      maybeReady.removeFirst().tellReady();
    if (!maybeReady.isEmpty() && takesMore()) planTurn();
    http2.flush(context);
    boolean reads = waiting.isEmpty() || !takesMore();
    if (channel().config().isAutoRead() != reads) channel().config().setAutoRead(reads);
    if (isFinishing && calls == 0) GracefulClose.close(channel());
    else updateBufferedBytes();
  }

  @Override
  protected void finish() {
    if (isFinishing || isClosed) return;
    isFinishing = true;
    http2.goAway(
        context,
        Integer.MAX_VALUE,
        Http2Error.NO_ERROR.code(),
        Unpooled.EMPTY_BUFFER,
        context.newPromise());
    for (GrpcCall call : open()) if (!call.isBegun()) call.stop(STOPPED);
    drive();
  }

  private List<GrpcCall> open() {
    List<GrpcCall> open = new ArrayList<>();
    try {
      http2
          .connection()
          .forEachActiveStream(
              stream -> {
                GrpcCall call = stream.getProperty(key);
                if (call != null) open.add(call);
                return true;
              });
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
    return open;
  }

  /// What is held when all was flushed waits for the window of a stream.
  @Override
  protected boolean isHeldUp() {
    return !isClosed && heldBytes > 0;
  }

  @Override
  protected long weightOfHeld() {
    return heldBytes;
  }

  // ---- the socket ----

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext last) {
    if (!channel().isWritable()) return;
    port().onProgress(this);
    drive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext last) {
    isClosed = true;
    counters().add(Counters.CLOSED, 1);
    for (GrpcCall call : open()) call.cancel();
    updateBufferedBytes();
    port().closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext last, Throwable cause) {
    broken(cause);
  }

  /// What HTTP/2 says.
  private final class Frames extends Http2EventAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext http2Context,
        int id,
        Http2Headers headers,
        int streamDependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean ends) {
      onHeadersRead(http2Context, id, headers, padding, ends);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext http2Context,
        int id,
        Http2Headers headers,
        int padding,
        boolean ends) {
      Http2Stream stream = http2.connection().stream(id);
      GrpcCall call = stream.getProperty(key);
      if (call == null && !stream.isTrailersReceived()) call = open(stream, headers);
      if (call != null && ends) call.endOfData();
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext http2Context, int id, ByteBuf data, int padding, boolean ends) {
      int bytes = data.readableBytes() + padding;
      counters().add(Counters.BYTES_IN, bytes);
      GrpcCall call = http2.connection().stream(id).getProperty(key);
      if (call != null) {
        call.data(data);
        if (ends) call.endOfData();
      }
      return bytes;
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      GrpcCall call = stream.getProperty(key);
      if (call != null) call.cancel();
    }
  }

  /// A new call; null when it is refused.
  private GrpcCall open(Http2Stream stream, Http2Headers headers) {
    CharSequence type = headers.get(GrpcText.CONTENT_TYPE);
    if (!AsciiString.contentEquals("POST", headers.method())) return refuse(stream, "405");
    if (!GrpcText.isGrpc(type)) return refuse(stream, "415");
    if (headers.path() == null) return refuse(stream, "400");
    String path = headers.path().toString();
    Method<?> method = methods.find(path);
    if (method == null) return refuse(stream, methods.unknown(path));
    CharSequence encoding = headers.get(GrpcText.ENCODING);
    if (encoding != null && !AsciiString.contentEquals(encoding, GrpcText.IDENTITY))
      return refuse(
          stream,
          new Status(
              Code.UNIMPLEMENTED,
              "grpc: Decompressor is not installed for grpc-encoding \"" + encoding + "\""));
    if (isFinishing) return refuse(stream, STOPPED);
    calls++;
    GrpcCall call = new GrpcCall(this, stream, method, GrpcText.metadata(headers::get));
    stream.setProperty(key, call);
    if (port().isServing()) identify(call);
    else unidentified.add(call);
    return call;
  }

  private void identify(GrpcCall call) {
    callers.find(call.metadata().token(), call::known);
  }

  private GrpcCall refuse(Http2Stream stream, Status status) {
    writeEnd(stream, GrpcText.headersAndTrailers(status), false);
    return null;
  }

  private GrpcCall refuse(Http2Stream stream, String httpStatus) {
    writeEnd(stream, new DefaultHttp2Headers().status(httpStatus), false);
    return null;
  }
}
