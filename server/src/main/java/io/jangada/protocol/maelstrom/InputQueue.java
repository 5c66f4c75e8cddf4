package io.jangada.protocol.maelstrom;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Where the thread that reads lines meets the one that serves them. It holds a bounded number of
/// bytes: beyond, the reader waits, and so, in the end, does the writer to this process.
final class InputQueue {
  /// @param arrivedNanos when it was read
  record Line(byte[] bytes, long arrivedNanos) {}

  private static final long BYTES_MAX = 8 << 20;

  /// What a line counts beside its bytes.
  private static final long LINE_BYTES = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Condition emptied = lock.newCondition();
  private List<Line> lines = new ArrayList<>();
  private long bytes;
  private boolean ended;
  private long endedNanos;

  /// Adds a line, as soon as there is room.
  void put(Line line) throws InterruptedException {
    lock.lock();
    try {
      while (bytes >= BYTES_MAX) emptied.await();
      lines.add(line);
      bytes += LINE_BYTES + line.bytes.length;
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /// There will be no more lines.
  void end() {
    lock.lock();
    try {
      ended = true;
      endedNanos = System.nanoTime();
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /// Takes all lines there are; when there are none, waits for one, for the end, or for the time to
  /// be over.
  List<Line> take(long waitNanos) {
    lock.lock();
    try {
      long left = waitNanos;
      // Once the end is known, nothing will wake this thread but time.
      boolean knewEnd = ended;
      while (lines.isEmpty() && ended == knewEnd && left > 0) left = filled.awaitNanos(left);
      List<Line> taken = lines;
      lines = new ArrayList<>();
      bytes = 0;
      emptied.signal();
      return taken;
    } catch (InterruptedException e) {
      throw new IllegalStateException("the owner is never interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  /// Whether the lines have ended and all were taken.
  boolean isOver() {
    lock.lock();
    try {
      return ended && lines.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  long endedNanos() {
    lock.lock();
    try {
      return endedNanos;
    } finally {
      lock.unlock();
    }
  }
}
