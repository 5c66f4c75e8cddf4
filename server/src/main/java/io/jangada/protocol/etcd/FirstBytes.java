package io.jangada.protocol.etcd;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/// Looks at what a client says first, and leaves: HTTP/2 begins with `PRI `, everything else is
/// HTTP/1.1.
final class FirstBytes extends ByteToMessageDecoder {
  private static final int PREFACE = 'P' << 24 | 'R' << 16 | 'I' << 8 | ' ';

  private final Runnable http2;

  /// @param http2 adds the handlers of HTTP/2 to the pipeline
  FirstBytes(Runnable http2) {
    this.http2 = http2;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < Integer.BYTES) return;
    if (in.getInt(in.readerIndex()) == PREFACE) http2.run();
    else context.close();
    // What was read is passed on to the handlers that stand behind.
    context.pipeline().remove(this);
  }
}
