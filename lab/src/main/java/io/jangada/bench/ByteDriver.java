package io.jangada.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/// A protocol of plain bytes: requests gather in one buffer until the next flush.
public abstract class ByteDriver implements ProtocolDriver {
  private static final int BUFFER_BYTES = 16 << 10;

  private ChannelHandlerContext context;
  private ByteBuf out;

  @Override
  public void open(ChannelHandlerContext context, Runnable ready) {
    this.context = context;
    ready.run();
  }

  /// Where the next request is to be written.
  protected final ByteBuf out() {
    if (out == null) out = context.alloc().directBuffer(BUFFER_BYTES);
    return out;
  }

  @Override
  public final void flush() {
    if (out == null) return;
    context.writeAndFlush(out, context.voidPromise());
    out = null;
  }
}
