package io.jangada.front.text;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/// What the connections of one event loop share: the way of replies from the replica's thread to
/// the loop.
///
/// Replies are put on a stack, and only the one that finds it empty wakes the loop, which takes the
/// whole of it: one wake-up, and one flush for each connection, however many replies came.
final class Lane {
  private final EventLoop loop;
  private final AtomicReference<Slot> top = new AtomicReference<>();
  private final ArrayDeque<Connection> due = new ArrayDeque<>();
  private final Runnable turn = this::turn;

  Lane(EventLoop loop) {
    this.loop = loop;
  }

  EventLoop loop() {
    return loop;
  }

  /// A slot has its reply. From any thread.
  void answered(Slot slot) {
    Slot below;
    do {
      below = top.get();
      slot.below = below;
    } while (!top.compareAndSet(below, slot));
    if (below == null) wake();
  }

  private void wake() {
    try {
      loop.execute(turn);
    } catch (RejectedExecutionException closed) {
      // The loops are closed, and with them the connections: nobody is left to tell.
      top.set(null);
    }
  }

  private void turn() {
    for (Slot slot = top.getAndSet(null); slot != null; ) {
      Slot below = slot.below;
      slot.below = null;
      if (slot.connection.answered(slot)) due.add(slot.connection);
      slot = below;
    }
    for (Connection one; (one = due.poll()) != null; ) one.turn();
  }
}
