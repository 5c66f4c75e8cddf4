package io.jangada.protocol.port;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;

/// A connection on which commands are begun as they are parsed and answered in their order.
public abstract class CommandConnection extends Connection {
  /// Replies are gathered into buffers of about this size.
  private static final int BUFFER_BYTES = 64 << 10;

  private static final int FIRST_BUFFER_BYTES = 1 << 10;

  private final CommandQueue queue;

  /// Whether it is one more than may be connected.
  private final boolean isBeyondMax;

  /// How large the next buffer for replies is made: as large as the last.
  private int bufferBytes = FIRST_BUFFER_BYTES;

  protected CommandConnection(
      PortState port, ReplyBatcher lane, DuplexChannel channel, boolean isBeyondMax) {
    super(port, lane, channel);
    this.isBeyondMax = isBeyondMax;
    queue = new CommandQueue(port.limits().perConnection(), port::isLeading);
  }

  @Override
  public final void channelActive(ChannelHandlerContext context) {
    if (!isBeyondMax) counters().add(Counters.OPENED, 1);
    port().opened(this);
    if (isBeyondMax) openedBeyondMax();
    drive();
  }

  @Override
  protected void closed() {
    if (!isBeyondMax) counters().add(Counters.CLOSED, 1);
  }

  // ---- beyond the maximum ----

  /// Answers that there are too many connections.
  protected abstract void replyTooMany();

  /// It is one more than may be connected.
  protected void openedBeyondMax() {
    turnAway();
  }

  /// Tells the client that there are too many connections, and begins nothing more.
  protected final void turnAway() {
    counters().add(Counters.REFUSED, 1);
    replyTooMany();
    stopBeginning();
  }

  // ---- commands ----

  /// Begins a command, or has it wait for those before it.
  protected final void begin(CommandSlot slot) {
    if (queue.add(slot)) submit(slot);
  }

  /// Answers a command whose reply is known.
  protected final void answer(CommandSlot slot) {
    queue.addAnswered(slot);
  }

  private void submit(CommandSlot slot) {
    port().began(slot.costBytes());
    slot.submit();
  }

  /// A slot of this connection has its reply.
  ///
  /// @return whether the connection is to be given a turn and none is planned yet
  final boolean answered(CommandSlot slot) {
    port().ended(slot.costBytes());
    if (isClosed()) return false;
    queue.answered(slot);
    return becomeDue();
  }

  private boolean tryStart(CommandSlot slot) {
    if (!acquireOrEnqueue()) return false;
    slot.become(CommandSlot.State.UNDER_WAY);
    submit(slot);
    return true;
  }

  @Override
  protected boolean hasRoom() {
    return queue.hasRoom();
  }

  @Override
  protected boolean isIdle() {
    return queue.isEmpty();
  }

  @Override
  protected long heldBytes() {
    return queue.weightBytes();
  }

  @Override
  protected void beginWaiting() {
    if (queue.hasWaiting()) queue.beginWaiting(this::tryStart);
  }

  @Override
  protected void flushed() {
    for (CommandSlot slot; channel().isWritable() && (slot = queue.pollPostponed()) != null; ) {
      port().began(slot.costBytes());
      slot.readAgain();
    }
  }

  /// Replies go out when it is their turn.
  @Override
  protected ChannelPromise send(ChannelPromise before) {
    ChannelPromise written = before;
    while (queue.hasAnswer() && channel().isWritable()) written = write(encode());
    return written;
  }

  /// Replies in one buffer, each of them whole. There must be one.
  private ByteBuf encode() {
    CommandSlot slot = queue.poll();
    ByteBuf out = channel().alloc().buffer(Math.max(bufferBytes, slot.sizeMax()));
    do slot.write(out);
    while (out.readableBytes() < BUFFER_BYTES && (slot = queue.poll()) != null);
    bufferBytes = Math.clamp(out.readableBytes(), FIRST_BUFFER_BYTES, BUFFER_BYTES);
    return out;
  }
}
