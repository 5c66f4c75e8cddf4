package io.jangada.protocol.memcached;

import io.jangada.node.Outcome;
import io.jangada.node.Status;
import io.jangada.protocol.port.CommandSlot;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;

/// The place of the reply to `stats`. It is made when it is its turn, and so tells of all commands
/// that were sent before it.
final class StatsSlot extends CommandSlot {
  private static final int BYTES_MAX = 4 << 10;

  private final MemcachedConnection connection;
  private final Function<Status, byte[]> reply;

  /// Null where the member could not be asked.
  private Status status;

  StatsSlot(MemcachedConnection connection, Function<Status, byte[]> reply) {
    super(connection, null, 0);
    this.connection = connection;
    this.reply = reply;
  }

  @Override
  protected int keyCount() {
    return ALL_KEYS;
  }

  @Override
  protected boolean isWriting() {
    return false;
  }

  @Override
  protected int keyHash(int which) {
    throw new IllegalStateException("it is about all keys");
  }

  @Override
  protected void submit() {
    if (!connection.port().replica().status(this::answer)) answered();
  }

  private void answer(Status now) {
    status = now;
    answered();
  }

  @Override
  public void accept(Outcome outcome) {
    throw new IllegalStateException("no operation was asked for");
  }

  @Override
  protected int sizeMax() {
    return BYTES_MAX;
  }

  @Override
  protected void write(ByteBuf out) {
    out.writeBytes(status == null ? Replies.NOT_DONE : reply.apply(status));
  }
}
