package io.jangada.store;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Hands work from the thread that owns a replica to the thread that owns a disk: one of each. With
/// [StoreThread] it is the only place of this room where threads meet.
///
/// What is under way counts in bytes, from [#put] until the worker says [#done].
public final class BoundedQueue<T> {
  private final Queue<T> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private final long bytesMax;
  private final Runnable wake;

  /// @param bytesMax from that many bytes under way on there is no room
  /// @param wake called after each [#put], by the thread that puts
  public BoundedQueue(long bytesMax, Runnable wake) {
    this.bytesMax = bytesMax;
    this.wake = wake;
  }

  /// Whether the next item is welcome, whatever its size. Who has no room stops taking in what
  /// makes more work: there is a slow disk behind.
  public boolean hasRoom() {
    return bytes.get() < bytesMax;
  }

  public long bytesUnderWay() {
    return bytes.get();
  }

  /// @throws IllegalStateException when twice as much is under way as there is room for: the caller
  ///   does not check [#hasRoom]
  public void put(T item, long itemBytes) {
    long before = bytes.getAndAdd(itemBytes);
    if (before >= 2 * bytesMax)
      throw new IllegalStateException(
          before + " bytes under way to the disk, room for " + bytesMax);
    queue.add(item);
    wake.run();
  }

  /// The next item, or null.
  T poll() {
    return queue.poll();
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  void done(long itemBytes) {
    bytes.addAndGet(-itemBytes);
  }
}
