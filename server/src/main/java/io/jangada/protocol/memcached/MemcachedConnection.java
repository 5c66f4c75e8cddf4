package io.jangada.protocol.memcached;

import io.jangada.protocol.port.CommandConnection;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.DuplexChannel;
import java.nio.charset.StandardCharsets;

/// One client's connection.
final class MemcachedConnection extends CommandConnection {
  private final MemcachedListener listener;
  private final boolean isBeyondMax;

  MemcachedConnection(
      MemcachedListener listener, ReplyBatcher lane, DuplexChannel channel, boolean isBeyondMax) {
    super(listener.port(), lane, channel);
    this.listener = listener;
    this.isBeyondMax = isBeyondMax;
  }

  @Override
  protected boolean beginNext(ByteBuf read) {
    int end = read.indexOf(read.readerIndex(), read.writerIndex(), (byte) '\n');
    if (end < 0) return false;
    String line = read.readString(end + 1 - read.readerIndex(), StandardCharsets.US_ASCII);
    boolean isKnown = line.trim().equalsIgnoreCase("version") && !isBeyondMax;
    answer(
        new MemcachedSlot(
            this, isKnown ? "VERSION " + listener.settings().clients().release() : "ERROR"));
    return true;
  }
}
