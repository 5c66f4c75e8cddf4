package io.jangada.front.text;

import io.jangada.kv.Operation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.ArrayDeque;

/// One client's connection. Commands are begun as they are parsed and answered in their order.
///
/// All of it happens on the connection's event loop. What is read and cannot be begun yet stays in
/// `input`, and the socket is not read meanwhile, so that the client's own socket fills up.
final class Connection extends ChannelInboundHandlerAdapter {
  /// Replies are gathered into buffers of about this size.
  private static final int BUFFER_BYTES = 64 << 10;

  private static final int FIRST_BUFFER_BYTES = 1 << 10;

  /// What a command takes beside its key and value, about.
  private static final int OVERHEAD_BYTES = 128;

  private final Shared shared;
  private final Lane lane;
  private final CommandParser parser;
  private final Replies replies;
  private final KeyOrder keyOrder = new KeyOrder();
  private final ArrayDeque<ByteBuf> input = new ArrayDeque<>();
  private Channel channel;

  /// The commands under way, oldest first.
  private Slot first;

  private Slot last;
  private int count;
  private long bytes;

  /// A command that was parsed and has to wait.
  private TextCommand waiting;

  private boolean due;
  private boolean inputEnded;
  private boolean quitting;
  private boolean closed;

  Connection(Shared shared, Lane lane) {
    this.shared = shared;
    this.lane = lane;
    this.parser = new CommandParser(shared.settings(), shared.arriving());
    this.replies = new Replies(shared.settings());
  }

  Lane lane() {
    return lane;
  }

  // ---- the socket ----

  @Override
  public void channelActive(ChannelHandlerContext context) {
    channel = context.channel();
    shared.opened(this);
    proceed();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closed = true;
    shared.closed(this);
    parser.close();
    for (ByteBuf one; (one = input.poll()) != null; ) one.release();
    waiting = null;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    if (closed || quitting) read.release();
    else input.add(read);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    proceed();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) return;
    inputEnded = true;
    proceed();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) proceed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  // ---- turns ----

  /// A slot of this connection has its reply. Returns whether the connection is to be given a turn
  /// that it is not given already.
  boolean answered(Slot slot) {
    slot.answered = true;
    shared.ended(slot.costBytes);
    if (closed) return false;
    bytes -= slot.costBytes;
    if (slot.request != null) keyOrder.end(writes(slot.request), keyHash(slot.request));
    if (due) return false;
    due = true;
    return true;
  }

  void turn() {
    due = false;
    proceed();
  }

  /// Does all that can be done now.
  void proceed() {
    if (closed || channel == null) return;
    if (shared.isServing()) begin();
    send();
    boolean more = waiting != null || !input.isEmpty();
    if (first == null && (quitting || inputEnded && !more)) {
      channel.writeAndFlush(channel.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    boolean reads = shared.isServing() && !more && !quitting && channel.isWritable();
    if (channel.config().isAutoRead() != reads) channel.config().setAutoRead(reads);
  }

  private void begin() {
    while (!quitting && hasRoom()) {
      TextCommand command = waiting;
      waiting = null;
      if (command == null) command = parse();
      if (command == null) return;
      if (!mayBegin(command)) {
        waiting = command;
        return;
      }
      begin(command);
    }
  }

  private TextCommand parse() {
    for (ByteBuf read; (read = input.peek()) != null; ) {
      TextCommand command = parser.next(read);
      if (!read.isReadable()) input.poll().release();
      if (command != null) return command;
    }
    return null;
  }

  private boolean hasRoom() {
    TextSettings.Limits limits = shared.settings().limits();
    return count < limits.commandsPerConnectionMax()
        && bytes < limits.bytesPerConnectionMax()
        && channel.isWritable();
  }

  private boolean mayBegin(TextCommand command) {
    return !(command instanceof TextCommand.Request request)
        || keyOrder.mayBegin(writes(request), keyHash(request));
  }

  private void begin(TextCommand command) {
    switch (command) {
      case TextCommand.Request request -> begin(request);
      case TextCommand.Admin admin -> {
        Slot slot = add(null, OVERHEAD_BYTES);
        shared.desk().run(admin.words(), slot::acceptAdmin);
      }
      case TextCommand.Version() -> answer(replies.version());
      case TextCommand.Malformed() -> answer(Replies.COMMAND_ERROR);
      case TextCommand.Dropped() -> answer(Replies.INTERNAL);
      case TextCommand.Overlong() -> {
        answer(Replies.INTERNAL);
        quitting = true;
      }
      case TextCommand.Quit() -> quitting = true;
    }
  }

  private void begin(TextCommand.Request request) {
    Slot slot = add(request, costOf(request.operation()));
    keyOrder.begin(writes(request), keyHash(request));
    shared.replica().submit(request.operation(), request.requestId(), slot);
  }

  private void answer(byte[] line) {
    Slot slot = add(null, 0);
    slot.line = line;
    slot.answered = true;
  }

  private Slot add(TextCommand.Request request, int costBytes) {
    Slot slot = new Slot(this, request, costBytes);
    if (first == null) first = slot;
    else last.next = slot;
    last = slot;
    count++;
    bytes += costBytes;
    shared.begun(costBytes);
    return slot;
  }

  private static boolean writes(TextCommand.Request request) {
    return !(request.operation() instanceof Operation.Get);
  }

  private static int keyHash(TextCommand.Request request) {
    return switch (request.operation()) {
      case Operation.Get get -> get.key().hashCode();
      case Operation.Write write -> write.key().hashCode();
      case Operation.Delete delete -> delete.key().hashCode();
      case Operation.Expire() -> 0;
    };
  }

  private static int costOf(Operation operation) {
    return switch (operation) {
      case Operation.Get get -> OVERHEAD_BYTES + get.key().length();
      case Operation.Write write -> OVERHEAD_BYTES + write.key().length() + write.value().length();
      case Operation.Delete delete -> OVERHEAD_BYTES + delete.key().length();
      case Operation.Expire() -> OVERHEAD_BYTES;
    };
  }

  // ---- replies ----

  /// Sends the replies whose turn it is, as long as the client takes them.
  private void send() {
    ByteBuf out = null;
    boolean written = false;
    while (first != null && first.answered && channel.isWritable()) {
      Slot slot = first;
      first = slot.next;
      if (first == null) last = null;
      count--;
      int size = replies.sizeMax(slot);
      if (out == null) out = channel.alloc().buffer(Math.max(FIRST_BUFFER_BYTES, size));
      replies.write(slot, out);
      if (out.readableBytes() < BUFFER_BYTES) continue;
      channel.write(out);
      out = null;
      written = true;
    }
    if (out != null) channel.write(out);
    if (out != null || written) channel.flush();
  }
}
