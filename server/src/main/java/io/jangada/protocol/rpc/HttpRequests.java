package io.jangada.protocol.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.List;

/// Reads the requests of a [JsonConnection], one at a time: what came of the next is held as it is
/// until that before is answered.
final class HttpRequests extends HttpRequestDecoder {
  private static final int LINE_BYTES_MAX = 8 << 10;
  private static final int HEADERS_BYTES_MAX = 64 << 10;

  private final JsonConnection connection;
  private ChannelHandlerContext context;

  HttpRequests(JsonConnection connection) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setMaxHeaderSize(HEADERS_BYTES_MAX));
    this.connection = connection;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) throws Exception {
    super.handlerAdded(added);
    context = added;
  }

  @Override
  protected void decode(ChannelHandlerContext decoding, ByteBuf in, List<Object> out)
      throws Exception {
    switch (connection.startReading()) {
      case READ -> super.decode(decoding, in, out);
      case DROP -> in.skipBytes(in.readableBytes());
      case HOLD -> {}
    }
  }

  /// What is left of an ended connection is nothing that is still to be answered.
  @Override
  protected void decodeLast(ChannelHandlerContext decoding, ByteBuf in, List<Object> out) {
    in.skipBytes(in.readableBytes());
  }

  /// One of the two is a lie, and who stands between may believe the other.
  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    message.setDecoderResult(
        DecoderResult.failure(new IllegalArgumentException("both lengths are given")));
  }

  int heldBytes() {
    return actualReadableBytes();
  }

  /// Reads what is held, as far as that can be done now.
  void readHeld() throws Exception {
    if (heldBytes() > 0) channelRead(context, Unpooled.EMPTY_BUFFER);
  }
}
