package io.jangada.client;

import io.jangada.bytes.MalformedException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// One connection to a server. Calls are written one after the other without waiting, and answers
/// come in their order. What is given to it before it is open waits for that.
///
/// It ends when either side closes it, when something arrives that is no reply, or when calls wait
/// and nothing arrives at all for a while; whatever was not answered then goes back to the owner.
final class Connection extends ByteToMessageDecoder {
  /// What a connection tells, on its event loop.
  interface Owner {
    /// @return false when no such call can have such an answer
    boolean answered(Connection connection, Call call, Answer answer);

    /// All answers that arrived together were told.
    void rested();

    /// It is of no further use. `calls` were not answered; those that are [Call#isSent] may have
    /// reached the server.
    void ended(Connection connection, List<Call> calls, String why);
  }

  private final Endpoint endpoint;
  private final Owner owner;
  private final AnswerReader reader;
  private final ArrayDeque<Call> unanswered = new ArrayDeque<>();
  private final ArrayDeque<Call> unsent = new ArrayDeque<>();
  private final long begunNanos = System.nanoTime();
  private Channel channel;
  private ByteBuf gathered;
  private long silentSinceNanos;
  private boolean isEnded;

  Connection(Endpoint endpoint, Owner owner, int valueBytesMax) {
    this.endpoint = endpoint;
    this.owner = owner;
    reader = new AnswerReader(valueBytesMax);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  boolean isEnded() {
    return isEnded;
  }

  /// How many calls wait for an answer here, those given up by their owner included.
  int waiting() {
    return unanswered.size() + unsent.size();
  }

  /// Takes a call; it goes out with the next [#flush].
  void send(Call call) {
    if (channel == null) unsent.add(call);
    else write(call);
  }

  private void write(Call call) {
    if (call.isOver) return;
    if (unanswered.isEmpty()) silentSinceNanos = System.nanoTime();
    if (gathered == null) gathered = channel.alloc().buffer(1024);
    call.command.writeTo(gathered, call.ticket == null ? "" : call.ticket.prefix());
    call.isSent = true;
    unanswered.add(call);
  }

  void flush() {
    if (gathered == null) return;
    ByteBuf out = gathered;
    gathered = null;
    channel.writeAndFlush(out, channel.voidPromise());
  }

  /// Ends the connection if calls have waited for so long without a byte from the server.
  void endIfSilent(long nowNanos, long silenceNanosMax) {
    if (!unanswered.isEmpty() && nowNanos - silentSinceNanos >= silenceNanosMax)
      end("did not answer for " + silenceNanosMax / 1_000_000 + " ms");
  }

  /// Ends the connection if calls wait and it could not be made for so long: the resolver of names
  /// may take its time.
  void endIfUnmade(long nowNanos, long nanosMax) {
    if (channel == null && !unsent.isEmpty() && nowNanos - begunNanos >= nanosMax)
      end("cannot be reached: no connection after " + nanosMax / 1_000_000 + " ms");
  }

  /// @param why what is wrong with the server, to be read after its name
  void end(String why) {
    if (isEnded) return;
    isEnded = true;
    if (gathered != null) gathered.release();
    gathered = null;
    if (channel != null) channel.close();
    List<Call> calls = new ArrayList<>(unanswered);
    calls.addAll(unsent);
    unanswered.clear();
    unsent.clear();
    owner.ended(this, calls, endpoint + " " + why);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    if (isEnded) {
      ctx.close();
      return;
    }
    channel = ctx.channel();
    while (!unsent.isEmpty()) write(unsent.poll());
    flush();
    super.channelActive(ctx);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (isEnded) {
      in.skipBytes(in.readableBytes());
      return;
    }
    silentSinceNanos = System.nanoTime();
    Answer answer = reader.next(in);
    if (answer == null) return;
    Call call = unanswered.poll();
    if (call == null) throw new MalformedException("a reply without a request");
    call.isSent = false;
    if (owner.answered(this, call, answer)) return;
    // The connection ends, and hands the call back with the others.
    call.isSent = true;
    unanswered.addFirst(call);
    throw new MalformedException("a reply to another command: " + answer);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    super.channelRead(ctx, message);
    if (!isEnded) owner.rested();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end("closed the connection");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable root = cause.getCause() == null ? cause : cause.getCause();
    boolean garbage = root instanceof MalformedException;
    end((garbage ? "sent a malformed reply: " : "was lost: ") + root.getMessage());
  }
}
