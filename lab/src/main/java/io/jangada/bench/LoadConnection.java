package io.jangada.bench;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/// One connection that is kept busy: decides what is asked and when, and counts the answers.
/// Everything that arrived together is answered with one flush.
final class LoadConnection extends ChannelInboundHandlerAdapter implements ProtocolDriver.Answers {
  private static final int SLOTS = Load.IN_FLIGHT_MAX;

  /// Where requests come from, and where their results go.
  ///
  /// @param fresh gives numbers of fresh keys, each once; null where keys are drawn by chance
  record Work(Load load, Tally tally, LongSupplier fresh, long seed) {}

  private final Load load;
  private final Tally tally;
  private final LongSupplier fresh;
  private final ProtocolDriver dialog;
  private final SplittableRandom random;
  private final Runnable onEnd;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  // Requests that wait for their answers have slots; the first `freeCount` of `free` are not in
  // use.
  private final long[] since = new long[SLOTS];
  private final long[] keys = new long[SLOTS];
  private final int[] free = new int[SLOTS];
  private int freeCount = SLOTS;
  private long lowestRefused = Long.MAX_VALUE;

  private ChannelHandlerContext context;
  private OpenSchedule schedule;
  private boolean isStopped;
  private boolean isEnded;
  private long nowNanos;

  /// @param onEnd called once, when nothing more will come: it was stopped and all is answered, it
  ///   has no more to do, or it broke
  LoadConnection(Work work, ProtocolDriver dialog, Runnable onEnd) {
    load = work.load;
    tally = work.tally;
    fresh = work.fresh;
    random = new SplittableRandom(work.seed);
    this.dialog = dialog;
    this.onEnd = onEnd;
    for (int i = 0; i < SLOTS; i++) free[i] = i;
    Arrays.fill(keys, Long.MAX_VALUE);
  }

  /// The lowest key for which a request was not done, or has no answer; `Long.MAX_VALUE` if there
  /// is none.
  long lowestUndone() {
    return Math.min(lowestRefused, Arrays.stream(keys).min().orElseThrow());
  }

  ProtocolDriver dialog() {
    return dialog;
  }

  /// Done when requests can be put.
  Future<Void> ready() {
    return ready;
  }

  /// Begins. On the event loop, when the connection is ready.
  void start() {
    nowNanos = System.nanoTime();
    if (load.isOpen()) return;
    ask(load.inFlight());
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

  /// Sends what is due, and looks again when the next is.
  private void wake() {
    if (isStopped || isEnded) return;
    nowNanos = System.nanoTime();
    askDue();
    context.executor().schedule(this::wake, schedule.untilNext(nowNanos), schedule.unit());
  }

  private void askDue() {
    while (freeCount > 0 && schedule.isDue(nowNanos)) askSince(schedule.take());
    dialog.flush();
  }

  private void ask(int count) {
    for (int i = 0; i < count && !isStopped; i++) askSince(nowNanos);
    dialog.flush();
  }

  private void askSince(long sinceNanos) {
    OpType verb = load.workload().verb(random.nextInt() >>> 1);
    long key = verb == OpType.CAS ? 0 : key(verb);
    if (key < 0) {
      isStopped = true;
      return;
    }
    int slot = free[--freeCount];
    since[slot] = sinceNanos;
    keys[slot] = key;
    dialog.send(slot, verb, key);
  }

  private long key(OpType verb) {
    if (verb.makes() && fresh != null) return fresh.getAsLong();
    boolean isRange = verb == OpType.RANGE || verb == OpType.COUNT;
    return random.nextInt(isRange ? load.keys() - load.rangeKeys() + 1 : load.keys());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    dialog.open(ctx, () -> ready.complete(null));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    nowNanos = System.nanoTime();
    int before = freeCount;
    try {
      dialog.receive(message, this);
    } catch (IllegalStateException e) {
      tally.wrong(e.getMessage());
      end();
      return;
    } finally {
      ReferenceCountUtil.release(message);
    }
    if (schedule == null) ask(freeCount - before);
    else if (!isStopped) askDue();
    endIfDone();
  }

  @Override
  public void right(int slot) {
    tally.latency(nowNanos - since[slot]);
    release(slot);
  }

  @Override
  public void conflict(int slot) {
    if (tally.isCounting) tally.conflicts++;
    right(slot);
  }

  @Override
  public void refused(int slot, String what) {
    tally.failed(what);
    lowestRefused = Math.min(lowestRefused, keys[slot]);
    release(slot);
  }

  @Override
  public void wrong(int slot, String what) {
    tally.wrong(what);
    release(slot);
  }

  private void release(int slot) {
    keys[slot] = Long.MAX_VALUE;
    free[freeCount++] = slot;
  }

  private void endIfDone() {
    if (isStopped && freeCount == SLOTS) end();
  }

  @Override
  public void end() {
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
