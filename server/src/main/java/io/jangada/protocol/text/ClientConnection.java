package io.jangada.protocol.text;

import io.jangada.protocol.text.TextSettings.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection. Commands are begun as they are parsed and answered in their order.
///
/// All of it happens on the connection's event loop. What is read and cannot be begun yet stays in
/// `input`, and the socket is not read meanwhile, so that the client's own socket fills up and the
/// client waits. That is so while too much is under way, on this connection or on all of them, and
/// while the client does not take its replies.
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  /// Replies are gathered into buffers of about this size.
  private static final int BUFFER_BYTES = 64 << 10;

  private static final int FIRST_BUFFER_BYTES = 1 << 10;

  /// How long a connection beyond the maximum has for each line after its first.
  private static final long NEXT_LINE_MILLIS = 10_000;

  /// What becomes of a connection.
  private enum Phase {
    SERVING,
    /// Nothing more is begun; what was is still answered.
    FINISHING,
    /// All is answered. What still comes is thrown away.
    LINGERING,
    CLOSED
  }

  private final ListenerState shared;
  private final ReplyBatcher lane;
  private final DuplexChannel channel;
  private final CommandParser parser;
  private final CommandQueue queue;

  /// Where connections beyond the maximum are counted; null for one within it.
  private final Reserve reserve;

  private final ArrayDeque<ByteBuf> input = new ArrayDeque<>(2);

  private Phase phase = Phase.SERVING;
  private boolean inputEnded;

  /// Whether this connection stands in a list of those that are given a turn soon.
  private boolean due;

  /// Whether it waits for others' commands to end, in [ListenerState]'s list.
  private boolean queued;

  private boolean paused;

  /// How large the next buffer for replies is made: as large as the last.
  private int bufferBytes = FIRST_BUFFER_BYTES;

  /// What is held because the client is slow, as [ListenerState] counts it.
  private long weightBytes;

  /// Whether an `admin` line came since that was last looked at.
  private boolean isUsed;

  /// @param reserve null for a connection within the maximum
  ClientConnection(
      ListenerState shared, ReplyBatcher lane, DuplexChannel channel, Reserve reserve) {
    this.reserve = reserve;
    this.shared = shared;
    this.lane = lane;
    this.channel = channel;
    this.parser = new CommandParser(shared.settings(), shared.arriving());
    this.queue = new CommandQueue(shared.settings().limits().perConnection());
  }

  ReplyBatcher lane() {
    return lane;
  }

  // ---- on the replica's thread, as a reply comes ----

  boolean tellsTimeLeft() {
    return shared.settings().dialect().has(Variant.EXPTIME_LEFT);
  }

  long clusterTimeMillis() {
    return shared.replica().clusterTimeMillis();
  }

  // ---- the socket ----

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (reserve == null) lane.counters().add(Counters.OPENED, 1);
    else lookAfter(shared.settings().listening().reserved().firstLineMillis());
    shared.opened(this);
    drive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    phase = Phase.CLOSED;
    if (reserve == null) lane.counters().add(Counters.CLOSED, 1);
    pause(false);
    updateBufferedBytes();
    shared.closed(this);
    parser.close();
    dropInput();
  }

  private void dropInput() {
    for (ByteBuf one; (one = input.poll()) != null; ) one.release();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    lane.counters().add(Counters.BYTES_IN, read.readableBytes());
    if (phase != Phase.SERVING) {
      read.release();
      return;
    }
    input.add(read);
    begin();
    if (!input.isEmpty()) channel.config().setAutoRead(false);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    drive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) return;
    inputEnded = true;
    if (phase == Phase.LINGERING) channel.close();
    else drive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!channel.isWritable()) return;
    shared.onProgress(this);
    drive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    broken(cause);
  }

  /// Closes the connection for something that no client did, unless it is that one is gone.
  void broken(Throwable cause) {
    if (!(cause instanceof IOException)) LOG.error("a connection broke and is closed", cause);
    channel.close();
  }

  // ---- turns ----

  /// A slot of this connection has its reply. Returns whether the connection is to be given a turn
  /// and none is planned yet.
  boolean answered(PendingReply slot) {
    shared.ended(slot.costBytes);
    if (phase == Phase.CLOSED) return false;
    queue.answered(slot);
    if (due) return false;
    due = true;
    return true;
  }

  /// Called once for each time that [#answered] was true.
  void runTurn() {
    due = false;
    drive();
  }

  /// There is room again that this connection waited for.
  void resume() {
    queued = false;
    drive();
    shared.wakeWaiters();
  }

  /// Has what was begun finished, and begins nothing more.
  void finish() {
    if (queue.isEmpty()) channel.close();
    stopBeginning();
    drive();
  }

  private void stopBeginning() {
    if (phase != Phase.SERVING) return;
    phase = Phase.FINISHING;
    dropInput();
  }

  void close() {
    channel.close();
  }

  // ---- beyond the maximum ----

  private void turnAway() {
    lane.counters().add(Counters.REFUSED, 1);
    answer(Replies.TOO_MANY_CONNECTIONS);
    stopBeginning();
  }

  /// Makes way for another: what is answered is sent, and the connection closed.
  void makeWay() {
    if (phase == Phase.SERVING) turnAway();
    drive();
    GracefulClose.close(channel);
  }

  private void lookAfter(long millis) {
    channel.eventLoop().schedule(this::look, millis, TimeUnit.MILLISECONDS);
  }

  /// Turns the client away that did not say that it is for administration, and ends with one that
  /// says nothing more.
  private void look() {
    if (phase != Phase.SERVING) return;
    if (!reserve.isAdmitted(this)) turnAway();
    else if (queue.isEmpty() && !isUsed) stopBeginning();
    else lookAfter(NEXT_LINE_MILLIS);
    isUsed = false;
    drive();
  }

  // ---- what can be done ----

  /// Does all that can be done now.
  void drive() {
    if (phase == Phase.CLOSED || phase == Phase.LINGERING) return;
    ChannelPromise written = send(null);
    while (begin()) written = send(written);
    if (written != null) flush(written);
    for (PendingReply slot; channel.isWritable() && (slot = queue.pollPostponed()) != null; )
      submit(slot);
    boolean more = !input.isEmpty();
    if (queue.isEmpty() && (phase == Phase.FINISHING || inputEnded && !more)) leave();
    else pause(more || !shared.isServing() || !queue.hasRoom() || !channel.isWritable());
    if (weightBytes > 0) updateBufferedBytes();
  }

  /// Has the socket read, or not.
  private void pause(boolean pauses) {
    if (channel.config().isAutoRead() == pauses && phase != Phase.CLOSED)
      channel.config().setAutoRead(!pauses);
    if (paused == pauses) return;
    paused = pauses;
    lane.counters().add(Counters.PAUSED, pauses ? 1 : -1);
  }

  /// Closes the connection when all replies are with the client's side.
  private void leave() {
    phase = Phase.LINGERING;
    dropInput();
    pause(false);
    if (inputEnded) GracefulClose.close(channel);
    else GracefulClose.linger(channel);
  }

  // ---- commands ----

  /// Begins what can be begun; returns whether there was anything to parse.
  private boolean begin() {
    if (queue.hasWaiting()) queue.beginWaiting(this::tryStart);
    boolean parsed = false;
    while (phase == Phase.SERVING && shared.isServing() && !input.isEmpty()) {
      if (!queue.hasRoom() || !channel.isWritable() || !acquireOrEnqueue()) return parsed;
      TextCommand command = parse();
      if (command == null) return parsed;
      begin(command);
      parsed = true;
    }
    return parsed;
  }

  private boolean tryStart(PendingReply slot) {
    if (!acquireOrEnqueue()) return false;
    slot.become(PendingReply.State.UNDER_WAY);
    submit(slot);
    return true;
  }

  /// Whether what is under way on all connections leaves room. If not, this one is resumed when it
  /// does.
  private boolean acquireOrEnqueue() {
    if (shared.hasRoom()) return true;
    if (!queued) {
      queued = true;
      shared.awaitRoom(this);
    }
    return false;
  }

  private TextCommand parse() {
    for (ByteBuf read; (read = input.peek()) != null; ) {
      TextCommand command = parser.next(read);
      if (!read.isReadable()) input.poll().release();
      if (command != null) return command;
    }
    return null;
  }

  private void begin(TextCommand command) {
    if (reserve != null) {
      boolean isAdmin = command instanceof TextCommand.Admin;
      if (!isAdmin || !reserve.admit(this)) {
        turnAway();
        return;
      }
      isUsed = true;
    }
    switch (command) {
      case TextCommand.Request request -> {
        lane.counters().begun(request.kind());
        PendingReply slot = PendingReply.of(this, request);
        if (queue.add(slot)) submit(slot);
      }
      case TextCommand.Admin admin -> {
        lane.counters().add(Counters.ADMIN, 1);
        PendingReply slot = PendingReply.ofAdmin(this);
        queue.add(slot);
        shared.submit(admin, slot);
      }
      case TextCommand.Version() -> answer(lane.replies().version());
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

  private void submit(PendingReply slot) {
    shared.submit(slot.request, slot);
  }

  private void answer(Replies.Line line) {
    queue.addAnswered(PendingReply.of(this, line));
  }

  // ---- replies ----

  /// Writes the replies whose turn it is, as long as the client takes them.
  ///
  /// @param before what an earlier call returned, or null
  /// @return the last of what is written and not flushed; null for nothing
  private ChannelPromise send(ChannelPromise before) {
    ChannelPromise written = before;
    while (queue.hasAnswer() && channel.isWritable()) {
      ByteBuf out = encode();
      lane.counters().add(Counters.BYTES_OUT, out.readableBytes());
      written = channel.newPromise();
      channel.write(out, written);
    }
    return written;
  }

  /// Replies in one buffer, each of them whole. There must be one.
  private ByteBuf encode() {
    Replies replies = lane.replies();
    PendingReply slot = queue.poll();
    ByteBuf out = channel.alloc().buffer(Math.max(bufferBytes, replies.sizeMax(slot)));
    do replies.write(slot, out);
    while (out.readableBytes() < BUFFER_BYTES && (slot = queue.poll()) != null);
    bufferBytes = Math.clamp(out.readableBytes(), FIRST_BUFFER_BYTES, BUFFER_BYTES);
    return out;
  }

  /// @param written the last of what is flushed
  private void flush(ChannelPromise written) {
    channel.flush();
    if (written.isDone()) return;
    updateBufferedBytes();
    written.addListener(_ -> updateBufferedBytes());
  }

  /// Counts what is held as long as the socket does not take it.
  private void updateBufferedBytes() {
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    long weight = pending == null ? 0 : pending.totalPendingWriteBytes();
    if (weight > 0) {
      weight += queue.weightBytes();
      for (ByteBuf one : input) weight += one.capacity();
    }
    if (weight == weightBytes) return;
    long before = weightBytes;
    weightBytes = weight; // first: this connection may be closed for it, and weighed again
    shared.updateBufferedBytes(this, before, weight);
  }
}
