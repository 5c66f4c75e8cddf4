package io.jangada.protocol.redis;

import io.jangada.node.Outcome;
import io.jangada.protocol.port.CommandSlot;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// The place of one command's reply.
final class RedisSlot extends CommandSlot {
  private final byte[] line;

  RedisSlot(RedisConnection connection, String line) {
    super(connection, connection.caller(), 0);
    this.line = (line + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  protected int keyCount() {
    return 0;
  }

  @Override
  protected boolean isWriting() {
    return false;
  }

  @Override
  protected int keyHash(int which) {
    throw new IllegalStateException("no key " + which);
  }

  @Override
  protected void submit() {
    answered();
  }

  @Override
  protected int sizeMax() {
    return line.length;
  }

  @Override
  protected void write(ByteBuf out) {
    out.writeBytes(line);
  }

  @Override
  public void accept(Outcome outcome) {
    answered();
  }
}
