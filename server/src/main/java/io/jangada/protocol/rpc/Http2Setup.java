package io.jangada.protocol.rpc;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Settings;

/// The handler that speaks HTTP/2, with this port's limits.
final class Http2Setup
    extends AbstractHttp2ConnectionHandlerBuilder<Http2ConnectionHandler, Http2Setup> {
  /// What a client may send of a call's header fields: tokens can be long.
  private static final int HEADERS_BYTES_MAX = 16 << 10;

  private static final int WINDOW_BYTES = 256 << 10;

  /// Clients cancel calls by resetting their streams. One that does it this often is cut off.
  private static final int RESETS_MAX = 20_000;

  private static final int RESETS_SECONDS = 30;

  private Http2Setup() {}

  static Http2ConnectionHandler handler(Http2FrameListener listener, int streamsMax) {
    return new Http2Setup()
        .server(true)
        .frameListener(listener)
        .initialSettings(
            new Http2Settings()
                .maxConcurrentStreams(streamsMax)
                .initialWindowSize(WINDOW_BYTES)
                .maxHeaderListSize(HEADERS_BYTES_MAX))
        .decoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
        .encoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
        .decoupleCloseAndGoAway(true)
        .build();
  }

  @Override
  protected Http2ConnectionHandler build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    return new Handler(decoder, encoder, settings);
  }

  private static final class Handler extends Http2ConnectionHandler {
    Handler(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      super(decoder, encoder, settings);
    }
  }
}
