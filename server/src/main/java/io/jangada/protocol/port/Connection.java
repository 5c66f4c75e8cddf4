package io.jangada.protocol.port;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.Caller;
import io.jangada.net.CertificateText;
import io.jangada.net.Closing;
import io.jangada.protocol.auth.AuditEnd;
import io.jangada.protocol.auth.AuditEvent;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// One client's connection, whatever protocol it speaks: when requests are begun, when the socket
/// is read, and when all is over.
///
/// All of it happens on the connection's event loop. What is read and cannot be begun yet stays in
/// `input`, and the socket is not read meanwhile, so that the client's own socket fills up and the
/// client waits. That is so while too much is in progress, on this connection or on all of them,
/// and while the client does not take its replies.
public abstract class Connection extends Client {
  /// What becomes of a connection.
  protected enum Phase {
    SERVING,
    /// Nothing more is begun; what was is still answered.
    FINISHING,
    /// All is answered. What still comes is thrown away.
    LINGERING,
    CLOSED
  }

  private final ArrayDeque<ByteBuf> input = new ArrayDeque<>(2);

  private Phase phase = Phase.SERVING;
  private boolean inputEnded;

  private boolean paused;

  /// Who the client is; null while it did not say.
  private Caller caller;

  /// Whether its certificate was looked at.
  private boolean isIntroduced;

  /// How much is being found out. Nothing is begun meanwhile.
  private int openQuestions;

  protected Connection(PortState port, ReplyBatcher lane, DuplexChannel channel) {
    super(port, lane, channel);
  }

  // ---- what a protocol says ----

  /// Whether another request may be begun beside those in progress on this connection.
  protected abstract boolean hasRoom();

  /// Whether all that was begun is answered, and all answers are sent.
  protected abstract boolean isIdle();

  /// What is held until the client takes it, about, beside what the socket was given.
  protected abstract long heldBytes();

  /// Begins what was read before and could not be begun yet.
  protected void beginWaiting() {}

  /// Its first request came, and the port serves.
  protected void beforeFirst() {}

  /// Takes the next request out of what was read and begins it. Returns false when what is there
  /// completes none.
  ///
  /// @param read what was read; a part of it is to be taken
  protected abstract boolean beginNext(ByteBuf read);

  /// Whether more is to be begun of what [#beginNext] took: it is called again then, even if
  /// nothing more was read.
  protected boolean hasMore() {
    return false;
  }

  /// Writes what there is to be said, as long as the client takes it.
  ///
  /// @param before what an earlier call returned, or null
  /// @return the last of what is written and not flushed; null for nothing
  protected abstract ChannelPromise send(ChannelPromise before);

  /// What was written is flushed.
  protected void flushed() {}

  /// Nothing more will come.
  protected abstract void closed();

  // ---- for the protocol ----

  /// Who asks now, for the audit trail.
  public final AuditEvent.Who who() {
    return who(caller);
  }

  protected final boolean isServing() {
    return phase == Phase.SERVING;
  }

  protected final boolean isClosed() {
    return phase == Phase.CLOSED;
  }

  /// Begins nothing more, and drops what was read.
  protected final void stopBeginning() {
    if (phase != Phase.SERVING) return;
    phase = Phase.FINISHING;
    dropInput();
  }

  /// Writes a buffer, which is not flushed yet.
  protected final ChannelPromise write(ByteBuf out) {
    counters().add(Counters.BYTES_OUT, out.readableBytes());
    ChannelPromise written = channel().newPromise();
    channel().write(out, written);
    return written;
  }

  /// Who the client is; null while it did not say.
  public final Caller caller() {
    return caller;
  }

  /// The client is no one from now on.
  protected final void forgetCaller() {
    caller = null;
  }

  /// Finds out who the client is before anything else is begun. It is no one while that is unknown,
  /// and if it fails.
  ///
  /// @param name whom the client says to be; null where that is not known
  /// @param attempt gives the answer to what it is given
  /// @param reply called on the event loop, even if the connection is closed by then
  protected final void authenticate(
      String name, Consumer<Consumer<Answer>> attempt, Consumer<Answer> reply) {
    caller = null;
    if (port().authenticator() == null) {
      reply.accept(new Answer.Unavailable("there are no users here"));
      return;
    }
    openQuestions++;
    attempt.accept(answer -> lane().execute(() -> authenticated(name, answer, reply)));
  }

  private void authenticated(String name, Answer answer, Consumer<Answer> reply) {
    openQuestions--;
    if (answer instanceof Answer.Granted(Caller granted, _)) caller = granted;
    if (port().audit().isOn())
      port().audit().record(AuditEvent.ofAuthentication(who(), name, end(answer)));
    reply.accept(answer);
    drive();
  }

  private static AuditEnd end(Answer answer) {
    return switch (answer) {
      case Answer.Granted _ -> AuditEnd.done(0);
      case Answer.Refused(String reason) -> AuditEnd.refused(reason);
      case Answer.Unavailable(String reason) -> AuditEnd.busy(reason);
    };
  }

  /// Finds something out before anything else is begun.
  ///
  /// @param question calls what it is given once, on any thread
  protected final void find(Consumer<Runnable> question) {
    openQuestions++;
    question.accept(
        () ->
            lane()
                .execute(
                    () -> {
                      openQuestions--;
                      drive();
                    }));
  }

  /// Another handler has the channel from now on.
  protected final void handOver() {
    pause(false);
    phase = Phase.CLOSED;
    port().closed(this);
  }

  // ---- the socket ----

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    phase = Phase.CLOSED;
    closed();
    pause(false);
    updateBufferedBytes();
    dropInput();
    port().closed(this); // the last: who waits for that finds all else done
  }

  private void dropInput() {
    for (ByteBuf one; (one = input.poll()) != null; ) one.release();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    counters().add(Counters.BYTES_IN, read.readableBytes());
    take(read);
  }

  /// Begins what came, as far as that can be done.
  protected final void take(ByteBuf read) {
    if (phase != Phase.SERVING) {
      read.release();
      return;
    }
    input.add(read);
    begin();
    if (!input.isEmpty()) channel().config().setAutoRead(false);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!Closing.isInputEnd(event)) return;
    inputEnded = true;
    if (phase == Phase.LINGERING) channel().close();
    else drive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!channel().isWritable()) return;
    port().onProgress(this);
    drive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    broken(cause);
  }

  /// Has what was begun finished, and begins nothing more.
  @Override
  protected void finish() {
    if (isIdle()) channel().close();
    stopBeginning();
    drive();
  }

  // ---- what can be done ----

  @Override
  public final void drive() {
    if (phase == Phase.CLOSED || phase == Phase.LINGERING) return;
    ChannelPromise written = send(null);
    while (begin()) written = send(written);
    if (written != null) flush(written);
    flushed();
    boolean more = phase == Phase.SERVING && isAnyLeft();
    if (isIdle() && (phase == Phase.FINISHING || inputEnded && !more)) leave();
    else
      pause(
          more
              || openQuestions > 0
              || !port().isServing()
              || !hasRoom()
              || !channel().isWritable());
    if (holdsBytes()) updateBufferedBytes();
  }

  /// Has the socket read, or not.
  private void pause(boolean pauses) {
    if (channel().config().isAutoRead() == pauses && phase != Phase.CLOSED)
      channel().config().setAutoRead(!pauses);
    if (paused == pauses) return;
    paused = pauses;
    counters().add(Counters.PAUSED, pauses ? 1 : -1);
  }

  /// Closes the connection when all replies are with the client's side.
  private void leave() {
    phase = Phase.LINGERING;
    dropInput();
    pause(false);
    if (inputEnded) GracefulClose.close(channel());
    else GracefulClose.linger(channel());
  }

  /// Takes the client for the user that its certificate names, where that is wanted.
  private void introduce() {
    isIntroduced = true;
    beforeFirst();
    Authenticator authenticator = port().authenticator();
    if (authenticator == null || !authenticator.acceptsCertificates()) return;
    CertificateText.ofPeer(channel())
        .flatMap(CertificateText::commonName)
        .ifPresent(
            name ->
                authenticate(
                    name,
                    reply -> authenticator.accept(Bytes.utf8(name), reply),
                    answer -> {
                      if (answer instanceof Answer.Unavailable) channel().close();
                    }));
  }

  /// Begins what can be begun; returns whether there was anything to begin.
  private boolean begin() {
    if (!isIntroduced && port().isServing() && !input.isEmpty()) introduce();
    beginWaiting();
    boolean began = false;
    while (phase == Phase.SERVING && port().isServing() && isAnyLeft()) {
      if (openQuestions > 0 || !hasRoom() || !channel().isWritable() || !acquireOrEnqueue())
        return began;
      if (!beginNext()) return began;
      began = true;
    }
    return began;
  }

  private boolean isAnyLeft() {
    return !input.isEmpty() || hasMore();
  }

  private boolean beginNext() {
    if (input.isEmpty()) return beginNext(Unpooled.EMPTY_BUFFER);
    for (ByteBuf read; (read = input.peek()) != null; ) {
      boolean began = beginNext(read);
      // What was begun may have been the last, and the input dropped.
      if (input.peek() == read && !read.isReadable()) input.poll().release();
      if (began) return true;
    }
    return false;
  }

  // ---- what is held ----

  /// @param written the last of what is flushed
  private void flush(ChannelPromise written) {
    channel().flush();
    if (written.isDone()) return;
    updateBufferedBytes();
    written.addListener(_ -> updateBufferedBytes());
  }

  @Override
  protected final long weightOfHeld() {
    long weight = heldBytes();
    for (ByteBuf one : input) weight += one.capacity();
    return weight;
  }
}
