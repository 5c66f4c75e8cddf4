package io.jangada.otherstores;

import io.jangada.bench.Contents;
import io.jangada.bench.OpType;
import io.jangada.bench.ProtocolDriver;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.AsciiString;
import java.util.IdentityHashMap;
import java.util.Map;

/// `Put` and `Range` of etcd's `KV` service over gRPC: every request is a stream of HTTP/2, and
/// they are answered in any order. Ranges are linearizable unless they say otherwise; one of many
/// keys begins with a key, has no end, and has a limit.
final class EtcdDriver implements ProtocolDriver {
  private static final AsciiString PUT = AsciiString.of("/etcdserverpb.KV/Put");
  private static final AsciiString RANGE = AsciiString.of("/etcdserverpb.KV/Range");
  private static final AsciiString GRPC = AsciiString.of("application/grpc");
  private static final AsciiString POST = AsciiString.of("POST");
  private static final AsciiString HTTP = AsciiString.of("http");
  private static final AsciiString TRAILERS = AsciiString.of("trailers");
  private static final AsciiString TE = AsciiString.of("te");
  private static final AsciiString CONTENT_TYPE = AsciiString.of("content-type");
  private static final AsciiString STATUS = AsciiString.of("grpc-status");
  private static final AsciiString MESSAGE = AsciiString.of("grpc-message");
  private static final AsciiString DONE = AsciiString.of("0");
  private static final int WINDOW_BYTES = 1 << 20;

  /// Before each message: one byte, 0 for one that is not compressed, and four for its length.
  private static final int PREFIX_BYTES = 5;

  private static final int KEY = 1;
  private static final int VALUE = 2;
  private static final int RANGE_END = 2;
  private static final int LIMIT = 3;
  private static final byte[] NO_END = new byte[1];

  private record Asked(int slot, OpType verb, long key) {}

  private final Contents contents;
  private final byte[] key;
  private final byte[] value;
  private final Http2FrameCodec codec =
      Http2FrameCodecBuilder.forClient()
          .initialSettings(
              Http2Settings.defaultSettings().initialWindowSize(WINDOW_BYTES).pushEnabled(false))
          .build();

  /// Which alone can make streams.
  private final Http2ChannelDuplexHandler streams = new Http2ChannelDuplexHandler() {};

  private final Map<Http2FrameStream, Asked> asked = new IdentityHashMap<>();
  private final Map<Http2FrameStream, Boolean> values = new IdentityHashMap<>();

  /// How long the answers to ranges are as far as they have come.
  private final Map<Http2FrameStream, Integer> lengths = new IdentityHashMap<>();

  private final int rangeKeys;
  private ChannelHandlerContext context;
  private AsciiString authority;
  private Runnable ready;

  /// @param rangeKeys how many keys a range has
  EtcdDriver(Contents contents, int rangeKeys) {
    this.contents = contents;
    this.rangeKeys = rangeKeys;
    key = new byte[contents.keyBytes()];
    value = new byte[contents.valueBytes()];
    contents.value(0, value, 0);
  }

  @Override
  public void prepare(ChannelPipeline pipeline) {
    pipeline.addLast(codec, streams);
  }

  @Override
  public void open(ChannelHandlerContext context, Runnable ready) {
    this.context = context;
    this.ready = ready;
    authority =
        AsciiString.of(context.channel().remoteAddress().toString().replaceFirst(".*/", ""));
  }

  @Override
  public void send(int slot, OpType verb, long number) {
    Http2FrameStream stream = streams.newStream();
    asked.put(stream, new Asked(slot, verb, number));
    Http2Headers headers =
        new DefaultHttp2Headers(false)
            .method(POST)
            .scheme(HTTP)
            .authority(authority)
            .path(verb == OpType.SET ? PUT : RANGE)
            .add(CONTENT_TYPE, GRPC)
            .add(TE, TRAILERS);
    context.write(new DefaultHttp2HeadersFrame(headers, false).stream(stream));
    context.write(new DefaultHttp2DataFrame(message(verb, number), true).stream(stream));
  }

  private ByteBuf message(OpType verb, long number) {
    ByteBuf out = context.alloc().buffer(PREFIX_BYTES + 16 + key.length + value.length);
    out.writeByte(0).writeInt(0);
    contents.key(verb == OpType.RANGE ? OpType.GET : verb, number, key, 0);
    Protobuf.writeBytes(out, KEY, key);
    if (verb == OpType.SET) {
      contents.rename(value, 0, key, 0);
      Protobuf.writeBytes(out, VALUE, value);
    } else if (verb == OpType.RANGE) {
      Protobuf.writeBytes(out, RANGE_END, NO_END);
      Protobuf.writeNumber(out, LIMIT, rangeKeys);
    }
    return out.setInt(1, out.readableBytes() - PREFIX_BYTES);
  }

  @Override
  public void flush() {
    context.flush();
  }

  @Override
  public void receive(Object message, Answers answers) {
    switch (message) {
      case Http2SettingsFrame _ -> begin();
      case Http2DataFrame data -> receiveData(data);
      case Http2HeadersFrame headers -> receiveHeaders(headers, answers);
      case Http2ResetFrame reset -> {
        Asked which = asked.remove(reset.stream());
        values.remove(reset.stream());
        if (which != null) answers.refused(which.slot, "a stream was reset: " + reset.errorCode());
      }
      default -> {}
    }
  }

  private void begin() {
    if (ready == null) return;
    ready.run();
    ready = null;
  }

  private void receiveData(Http2DataFrame data) {
    Asked which = asked.get(data.stream());
    if (which != null && which.verb == OpType.RANGE)
      lengths.merge(data.stream(), data.content().readableBytes(), Integer::sum);
    if (which != null && which.verb == OpType.GET)
      values.merge(data.stream(), isValue(which, data.content()), (a, b) -> false);
    int bytes = data.initialFlowControlledBytes();
    if (bytes > 0) context.write(new DefaultHttp2WindowUpdateFrame(bytes).stream(data.stream()));
  }

  /// Whether a reply to `Range` has the right value, of the one key that was asked for. Replies
  /// here come in one frame each.
  private boolean isValue(Asked which, ByteBuf data) {
    ByteBuf found = Protobuf.rangeValue(data.skipBytes(PREFIX_BYTES));
    return found != null && contents.isRight(which.key, found);
  }

  private void receiveHeaders(Http2HeadersFrame frame, Answers answers) {
    if (!frame.isEndStream()) return;
    Asked which = asked.remove(frame.stream());
    Boolean isRight = values.remove(frame.stream());
    Integer length = lengths.remove(frame.stream());
    if (which == null) throw new IllegalStateException("a reply that nothing asked for");
    CharSequence status = frame.headers().get(STATUS);
    if (!DONE.contentEquals(status == null ? "" : status))
      answers.refused(which.slot, which.verb + ": " + status + " " + frame.headers().get(MESSAGE));
    else if (which.verb == OpType.GET && !Boolean.TRUE.equals(isRight))
      answers.wrong(which.slot, "GET answered another value");
    else if (which.verb == OpType.RANGE && (length == null || length < leastBytes()))
      answers.wrong(which.slot, "RANGE answered " + length + " bytes");
    else answers.right(which.slot);
  }

  /// A range may begin near the last key.
  private int leastBytes() {
    return key.length + value.length;
  }
}
