package io.jangada.protocol.etcd;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Looks at what a client says first, and leaves: HTTP/2 begins with `PRI `, everything else is
/// HTTP/1.1. A client that says nothing for a while is closed.
final class FirstBytes extends ByteToMessageDecoder {
  private static final int PREFACE = 'P' << 24 | 'R' << 16 | 'I' << 8 | ' ';

  private static final long SILENT_MILLIS_MAX = 30_000;

  private final Runnable http2;
  private final Runnable http1;
  private Future<?> deadline;

  /// @param http2 adds the handlers of HTTP/2 to the pipeline
  /// @param http1 adds those of HTTP/1.1
  FirstBytes(Runnable http2, Runnable http1) {
    this.http2 = http2;
    this.http1 = http1;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    deadline =
        context
            .executor()
            .schedule(() -> context.close(), SILENT_MILLIS_MAX, TimeUnit.MILLISECONDS);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    deadline.cancel(false);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < Integer.BYTES) return;
    if (in.getInt(in.readerIndex()) == PREFACE) http2.run();
    else http1.run();
    // What was read is passed on to the handlers that stand behind.
    context.pipeline().remove(this);
  }
}
