package io.jangada.node;

import io.jangada.kv.Operation;
import io.jangada.node.WaitingRequest.Forwarded;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// When forwarded requests are sent to the leader, and under which numbers. They wait while no
/// leader is known, and are sent again when no answer comes. Every write has a request id, its own
/// or one given here, so that it is applied once however often it arrives.
///
/// Each sending has a number of its own, so that a refusal clears the doubt about that sending and
/// no other. Only "I do not lead in your term" and "out of memory" ([FirstSendings]) are such
/// refusals: they hold for every copy of the message that the network may still deliver. The latter
/// ends the request if no other sending of it is in doubt.
///
/// Every method but [#restart] takes a time that grows with the logarithm of how many wait.
final class Sendings {
  /// How many times sooner than after silence a request is sent again that was refused.
  private static final int REFUSED_SOONER = 8;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /// Differences, for the numbers of a monotonic clock may overflow.
  private static final Comparator<Forwarded> BY_SENDING =
      (a, b) ->
          a.sendNanos == b.sendNanos
              ? Long.compare(a.turn, b.turn)
              : Long.signum(a.sendNanos - b.sendNanos);

  private final RequestNames names;

  /// A request that is not answered is sent again after this time.
  private final long retryNanos;

  /// What one message carries at most, unless a single request is larger.
  private final long messageBytesMax;

  /// All requests, the next to be sent first.
  private final TreeSet<Forwarded> bySending = new TreeSet<>(BY_SENDING);

  /// The requests under the numbers of their open sendings.
  private final TreeMap<Long, Forwarded> byNumber = new TreeMap<>();

  /// The number of the next sending.
  private long nextNumber;

  /// @param names with a number of this run of this member alone, which is that of the first
  ///   sending: a late answer to an earlier run is not taken for one to this
  Sendings(ReplicaSettings settings, RequestNames names) {
    this.names = names;
    this.retryNanos = settings.retryMillis() * NANOS_PER_MILLI;
    this.messageBytesMax = settings.raft().limits().messageBytesMax();
    this.nextNumber = names.bootId();
  }

  /// Has a request sent at once.
  void add(Forwarded one, long nowNanos) {
    boolean unnamed = one.submit.requestId() == null;
    if (unnamed && one.submit.operation() instanceof Operation.Command) one.name = names.take();
    one.sendNanos = nowNanos;
    bySending.add(one);
  }

  /// Whether something is to be sent to the leader now.
  boolean isDue(long nowNanos) {
    return !bySending.isEmpty() && bySending.first().sendNanos - nowNanos <= 0;
  }

  /// Sends what is due, as much as goes into the message to the leader that is returned.
  List<PeerMessage.Request> send(long nowNanos) {
    List<PeerMessage.Request> due = new ArrayList<>();
    long dueBytes = 0;
    while (isDue(nowNanos)) {
      Forwarded one = bySending.first();
      long number = nextNumber;
      Event.Submit submit = one.submit;
      var request =
          new PeerMessage.Request(number, submit.caller(), one.requestId(), submit.operation());
      dueBytes += request.sizeBytes();
      if (!due.isEmpty() && dueBytes > messageBytesMax) break;
      nextNumber++;
      one.open.add(number);
      byNumber.put(number, one);
      sendAt(one, nowNanos + retryNanos);
      due.add(request);
    }
    return due;
  }

  /// Another member leads, or in another term: all is sent to it without delay.
  void restart(long nowNanos) {
    for (Forwarded one : List.copyOf(bySending)) sendAt(one, nowNanos);
  }

  /// Takes an answer. Returns the request if that ends it, and otherwise null.
  Forwarded answered(PeerMessage.Reply reply, long nowNanos) {
    Forwarded one = byNumber.get(reply.number());
    if (one == null) return null;
    switch (reply.outcome()) {
      case Outcome.Done _, Outcome.Refused _ -> {
        return one;
      }
      case Outcome.NotLeader _ -> {
        byNumber.remove(reply.number());
        one.open.remove(reply.number());
        sendAt(one, nowNanos + retryNanos / REFUSED_SOONER);
      }
      case Outcome.NoMemory() -> {
        byNumber.remove(reply.number());
        one.open.remove(reply.number());
        if (one.open.isEmpty()) return one;
        sendAt(one, nowNanos + retryNanos / REFUSED_SOONER);
      }
      case Outcome.Busy _ -> sendAt(one, nowNanos + retryNanos / REFUSED_SOONER);
      case Outcome.Unknown() -> {}
    }
    return null;
  }

  private void sendAt(Forwarded one, long nanos) {
    bySending.remove(one);
    one.sendNanos = nanos;
    bySending.add(one);
  }

  /// Sends a request no more.
  void remove(Forwarded one) {
    bySending.remove(one);
    one.open.forEach(byNumber::remove);
    if (one.name != null) names.release(one.name);
  }
}
