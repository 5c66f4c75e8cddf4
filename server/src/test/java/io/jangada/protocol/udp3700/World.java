package io.jangada.protocol.udp3700;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Comparator;
import java.util.PriorityQueue;

/// One thread's world: datagrams that arrive and things that are to happen at a time, one after the
/// other.
final class World implements AutoCloseable {
  private record Timed(long nanos, long order, Runnable what) {}

  private final Selector selector;
  private final PriorityQueue<Timed> timed =
      new PriorityQueue<>(
          Comparator.<Timed>comparingLong(one -> one.nanos).thenComparingLong(one -> one.order));
  private final long beginNanos = System.nanoTime();
  private long order;

  World() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Since the world began.
  long nanos() {
    return System.nanoTime() - beginNanos;
  }

  void at(long nanos, Runnable what) {
    timed.add(new Timed(nanos, order++, what));
  }

  void after(long nanos, Runnable what) {
    at(nanos() + nanos, what);
  }

  /// From now on `arrived` is called when there is something to read.
  void watch(SelectableChannel channel, Runnable arrived) throws IOException {
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, arrived);
  }

  /// Lets things happen until the time comes.
  void runTo(long endNanos) {
    while (nanos() < endNanos) {
      while (!timed.isEmpty() && timed.peek().nanos <= nanos()) timed.poll().what.run();
      long next = timed.isEmpty() ? endNanos : Math.min(endNanos, timed.peek().nanos);
      await(next - nanos());
    }
  }

  private void await(long nanos) {
    try {
      if (nanos <= 0) selector.selectNow();
      else selector.select(Math.max(1, nanos / 1_000_000));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (SelectionKey key : selector.selectedKeys()) ((Runnable) key.attachment()).run();
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }
}
