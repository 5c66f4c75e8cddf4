package io.jangada.bench;

import io.jangada.bench.Workload.Verb;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/// One connection that is kept busy. It writes requests from templates and counts the replies,
/// which must be those to its requests, in their order; for a read it checks that the value is that
/// of the key. Everything that arrived together is answered with one write.
final class LoadConnection extends ChannelInboundHandlerAdapter implements Replies.Check {
  private static final int SLOTS = Load.IN_FLIGHT_MAX;
  private static final int BUFFER_BYTES = 16 << 10;

  /// Where requests come from, and where their results go.
  ///
  /// @param fresh gives numbers of fresh keys, each once; null where keys are drawn by chance
  record Work(Load load, Requests requests, Tally tally, LongSupplier fresh, long seed) {}

  private final Work work;
  private final Tally tally;
  private final SplittableRandom random;
  private final Replies replies = new Replies();
  private final Runnable onEnd;

  // The requests that wait for replies: slots from `answered` to `sent`.
  private final long[] since = new long[SLOTS];
  private final long[] keys = new long[SLOTS];
  private final Verb[] verbs = new Verb[SLOTS];
  private long sent;
  private long answered;

  private ChannelHandlerContext context;
  private OpenSchedule schedule;
  private long version;
  private boolean isValueRight;
  private boolean isStopped;
  private boolean isEnded;
  private long nowNanos;

  /// @param onEnd called once, when nothing more will come: it was stopped and all is answered, it
  ///   has no more to do, or it broke
  LoadConnection(Work work, Runnable onEnd) {
    this.work = work;
    this.tally = work.tally;
    this.onEnd = onEnd;
    random = new SplittableRandom(work.seed);
  }

  /// Begins. On the event loop, when the connection is open.
  void start() {
    nowNanos = System.nanoTime();
    if (work.load.isOpen()) return;
    send(work.load.inFlight());
    endIfDone();
  }

  /// Begins, with requests that are due at times.
  void start(OpenSchedule schedule) {
    this.schedule = schedule;
    wake();
  }

  /// Sends nothing more.
  void stop() {
    isStopped = true;
    endIfDone();
  }

  boolean isEnded() {
    return isEnded;
  }

  /// Sends what is due, and looks again when the next is.
  private void wake() {
    if (isStopped || isEnded) return;
    nowNanos = System.nanoTime();
    sendDue();
    context.executor().schedule(this::wake, schedule.untilNext(nowNanos), schedule.unit());
  }

  private void sendDue() {
    ByteBuf out = null;
    while (sent - answered < SLOTS && schedule.isDue(nowNanos)) {
      if (out == null) out = context.alloc().directBuffer(BUFFER_BYTES);
      write(schedule.take(), out);
    }
    if (out != null) context.writeAndFlush(out, context.voidPromise());
  }

  private void send(int count) {
    if (count == 0 || isStopped) return;
    ByteBuf out = context.alloc().directBuffer(BUFFER_BYTES);
    for (int i = 0; i < count && !isStopped; i++) write(nowNanos, out);
    context.writeAndFlush(out, context.voidPromise());
  }

  private void write(long sinceNanos, ByteBuf out) {
    Verb verb = work.load.workload().verb(random.nextInt() >>> 1);
    if (verb == Verb.CAS && version == 0) verb = Verb.GETM;
    long key = verb == Verb.CAS || verb == Verb.GETM ? 0 : key(verb);
    if (key < 0) {
      isStopped = true;
      return;
    }
    int slot = (int) (sent++ & SLOTS - 1);
    since[slot] = sinceNanos;
    keys[slot] = key;
    verbs[slot] = verb;
    switch (verb) {
      case GET -> work.requests.get(key, out);
      case GETM -> work.requests.getm(key, out);
      case SET -> work.requests.set(key, out);
      case CAS -> work.requests.cas(key, version, out);
    }
  }

  private long key(Verb verb) {
    if (verb == Verb.SET && work.fresh != null) return work.fresh.getAsLong();
    return random.nextInt(work.load.keys());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    nowNanos = System.nanoTime();
    long before = answered;
    try {
      replies.read(in, this);
    } catch (IllegalStateException e) {
      tally.wrong(e.getMessage());
      end();
      return;
    } finally {
      in.release();
    }
    if (schedule == null) send((int) (answered - before));
    else if (!isStopped) sendDue();
    endIfDone();
  }

  @Override
  public void valueByte(int place, byte b) {
    if (answered == sent) return;
    long key = keys[(int) (answered & SLOTS - 1)];
    if (place == 0) isValueRight = true;
    if (!work.requests.isRight(key, place, b)) isValueRight = false;
  }

  @Override
  public void reply(byte[] line, int length, int valueBytes) {
    if (answered == sent)
      throw new IllegalStateException(
          "a reply that nothing asked for: " + Replies.text(line, length));
    int slot = (int) (answered++ & SLOTS - 1);
    boolean isRight =
        switch (verbs[slot]) {
          case GET -> isValue(valueBytes);
          case GETM -> isValue(valueBytes) && takeVersion(line, length, "VALUE ");
          case SET -> isOk(line, length);
          case CAS -> takeVersion(line, length, "OK ") || isConflict(line, length);
        };
    if (isRight) tally.latency(nowNanos - since[slot]);
    else complain(verbs[slot], line, length);
  }

  private boolean isValue(int valueBytes) {
    return valueBytes == work.requests.valueBytes() && isValueRight;
  }

  private static boolean isOk(byte[] line, int length) {
    return Replies.startsWith(line, length, "OK ") && Replies.number(line, 3, length) > 0;
  }

  /// A version that this connection sees must be higher than the last one.
  private boolean takeVersion(byte[] line, int length, String word) {
    if (!Replies.startsWith(line, length, word)) return false;
    int end = word.length();
    while (end < length && line[end] != ' ') end++;
    long seen = Replies.number(line, word.length(), end);
    boolean isLater = seen > version || version == 0 || work.load.inFlight() > 1;
    version = seen;
    return isLater;
  }

  private boolean isConflict(byte[] line, int length) {
    if (!Replies.startsWith(line, length, "ERR_VER")) return false;
    version = 0;
    if (tally.isCounting) tally.conflicts++;
    return true;
  }

  private void complain(Verb verb, byte[] line, int length) {
    String what = verb + " answered '" + Replies.text(line, length) + "'";
    boolean notDone =
        Replies.startsWith(line, length, "ERR_INTERNAL")
            || Replies.startsWith(line, length, "REDIRECT ");
    if (notDone) tally.failed(what);
    else tally.wrong(what);
    if (Replies.startsWith(line, length, "REDIRECT ")) end();
  }

  private void endIfDone() {
    if (isStopped && answered == sent) end();
  }

  private void end() {
    if (isEnded) return;
    isEnded = true;
    isStopped = true;
    context.close();
    onEnd.run();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!isEnded) tally.failed("a server closed the connection");
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!isEnded) tally.failed("a connection was lost: " + cause.getMessage());
    end();
  }
}
