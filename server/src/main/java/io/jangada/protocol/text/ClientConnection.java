package io.jangada.protocol.text;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.binary.BinaryConnection;
import io.jangada.protocol.port.Connection;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.GracefulClose;
import io.jangada.protocol.text.TextSettings.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/// One client's connection. Commands are begun as they are parsed and answered in their order.
final class ClientConnection extends Connection {
  /// Replies are gathered into buffers of about this size.
  private static final int BUFFER_BYTES = 64 << 10;

  private static final int FIRST_BUFFER_BYTES = 1 << 10;

  /// How long a connection beyond the maximum has for each line after its first.
  private static final long NEXT_LINE_MILLIS = 10_000;

  private final ListenerState shared;
  private final Replies replies;
  private final CommandParser parser;
  private final CommandQueue queue;

  /// Where connections beyond the maximum are counted; null for one within it.
  private final Reserve reserve;

  /// Whether nothing was read yet.
  private boolean isNew = true;

  /// How large the next buffer for replies is made: as large as the last.
  private int bufferBytes = FIRST_BUFFER_BYTES;

  /// Whether an `admin` line came since that was last looked at.
  private boolean isUsed;

  /// @param reserve null for a connection within the maximum
  ClientConnection(ListenerState shared, TextLane lane, DuplexChannel channel, Reserve reserve) {
    super(shared.port(), lane.batcher(), channel);
    this.reserve = reserve;
    this.shared = shared;
    this.replies = lane.replies();
    this.parser = new CommandParser(shared.settings(), port().arriving());
    this.queue = new CommandQueue(port().limits().perConnection());
  }

  // ---- on the replica's thread, as a reply comes ----

  boolean tellsTimeLeft() {
    return shared.settings().dialect().has(Variant.EXPTIME_LEFT);
  }

  long clusterTimeMillis() {
    return port().replica().clusterTimeMillis();
  }

  // ---- the socket ----

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (reserve == null) counters().add(Counters.OPENED, 1);
    else lookAfter(shared.settings().listening().reserved().firstLineMillis());
    port().opened(this);
    drive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (isNew) {
      isNew = false;
      if (BinaryConnection.isBegunBy((ByteBuf) message)) {
        beginBinary(context, (ByteBuf) message);
        return;
      }
    }
    super.channelRead(context, message);
  }

  private void beginBinary(ChannelHandlerContext context, ByteBuf read) {
    if (reserve != null) {
      read.release();
      counters().add(Counters.REFUSED, 1);
      write(BinaryConnection.refusal("too many connections"));
      stopBeginning();
      return;
    }
    var binary = new BinaryConnection(port(), lane(), channel(), shared.binary());
    port().opened(binary);
    context.pipeline().replace(this, null, binary);
    handOver();
    parser.close();
    binary.channelRead(context, read);
  }

  @Override
  protected void closed() {
    if (reserve == null) counters().add(Counters.CLOSED, 1);
    parser.close();
  }

  /// A slot of this connection has its reply.
  ///
  /// @return whether the connection is to be given a turn and none is planned yet
  boolean answered(PendingReply slot) {
    port().ended(slot.costBytes);
    if (isClosed()) return false;
    queue.answered(slot);
    return becomeDue();
  }

  // ---- beyond the maximum ----

  private void turnAway() {
    counters().add(Counters.REFUSED, 1);
    answer(Replies.TOO_MANY_CONNECTIONS);
    stopBeginning();
  }

  /// Makes way for another: what is answered is sent, and the connection closed.
  void makeWay() {
    if (isServing()) turnAway();
    drive();
    GracefulClose.close(channel());
  }

  private void lookAfter(long millis) {
    channel().eventLoop().schedule(this::look, millis, TimeUnit.MILLISECONDS);
  }

  /// Turns the client away that did not say that it is for administration, and ends with one that
  /// says nothing more.
  private void look() {
    if (!isServing()) return;
    if (!reserve.isAdmitted(this)) turnAway();
    else if (queue.isEmpty() && !isUsed) stopBeginning();
    else lookAfter(NEXT_LINE_MILLIS);
    isUsed = false;
    drive();
  }

  // ---- commands ----

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
  protected boolean beginNext(ByteBuf read) {
    TextCommand command = parser.next(read);
    if (command == null) return false;
    begin(command);
    return true;
  }

  @Override
  protected void flushed() {
    for (PendingReply slot; channel().isWritable() && (slot = queue.pollPostponed()) != null; )
      shared.readAgain(slot);
  }

  private boolean tryStart(PendingReply slot) {
    if (!acquireOrEnqueue()) return false;
    slot.become(PendingReply.State.UNDER_WAY);
    submit(slot);
    return true;
  }

  private void begin(TextCommand command) {
    if (reserve != null) {
      boolean isAdmin = command instanceof TextCommand.Admin || command instanceof TextCommand.Auth;
      if (!isAdmin || !reserve.admit(this)) {
        turnAway();
        return;
      }
      isUsed = true;
    }
    switch (command) {
      case TextCommand.Request request -> {
        counters().add(Counters.FIRST_KIND + request.kind().ordinal(), 1);
        PendingReply slot = PendingReply.of(this, request, caller());
        if (queue.add(slot)) submit(slot);
      }
      case TextCommand.Admin admin -> {
        counters().add(Counters.ADMIN, 1);
        PendingReply slot = PendingReply.ofAdmin(this);
        queue.add(slot);
        shared.submit(admin, slot);
      }
      case TextCommand.Auth(Bytes user, Bytes password) -> authenticate(user, password);
      case TextCommand.Version() -> answer(replies.version());
      case TextCommand.Malformed() -> answer(Replies.COMMAND_ERROR);
      case TextCommand.Derailed() -> {
        answer(Replies.COMMAND_ERROR);
        stopBeginning();
      }
      case TextCommand.Dropped() -> answer(Replies.INTERNAL);
      case TextCommand.Ignored() -> {}
      case TextCommand.Overlong() -> {
        answer(Replies.INTERNAL);
        stopBeginning();
      }
      case TextCommand.Quit() -> stopBeginning();
    }
  }

  private void authenticate(Bytes user, Bytes password) {
    PendingReply slot = PendingReply.ofAdmin(this);
    queue.add(slot);
    port().began(slot.costBytes);
    InetAddress from = address();
    authenticate(
        user.toUtf8(),
        reply -> port().authenticator().authenticate(user, password.toArray(), from, reply),
        answer ->
            slot.acceptLine(
                switch (answer) {
                  case Answer.Granted _ -> Replies.AUTHENTICATED;
                  case Answer.Refused _ -> Replies.AUTH_ERROR;
                  case Answer.Unavailable _ -> Replies.INTERNAL;
                }));
  }

  private void submit(PendingReply slot) {
    shared.submit(slot.request, slot);
  }

  private void answer(Replies.Line line) {
    queue.addAnswered(PendingReply.of(this, line));
  }

  // ---- replies ----

  /// Replies go out when it is their turn.
  @Override
  protected ChannelPromise send(ChannelPromise before) {
    ChannelPromise written = before;
    while (queue.hasAnswer() && channel().isWritable()) written = write(encode());
    return written;
  }

  /// Replies in one buffer, each of them whole. There must be one.
  private ByteBuf encode() {
    PendingReply slot = queue.poll();
    ByteBuf out = channel().alloc().buffer(Math.max(bufferBytes, replies.sizeMax(slot)));
    do replies.write(slot, out);
    while (out.readableBytes() < BUFFER_BYTES && (slot = queue.poll()) != null);
    bufferBytes = Math.clamp(out.readableBytes(), FIRST_BUFFER_BYTES, BUFFER_BYTES);
    return out;
  }
}
