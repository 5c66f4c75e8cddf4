package io.jangada.protocol.port;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/// What the connections of one event loop share: above all the way of replies from the replica's
/// thread to the loop.
///
/// Replies are put on a stack, and only the one that finds it empty wakes the loop, which takes the
/// whole of it: one wake-up, and one flush for each connection, however many replies came.
public final class ReplyBatcher {
  private final EventLoop loop;
  private final Counters counters = new Counters();
  private final CommandTimes times = new CommandTimes();
  private final AtomicReference<Slot> top = new AtomicReference<>();
  private final ArrayDeque<Client> due = new ArrayDeque<>();
  private final Runnable runTurn = this::runTurn;

  /// When this turn of the loop was first asked for its time; 0 if it was not.
  private long turnNanos;

  public ReplyBatcher(EventLoop loop) {
    this.loop = loop;
  }

  /// For the loop alone, but for looking at them.
  public Counters counters() {
    return counters;
  }

  /// For the loop alone, but for looking at them.
  CommandTimes times() {
    return times;
  }

  /// The time, read once in a turn of the loop. From any thread.
  long turnNanos() {
    if (!loop.inEventLoop()) return System.nanoTime();
    if (turnNanos == 0) turnNanos = System.nanoTime();
    return turnNanos;
  }

  /// The next that is begun is begun later.
  void endTurn() {
    turnNanos = 0;
  }

  /// Has the loop do something. From any thread.
  public void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException closed) {
      // The loops are closed, and with them all connections: there is nothing to do it for.
    }
  }

  /// A slot has its reply. From any thread.
  public void answered(Slot slot) {
    Slot below;
    do {
      below = top.get();
      slot.below = below;
    } while (!top.compareAndSet(below, slot));
    if (below == null) execute(runTurn);
  }

  private void runTurn() {
    endTurn();
    for (Slot slot = takeAll(); slot != null; ) {
      Slot next = slot.below;
      slot.below = null;
      arrive(slot);
      slot = next;
    }
    for (Client one; (one = due.poll()) != null; ) {
      try {
        one.runTurn();
      } catch (RuntimeException | OutOfMemoryError e) {
        one.broken(e); // the others are still to have their turn
      }
    }
    endTurn();
  }

  private void arrive(Slot slot) {
    slot.crossed();
    slot.count(this);
    try {
      if (slot.arrive()) due.add(slot.connection());
    } catch (RuntimeException | OutOfMemoryError e) {
      slot.connection().broken(e); // the others are still to have their turn
    }
  }

  /// The stack turned round: what was answered first is first.
  private Slot takeAll() {
    Slot oldest = null;
    for (Slot slot = top.getAndSet(null); slot != null; ) {
      Slot below = slot.below;
      slot.below = oldest;
      oldest = slot;
      slot = below;
    }
    return oldest;
  }
}
