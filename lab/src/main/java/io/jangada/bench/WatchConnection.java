package io.jangada.bench;

import io.jangada.bytes.ByteWriter;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.KeyRange;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/// A connection with watches over the binary protocol, which counts their events and looks whether
/// these come in order. It reads no more of an event than its revision. Owned by its event loop.
final class WatchConnection extends ChannelInboundHandlerAdapter {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int FORMER = 2;

  /// Of an entry, behind its value: its flags and the revision of its creation.
  private static final int BEFORE_REVISION = Integer.BYTES + Long.BYTES;

  /// Behind that revision: changes, time to live, deadline and lease.
  private static final int AFTER_REVISION = 4 * Long.BYTES;

  private final List<KeyRange> ranges;
  private final LongConsumer onEvent;
  private final BinaryFrames frames = new BinaryFrames();
  private final CompletableFuture<Void> started = new CompletableFuture<>();

  // By the number of the watch.
  private final long[] last;
  private final int[] taken;

  private ChannelHandlerContext context;
  private int startedCount;
  private long events;
  private long lastRevision;
  private boolean isCompacted;
  private String trouble;

  /// @param ranges one watch for each
  /// @param onEvent is given the revision of each event
  WatchConnection(List<KeyRange> ranges, LongConsumer onEvent) {
    this.ranges = ranges;
    this.onEvent = onEvent;
    last = new long[ranges.size()];
    taken = new int[ranges.size()];
  }

  /// Done when all watches have begun.
  CompletableFuture<Void> started() {
    return started;
  }

  long events() {
    return events;
  }

  /// Of the newest event that came.
  long lastRevision() {
    return lastRevision;
  }

  /// Whether the servers no longer kept what a watch still had to see.
  boolean isCompacted() {
    return isCompacted;
  }

  /// What went wrong, or null.
  String trouble() {
    return trouble;
  }

  /// Whether to read what the server sends.
  void read(boolean reads) {
    context.channel().config().setAutoRead(reads);
  }

  void close() {
    context.close();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    ByteBuf out = ctx.alloc().buffer().writeLong(BinaryFrames.PREFACE);
    ByteWriter range = new ByteWriter(64);
    for (int number = 0; number < ranges.size(); number++) {
      range.clear();
      CommandCodec.append(range, ranges.get(number));
      int start = BinaryFrames.begin(out, number, BinaryFrames.WATCH);
      out.writeBytes(range.array(), 0, range.length());
      // From now on, without options.
      BinaryFrames.end(out.writeLong(0).writeByte(0).writeInt(WINDOW_BYTES), start);
    }
    ctx.writeAndFlush(out, ctx.voidPromise());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      frames.read((ByteBuf) message, this::take);
    } catch (IllegalStateException | IndexOutOfBoundsException e) {
      fail(e.toString());
      ctx.close();
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  private void take(ByteBuf frame) {
    int number = (int) frame.readLong();
    int kind = frame.readByte();
    switch (kind) {
      case BinaryFrames.WATCH_STARTED -> begin(number, frame.readLong());
      case BinaryFrames.EVENTS -> takeEvents(number, frame);
      case BinaryFrames.WATCH_COMPACTED -> isCompacted = true;
      default -> fail("a watch was answered with a frame of kind " + kind);
    }
  }

  private void begin(int number, long revision) {
    last[number] = revision;
    lastRevision = Math.max(lastRevision, revision);
    if (++startedCount == ranges.size()) started.complete(null);
  }

  private void takeEvents(int number, ByteBuf frame) {
    boolean goesOn = frame.readByte() == 1;
    int count = frame.readInt();
    int bytes = frame.readableBytes();
    for (int i = 0; i < count; i++) {
      boolean withFormer = (frame.readByte() & FORMER) != 0;
      long revision = readRevision(frame);
      if (withFormer) readRevision(frame);
      // What is put here has one key in a revision.
      if (revision <= last[number] || goesOn)
        fail("revision " + revision + " came behind " + last[number]);
      last[number] = revision;
      events++;
      onEvent.accept(revision);
    }
    lastRevision = Math.max(lastRevision, last[number]);
    widen(number, bytes);
  }

  private static long readRevision(ByteBuf entry) {
    entry.skipBytes(entry.readInt());
    entry.skipBytes(entry.readInt());
    long revision = entry.skipBytes(BEFORE_REVISION).readLong();
    entry.skipBytes(AFTER_REVISION);
    return revision;
  }

  private void widen(int number, int bytes) {
    taken[number] += bytes;
    if (taken[number] < WINDOW_BYTES / 4) return;
    ByteBuf out = context.alloc().buffer();
    int start = BinaryFrames.begin(out, number, BinaryFrames.WINDOW);
    BinaryFrames.end(out.writeInt(taken[number]), start);
    context.write(out, context.voidPromise());
    taken[number] = 0;
  }

  private void fail(String what) {
    if (trouble == null) trouble = what;
    started.completeExceptionally(new IllegalStateException(what));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail("a server closed a connection with watches");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail("a connection with watches was lost: " + cause.getMessage());
    ctx.close();
  }
}
