package io.jangada.protocol.maelstrom;

import io.jangada.node.Clock;
import io.jangada.node.PeerMessage;
import io.jangada.node.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Lets requests that are passed on, and the replies to them, share messages when there are many: a
/// node sends another only so many in a time, and what comes when that is used up goes together
/// with the next. A few may always go at once, so that nothing waits while there is little to do.
/// To all other nodes it looks like a network that delays a little, as any may.
final class MessageCoalescer implements Transport {
  /// How often a message may be sent in the long run.
  static final long REFILL_NANOS = 27_000_000;

  /// How many may be sent at once after a pause.
  static final int BURST_MAX = 3;

  /// The messages of one kind to one node.
  private static final class Lane<T extends PeerMessage> {
    private T held;

    /// When the allowance was, or will be, used up; the longer ago, the more may be sent.
    private long emptyNanos;

    Lane(long now) {
      emptyNanos = now - BURST_MAX * REFILL_NANOS;
    }

    private long waitNanos(long now) {
      return held == null ? Long.MAX_VALUE : emptyNanos + REFILL_NANOS - now;
    }

    private T take(long now) {
      emptyNanos = Math.max(emptyNanos, now - BURST_MAX * REFILL_NANOS) + REFILL_NANOS;
      T taken = held;
      held = null;
      return taken;
    }
  }

  private final Transport onward;
  private final Clock clock;
  private final SortedMap<Integer, Lane<PeerMessage.Forward>> requests = new TreeMap<>();
  private final SortedMap<Integer, Lane<PeerMessage.ForwardReply>> replies = new TreeMap<>();

  MessageCoalescer(Transport onward, Clock clock) {
    this.onward = onward;
    this.clock = clock;
  }

  @Override
  public void send(PeerMessage message) {
    switch (message) {
      case PeerMessage.Raft _,
          PeerMessage.ReadIndexRequest _,
          PeerMessage.ReadIndexReply _,
          PeerMessage.Bootstrap _,
          PeerMessage.Digests _,
          PeerMessage.Admin _ ->
          onward.send(message);
      case PeerMessage.Forward forward -> hold(forward);
      case PeerMessage.ForwardReply reply -> hold(reply);
    }
  }

  private void hold(PeerMessage.Forward forward) {
    Lane<PeerMessage.Forward> lane = lane(requests, forward.to());
    if (lane.held != null && lane.held.term() == forward.term()) {
      // The later message says of all requests what each said of its own: that the sender followed
      // this leader in this term after they were made.
      List<PeerMessage.Request> both = joined(lane.held.requests(), forward.requests());
      forward = new PeerMessage.Forward(forward.from(), forward.to(), forward.term(), both);
    } else if (lane.held != null) {
      onward.send(lane.take(clock.nanos()));
    }
    lane.held = forward;
  }

  private void hold(PeerMessage.ForwardReply reply) {
    Lane<PeerMessage.ForwardReply> lane = lane(replies, reply.to());
    List<PeerMessage.Reply> before = lane.held == null ? List.of() : lane.held.replies();
    lane.held =
        new PeerMessage.ForwardReply(reply.from(), reply.to(), joined(before, reply.replies()));
  }

  private <T extends PeerMessage> Lane<T> lane(SortedMap<Integer, Lane<T>> lanes, int to) {
    return lanes.computeIfAbsent(to, _ -> new Lane<>(clock.nanos()));
  }

  private static <T> List<T> joined(List<T> first, List<T> then) {
    List<T> both = new ArrayList<>(first);
    both.addAll(then);
    return both;
  }

  /// Sends what is due. Returns how long it is until something else is.
  long sendDue() {
    long now = clock.nanos();
    return Math.min(sendDue(requests, now), sendDue(replies, now));
  }

  private <T extends PeerMessage> long sendDue(SortedMap<Integer, Lane<T>> lanes, long now) {
    long next = Long.MAX_VALUE;
    for (Lane<T> lane : lanes.values()) {
      if (lane.waitNanos(now) <= 0) onward.send(lane.take(now));
      next = Math.min(next, lane.waitNanos(now));
    }
    return next;
  }
}
