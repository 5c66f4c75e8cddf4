package io.jangada.link;

import io.jangada.node.PeerMessage;
import io.jangada.raft.Message;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/// What waits to be sent to one peer. Any thread puts in; only the event loop takes out.
///
/// Messages wait as they are, and become bytes only when the connection takes more: what waits for
/// a slow peer are mostly entries that the log holds anyway. A message counts against the limit
/// until [#sent] says that the system has its last byte, or until it is dropped.
final class SendQueue {
  private final ConcurrentLinkedQueue<PeerMessage> messages = new ConcurrentLinkedQueue<>();

  /// The chunk of a snapshot that waits. A peer needs one at a time, so a later one takes the place
  /// of one that was never sent; and it waits behind everything else, so that no heartbeat waits
  /// behind it.
  private final AtomicReference<PeerMessage> chunk = new AtomicReference<>();

  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder dropped = new LongAdder();
  private final long bytesMax;

  SendQueue(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /// Takes a message unless too much waits already; the last one taken may go beyond the limit.
  boolean offer(PeerMessage message) {
    long size = message.sizeBytes();
    if (bytes.getAndAdd(size) >= bytesMax) {
      bytes.addAndGet(-size);
      return false;
    }
    if (message instanceof PeerMessage.Raft(Message.InstallSnapshot _, long _)) {
      PeerMessage overtaken = chunk.getAndSet(message);
      if (overtaken != null) drop(overtaken);
    } else {
      messages.add(message);
    }
    return true;
  }

  /// The message to be sent next, or null. It is to be taken with [#poll] before the next `peek`.
  PeerMessage peek() {
    PeerMessage first = messages.peek();
    return first != null ? first : chunk.get();
  }

  /// Takes the message that [#peek] gave, unless a later chunk has just taken its place.
  boolean removeHead(PeerMessage peeked) {
    if (messages.peek() != peeked) return chunk.compareAndSet(peeked, null);
    messages.poll();
    return true;
  }

  boolean isEmpty() {
    return messages.isEmpty() && chunk.get() == null;
  }

  /// The system has messages of so many bytes, as [PeerMessage#sizeBytes] counts, or they are lost.
  void sent(long size) {
    bytes.addAndGet(-size);
  }

  /// A message was lost that is not in the queue, and does not count against the limit.
  void countDropped() {
    dropped.increment();
  }

  private void drop(PeerMessage message) {
    bytes.addAndGet(-message.sizeBytes());
    dropped.increment();
  }

  void dropAll() {
    for (PeerMessage message; (message = messages.poll()) != null; ) drop(message);
    PeerMessage last = chunk.getAndSet(null);
    if (last != null) drop(last);
  }

  long bytes() {
    return bytes.get();
  }

  long dropped() {
    return dropped.sum();
  }
}
