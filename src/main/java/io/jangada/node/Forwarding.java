package io.jangada.node;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The requests that a follower passes on to its leader. They wait while no leader is known, and
/// are sent again when no answer comes. Every write has a request id, its own or one given here, so
/// that it is applied once however often it arrives.
///
/// Each sending has a number of its own, so that a refusal clears the doubt about that sending and
/// no other. Only "I do not lead in your term" is such a refusal: it holds for every copy of the
/// message that the network may still deliver.
final class Forwarding {
  private static final class Waiting {
    final Operation operation;
    final RequestId requestId;
    final Consumer<Outcome> reply;
    final long deadlineNanos;
    final List<Long> open = new ArrayList<>(1);
    long retryNanos;

    Waiting(Operation operation, RequestId requestId, Consumer<Outcome> reply, long deadlineNanos) {
      this.operation = operation;
      this.requestId = requestId;
      this.reply = reply;
      this.deadlineNanos = deadlineNanos;
    }

    boolean isDoubtful() {
      return !open.isEmpty() && !(operation instanceof Operation.Get);
    }
  }

  private final Bytes name;
  private final int waitingMax;
  private final long retryNanos;
  private List<Waiting> waiting = new ArrayList<>();
  private final SortedMap<Long, Waiting> bySending = new TreeMap<>();
  private long nextSending;
  private long nextRequest = 1;

  /// @param life a number of this life of this member alone: it makes the client's name for writes
  ///   that come without a request id, and the first sending's number, so that a late answer to an
  ///   earlier life is not taken for one to this
  Forwarding(long life, int waitingMax, long retryNanos) {
    this.name = new ByteWriter(16).putLong(life).toBytes();
    this.nextSending = life;
    this.waitingMax = waitingMax;
    this.retryNanos = retryNanos;
  }

  int size() {
    return waiting.size();
  }

  void add(Event.Submit submit, long deadlineNanos) {
    if (waiting.size() >= waitingMax) {
      submit.reply().accept(new Outcome.Busy("too many requests wait for the leader"));
      return;
    }
    RequestId requestId = submit.requestId();
    if (requestId == null && submit.operation() instanceof Operation.Command)
      requestId = new RequestId.Numbered(name, nextRequest++);
    waiting.add(new Waiting(submit.operation(), requestId, submit.reply(), deadlineNanos));
  }

  /// What is to be sent to the leader now.
  List<PeerMessage.Request> due(long nowNanos) {
    List<PeerMessage.Request> due = new ArrayList<>();
    for (Waiting one : waiting) {
      if (one.retryNanos - nowNanos > 0) continue;
      long number = nextSending++;
      one.open.add(number);
      one.retryNanos = nowNanos + retryNanos;
      bySending.put(number, one);
      due.add(new PeerMessage.Request(number, one.requestId, one.operation));
    }
    return due;
  }

  /// Another member leads: what is open is sent to it without delay.
  void leaderChanged(long nowNanos) {
    for (Waiting one : waiting) one.retryNanos = nowNanos;
  }

  void answered(PeerMessage.Reply reply, long nowNanos) {
    Waiting one = bySending.get(reply.number());
    if (one == null) return;
    switch (reply.outcome()) {
      case Outcome.Done _, Outcome.Refused _ -> end(one, reply.outcome());
      case Outcome.NotLeader _ -> {
        bySending.remove(reply.number());
        one.open.remove(reply.number());
        one.retryNanos = nowNanos + retryNanos / 8;
      }
      case Outcome.Busy _ -> one.retryNanos = nowNanos + retryNanos / 8;
      case Outcome.Unknown() -> {}
    }
  }

  /// Takes everything out, to be served here: this member leads now.
  List<Event.Submit> takeAll() {
    List<Event.Submit> taken = new ArrayList<>();
    for (Waiting one : waiting)
      taken.add(new Event.Submit(one.operation, one.requestId, doubting(one)));
    waiting = new ArrayList<>();
    bySending.clear();
    return taken;
  }

  /// What was sent before and is refused here may still have happened there.
  private static Consumer<Outcome> doubting(Waiting one) {
    if (!one.isDoubtful()) return one.reply;
    return outcome ->
        one.reply.accept(
            switch (outcome) {
              case Outcome.Done _, Outcome.Refused _, Outcome.Unknown _ -> outcome;
              case Outcome.NotLeader _, Outcome.Busy _ -> new Outcome.Unknown();
            });
  }

  void expire(long nowNanos, int leader) {
    List<Waiting> late = new ArrayList<>();
    for (Waiting one : waiting) if (one.deadlineNanos - nowNanos <= 0) late.add(one);
    for (Waiting one : late)
      end(one, one.isDoubtful() ? new Outcome.Unknown() : new Outcome.NotLeader(leader));
  }

  void abandon() {
    for (Waiting one : List.copyOf(waiting)) end(one, new Outcome.Unknown());
  }

  private void end(Waiting one, Outcome outcome) {
    waiting.remove(one);
    one.open.forEach(bySending::remove);
    one.reply.accept(outcome);
  }
}
