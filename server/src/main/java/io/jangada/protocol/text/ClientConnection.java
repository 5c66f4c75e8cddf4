package io.jangada.protocol.text;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.binary.BinaryConnection;
import io.jangada.protocol.port.CommandConnection;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.GracefulClose;
import io.jangada.protocol.text.TextSettings.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/// One client's connection. Commands are begun as they are parsed and answered in their order.
final class ClientConnection extends CommandConnection {
  /// How long a connection beyond the maximum has for each line after its first.
  private static final long NEXT_LINE_MILLIS = 10_000;

  private final ListenerState shared;
  private final Replies replies;
  private final CommandParser parser;

  /// Where connections beyond the maximum are counted; null for one within it.
  private final Reserve reserve;

  /// Whether nothing was read yet.
  private boolean isNew = true;

  /// Whether an `admin` line came since that was last looked at.
  private boolean isUsed;

  /// @param reserve null for a connection within the maximum
  ClientConnection(ListenerState shared, TextLane lane, DuplexChannel channel, Reserve reserve) {
    super(shared.port(), lane.batcher(), channel, reserve != null);
    this.reserve = reserve;
    this.shared = shared;
    this.replies = lane.replies();
    this.parser = new CommandParser(shared.settings(), port().arriving());
  }

  ListenerState shared() {
    return shared;
  }

  Replies replies() {
    return replies;
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
    super.closed();
    parser.close();
  }

  // ---- beyond the maximum ----

  @Override
  protected void replyTooMany() {
    answer(Replies.TOO_MANY_CONNECTIONS);
  }

  @Override
  protected void openedBeyondMax() {
    lookAfter(shared.settings().listening().reserved().firstLineMillis());
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
    else if (isIdle() && !isUsed) stopBeginning();
    else lookAfter(NEXT_LINE_MILLIS);
    isUsed = false;
    drive();
  }

  // ---- commands ----

  @Override
  protected boolean beginNext(ByteBuf read) {
    TextCommand command = parser.next(read);
    if (command == null) return false;
    begin(command);
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
        begin(PendingReply.of(this, request, caller()));
      }
      case TextCommand.Admin admin -> {
        counters().add(Counters.ADMIN, 1);
        PendingReply slot = PendingReply.ofAdmin(this);
        begin(slot);
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
    begin(slot);
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

  private void answer(Replies.Line line) {
    answer(PendingReply.of(this, line));
  }
}
