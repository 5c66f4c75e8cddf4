package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.port.CommandConnection;
import io.jangada.protocol.port.CommandSlot;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;

/// One client's connection.
final class MemcachedConnection extends CommandConnection {
  /// The first byte of what speaks the binary protocol.
  private static final int BINARY = 0x80;

  private final MemcachedListener listener;
  private final CommandParser parser;

  /// Whether nothing was read yet.
  private boolean isNew = true;

  MemcachedConnection(
      MemcachedListener listener, ReplyBatcher lane, DuplexChannel channel, boolean isBeyondMax) {
    super(listener.port(), lane, channel, isBeyondMax);
    this.listener = listener;
    this.parser = new CommandParser(this, listener.settings());
  }

  @Override
  protected void replyTooMany() {
    say(Replies.TOO_MANY_CONNECTIONS);
  }

  @Override
  protected void closed() {
    super.closed();
    parser.close();
  }

  /// The binary protocol is not spoken.
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    if (isNew && read.getUnsignedByte(read.readerIndex()) == BINARY) {
      read.release();
      channel().close();
      return;
    }
    isNew = false;
    super.channelRead(context, message);
  }

  @Override
  protected boolean beginNext(ByteBuf read) {
    return parser.next(read);
  }

  @Override
  protected boolean hasMore() {
    return parser.hasMore();
  }

  // ---- for the parser ----

  ReadConsistency reading() {
    return listener.settings().clients().reading();
  }

  Counters counts() {
    return counters();
  }

  void countCommand() {
    counters().add(Counters.COMMANDS, 1);
  }

  void ask(CommandSlot slot) {
    begin(slot);
  }

  void say(byte[] line) {
    answer(new MemcachedSlot(this, line));
  }

  void say(MemcachedSlot slot) {
    answer(slot);
  }

  /// Begins nothing more.
  void leave() {
    stopBeginning();
  }

  void stats(MemcachedSlot slot) {
    begin(slot);
    port().replica().status(status -> slot.acceptLine(listener.stats(status)));
  }

  byte[] statsOfSettings() {
    return listener.statsOfSettings();
  }

  /// Finds out who the client is by what it wanted to store: `user password`.
  void authenticate(MemcachedSlot slot, Bytes given) {
    String text = given.toUtf8();
    int blank = text.indexOf(' ');
    if (blank < 0) {
      slot.acceptLine(Replies.AUTH_FORMAT);
      return;
    }
    Bytes user = Bytes.utf8(text.substring(0, blank));
    byte[] password = Bytes.utf8(text.substring(blank + 1)).toArray();
    authenticate(
        user.toUtf8(),
        reply -> port().authenticator().authenticate(user, password, address(), reply),
        answer ->
            slot.acceptLine(
                switch (answer) {
                  case Answer.Granted _ -> Replies.STORED;
                  case Answer.Refused _ -> Replies.AUTH_FAILURE;
                  case Answer.Unavailable _ -> Replies.NOT_DONE;
                }));
  }
}
