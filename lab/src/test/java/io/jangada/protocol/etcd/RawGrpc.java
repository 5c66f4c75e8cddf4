package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.jangada.net.TlsContext;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A connection of a client that calls methods over gRPC and waits for what comes, with nothing
/// between it and the frames of HTTP/2. Its methods are for one thread.
///
///     try (RawGrpc client = RawGrpc.connect(address)) {
///       client.call("/etcdserverpb.KV/Put", put, PutResponse.getDefaultInstance());
///       var watch = client.open("/etcdserverpb.Watch/Watch", WatchResponse.getDefaultInstance());
///       watch.send(request);
///       WatchResponse answer = watch.next();
///     }
public final class RawGrpc implements AutoCloseable {
  /// How long an answer may take.
  public static final long PATIENCE_MILLIS = 20_000;

  private static final int PREFIX_BYTES = 5;
  private static final EventLoopGroup LOOP =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("raw-grpc", true), NioIoHandler.newFactory());

  /// How a call ended.
  ///
  /// @param code gRPC's number; -1 where the stream was reset or lost without one
  public record End(int code, String message) {
    public boolean isOk() {
      return code == 0;
    }
  }

  /// A call ended when there should have been an answer.
  public static final class EndedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient End end;

    EndedException(End end) {
      super(end.toString());
      this.end = end;
    }

    public End end() {
      return end;
    }
  }

  private final Channel channel;

  private RawGrpc(Channel channel) {
    this.channel = channel;
  }

  public static RawGrpc connect(InetSocketAddress address) {
    return connect(address, Http2Settings.defaultSettings());
  }

  /// @param settings what the client tells the server of itself, such as its window
  public static RawGrpc connect(InetSocketAddress address, Http2Settings settings) {
    return connect(address, settings, null);
  }

  public static RawGrpc connect(InetSocketAddress address, TlsContext tls) {
    return connect(address, Http2Settings.defaultSettings(), tls);
  }

  private static RawGrpc connect(
      InetSocketAddress address, Http2Settings settings, TlsContext tls) {
    var starting =
        new Bootstrap()
            .group(LOOP)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls != null)
                      channel
                          .pipeline()
                          .addLast(
                              tls.dialler(
                                  channel.alloc(), address.getHostString(), address.getPort()));
                    channel
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forClient().initialSettings(settings).build(),
                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                  }
                })
            .connect(address);
    return new RawGrpc(starting.syncUninterruptibly().channel());
  }

  /// Calls a method with one request and one answer.
  ///
  /// @param answer an empty one
  /// @param metadata names and values by turns
  /// @throws EndedException when it fails
  public <A extends Message> A call(String path, Message request, A answer, String... metadata) {
    Stream<A> stream = open(path, answer, metadata);
    stream.send(request);
    stream.halfClose();
    A got = stream.next();
    End end = stream.end();
    if (!end.isOk()) throw new EndedException(end);
    return got;
  }

  /// How a call with one request ends that is to fail.
  public End fail(String path, Message request, String... metadata) {
    Stream<Message> stream = open(path, request.getDefaultInstanceForType(), metadata);
    stream.send(request);
    stream.halfClose();
    return stream.end();
  }

  /// Begins a call.
  ///
  /// @param answer an empty one
  /// @param metadata names and values by turns
  public <A extends Message> Stream<A> open(String path, A answer, String... metadata) {
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .path(path)
            .authority("localhost")
            .set("content-type", "application/grpc")
            .set("te", "trailers");
    for (int i = 0; i < metadata.length; i += 2) headers.add(metadata[i], metadata[i + 1]);
    return open(headers, answer);
  }

  /// Begins a call with these header fields and no others.
  public <A extends Message> Stream<A> open(Http2Headers headers, A answer) {
    Stream<A> stream = new Stream<>(answer);
    stream.channel =
        new Http2StreamChannelBootstrap(channel)
            .handler(stream)
            .open()
            .syncUninterruptibly()
            .getNow();
    stream.channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
    return stream;
  }

  /// Whether the connection is there.
  public boolean isOpen() {
    return channel.isActive();
  }

  /// Whether it takes from its socket what the server sends.
  public void reads(boolean reads) {
    channel.config().setAutoRead(reads);
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
  }

  /// One call.
  ///
  /// @param <A> what the server sends
  public static final class Stream<A extends Message> extends ChannelInboundHandlerAdapter {
    private final A empty;

    /// Messages as bytes, then an [End].
    private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();

    private final ByteBuf partial = Unpooled.buffer();
    private Http2StreamChannel channel;
    private End end;

    private Stream(A empty) {
      this.empty = empty;
    }

    public void send(Message message) {
      send(0, message.getSerializedSize(), message.toByteArray());
    }

    /// Sends what may be no message.
    ///
    /// @param flag 1 for a compressed message
    /// @param size how long it is said to be
    public void send(int flag, int size, byte[] bytes) {
      ByteBuf out = Unpooled.buffer(PREFIX_BYTES + bytes.length);
      out.writeByte(flag).writeInt(size).writeBytes(bytes);
      channel.writeAndFlush(new DefaultHttp2DataFrame(out, false));
    }

    /// Sends no more.
    public void halfClose() {
      channel.writeAndFlush(new DefaultHttp2DataFrame(true));
    }

    /// Gives up.
    public void cancel() {
      channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
    }

    /// Whether it takes what the server sends: if not, the stream's window is soon used up.
    public void reads(boolean reads) {
      channel.config().setAutoRead(reads);
    }

    /// The next message.
    ///
    /// @throws EndedException when there is none any more
    public A next() {
      A next = next(PATIENCE_MILLIS);
      if (next == null) throw new AssertionError("nothing came in " + PATIENCE_MILLIS + " ms");
      return next;
    }

    /// The next message; null if none comes in time.
    ///
    /// @throws EndedException when there is none any more
    public A next(long millisMax) {
      Object one = poll(millisMax);
      if (one instanceof End) throw new EndedException(end);
      return one == null ? null : parse((ByteString) one);
    }

    /// How the call ended. Messages that come before are passed over.
    public End end() {
      long last = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      while (end == null) {
        long left = TimeUnit.NANOSECONDS.toMillis(last - System.nanoTime());
        if (poll(left) == null)
          throw new AssertionError("no end came in " + PATIENCE_MILLIS + " ms");
      }
      return end;
    }

    private Object poll(long millisMax) {
      if (end != null) return end;
      try {
        Object one = arrived.poll(millisMax, TimeUnit.MILLISECONDS);
        if (one instanceof End came) end = came;
        return one;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @SuppressWarnings("unchecked")
    private A parse(ByteString bytes) {
      try {
        return (A) empty.getParserForType().parseFrom(bytes);
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    // ---- on the loop ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
      switch (frame) {
        case Http2HeadersFrame headers -> {
          if (headers.isEndStream()) arrived.add(end(headers.headers()));
        }
        case Http2DataFrame data -> gather(data.content());
        default -> {}
      }
      ReferenceCountUtil.release(frame);
    }

    private void gather(ByteBuf data) {
      partial.discardReadBytes().writeBytes(data);
      while (partial.readableBytes() >= PREFIX_BYTES) {
        int size = partial.getInt(partial.readerIndex() + 1);
        if (partial.readableBytes() < PREFIX_BYTES + size) break;
        byte[] message = new byte[size];
        partial.skipBytes(PREFIX_BYTES).readBytes(message);
        arrived.add(ByteString.copyFrom(message));
      }
    }

    private static End end(Http2Headers headers) {
      CharSequence status = headers.get("grpc-status");
      if (status == null) return new End(-1, "HTTP status " + headers.status());
      CharSequence encoded = headers.get("grpc-message");
      // What is escaped is as in URLs, but for the plus sign.
      String message = encoded == null ? "" : encoded.toString().replace("+", "%2B");
      return new End(
          Integer.parseInt(status.toString()), URLDecoder.decode(message, StandardCharsets.UTF_8));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof Http2ResetFrame reset)
        arrived.add(new End(-1, "reset with error " + reset.errorCode()));
      ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      arrived.add(new End(-1, "the connection or the stream is closed"));
    }
  }
}
