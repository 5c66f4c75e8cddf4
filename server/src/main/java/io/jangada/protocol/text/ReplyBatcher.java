package io.jangada.protocol.text;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/// What the connections of one event loop share: above all the way of replies from the replica's
/// thread to the loop.
///
/// Replies are put on a stack, and only the one that finds it empty wakes the loop, which takes the
/// whole of it: one wake-up, and one flush for each connection, however many replies came.
final class ReplyBatcher {
  private final EventLoop loop;
  private final Counters counters = new Counters();
  private final Replies replies;
  private final AtomicReference<PendingReply> top = new AtomicReference<>();
  private final ArrayDeque<ClientConnection> due = new ArrayDeque<>();
  private final Runnable runTurn = this::runTurn;

  ReplyBatcher(EventLoop loop, TextSettings settings) {
    this.loop = loop;
    this.replies = new Replies(settings, counters);
  }

  /// For the loop alone, but for looking at them.
  Counters counters() {
    return counters;
  }

  /// For the loop alone.
  Replies replies() {
    return replies;
  }

  /// Has the loop do something. From any thread.
  void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException closed) {
      // The loops are closed, and with them all connections: there is nothing to do it for.
    }
  }

  /// A slot has its reply. From any thread.
  void answered(PendingReply slot) {
    PendingReply below;
    do {
      below = top.get();
      slot.below = below;
    } while (!top.compareAndSet(below, slot));
    if (below == null) execute(runTurn);
  }

  private void runTurn() {
    for (PendingReply slot = takeAll(); slot != null; ) {
      PendingReply next = slot.below;
      slot.below = null;
      if (slot.connection().answered(slot)) due.add(slot.connection());
      slot = next;
    }
    for (ClientConnection one; (one = due.poll()) != null; ) {
      try {
        one.runTurn();
      } catch (RuntimeException | OutOfMemoryError e) {
        one.broken(e); // the others are still to have their turn
      }
    }
  }

  /// The stack turned round: what was answered first is first.
  private PendingReply takeAll() {
    PendingReply oldest = null;
    for (PendingReply slot = top.getAndSet(null); slot != null; ) {
      PendingReply below = slot.below;
      slot.below = oldest;
      oldest = slot;
      slot = below;
    }
    return oldest;
  }
}
