package io.jangada.server;

import io.jangada.node.PeerMessage;
import io.jangada.node.Transport;
import io.jangada.raft.Message;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/// A way to the peers on which snapshots do not take more than their share: chunks go out at so
/// many bytes a second on average, to all peers together, and whatever else is sent goes at once.
///
/// A chunk goes when what went before it is paid for, so that a single one may be of any size. For
/// each peer one chunk waits at most: a leader sends the next when it was asked for, or the same
/// again.
final class SnapshotThrottle implements Transport {
  private static final double NANOS_PER_SECOND = 1e9;

  /// Something that runs a task after a while.
  @FunctionalInterface
  interface Timer {
    void after(long nanos, Runnable task);
  }

  private final Transport transport;
  private final long bytesPerSecond;
  private final LongSupplier clock;
  private final Timer timer;
  private final TreeMap<Integer, PeerMessage.Raft> waiting = new TreeMap<>();

  /// What was sent is paid for from then on.
  private long freeNanos;

  private boolean woken;

  /// @param bytesPerSecond 1 or more
  SnapshotThrottle(Transport transport, long bytesPerSecond, LongSupplier clock, Timer timer) {
    this.transport = transport;
    this.bytesPerSecond = bytesPerSecond;
    this.clock = clock;
    this.timer = timer;
    this.freeNanos = clock.getAsLong();
  }

  @Override
  public void send(PeerMessage message) {
    if (message instanceof PeerMessage.Raft raft
        && raft.message() instanceof Message.InstallSnapshot) later(raft);
    else transport.send(message);
  }

  private synchronized void later(PeerMessage.Raft chunk) {
    waiting.put(chunk.to(), chunk);
    if (!woken) drive();
  }

  private synchronized void wake() {
    woken = false;
    drive();
  }

  private void drive() {
    long now = clock.getAsLong();
    if (freeNanos - now < 0) freeNanos = now;
    while (!waiting.isEmpty() && freeNanos - now <= 0) {
      PeerMessage.Raft chunk = waiting.pollFirstEntry().getValue();
      freeNanos += (long) (chunk.sizeBytes() * NANOS_PER_SECOND / bytesPerSecond);
      transport.send(chunk);
    }
    if (waiting.isEmpty()) return;
    woken = true;
    timer.after(freeNanos - now, this::wake);
  }
}
