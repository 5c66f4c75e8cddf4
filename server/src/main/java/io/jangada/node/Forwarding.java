package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// The requests that a follower passes on to its leader. They wait while no leader is known, and
/// are sent again when no answer comes. Every write has a request id, its own or one given here, so
/// that it is applied once however often it arrives.
///
/// Each sending has a number of its own, so that a refusal clears the doubt about that sending and
/// no other. Only "I do not lead in your term" is such a refusal: it holds for every copy of the
/// message that the network may still deliver.
///
/// Whatever is done here takes a time that grows with the logarithm of how many wait.
final class Forwarding {
  /// How many times sooner than after silence a request is sent again that was refused.
  private static final int REFUSED_SOONER = 8;

  /// @param bootId of this start of this member: it makes the clients' names for writes that come
  ///   without a request id, and the first sending's number, so that a late answer to an earlier
  ///   process is not taken for one to this
  /// @param waitingMax requests that may wait; beyond, [Outcome.Busy]
  /// @param waitingBytesMax from that many bytes waiting on, [Outcome.Busy]
  /// @param retryNanos what is not answered is sent again after this time
  /// @param messageBytesMax what one message carries at most, unless a single request is larger
  /// @param answersPerSession how many answers the state machine remembers for a client
  record Settings(
      long bootId,
      int waitingMax,
      long waitingBytesMax,
      long retryNanos,
      long messageBytesMax,
      int answersPerSession) {}

  /// A request that is to be served here.
  record Taken(Event.Submit submit, long deadlineNanos) {}

  private static final class Waiting {
    final long order;
    final Event.Submit submit;
    final RequestNames.Name name;
    final long deadlineNanos;
    final List<Long> open = new ArrayList<>(1);
    long sendNanos;

    Waiting(long order, Event.Submit submit, RequestNames.Name name, long deadlineNanos) {
      this.order = order;
      this.submit = submit;
      this.name = name;
      this.deadlineNanos = deadlineNanos;
    }

    RequestId requestId() {
      return name == null ? submit.requestId() : name.id();
    }

    boolean isDoubtful() {
      return !open.isEmpty() && !(submit.operation() instanceof Operation.Get);
    }
  }

  /// Differences, for the numbers of a monotonic clock may overflow.
  private static final Comparator<Waiting> BY_SENDING =
      (a, b) ->
          a.sendNanos == b.sendNanos
              ? Long.compare(a.order, b.order)
              : Long.signum(a.sendNanos - b.sendNanos);

  private final Settings settings;
  private final RequestNames names;
  private final TreeMap<Long, Waiting> byAge = new TreeMap<>();
  private final TreeSet<Waiting> bySending = new TreeSet<>(BY_SENDING);
  private final TreeMap<Long, Waiting> byNumber = new TreeMap<>();
  private long bytes;
  private long nextOrder;
  private long nextNumber;

  Forwarding(Settings settings) {
    this.settings = settings;
    this.names = new RequestNames(settings.bootId, settings.answersPerSession);
    this.nextNumber = settings.bootId;
  }

  int size() {
    return byAge.size();
  }

  /// What they count against limits.
  long bytes() {
    return bytes;
  }

  /// Takes a request, to be sent at once.
  ///
  /// @param deadlineNanos when it is answered at the latest, or with an earlier request whose
  ///   deadline is later
  void add(Event.Submit submit, long nowNanos, long deadlineNanos) {
    if (byAge.size() >= settings.waitingMax || bytes >= settings.waitingBytesMax) {
      submit.reply().accept(new Outcome.Busy("too many requests wait for the leader"));
      return;
    }
    boolean unnamed = submit.requestId() == null && submit.operation() instanceof Operation.Command;
    Waiting one = new Waiting(nextOrder++, submit, unnamed ? names.take() : null, deadlineNanos);
    one.sendNanos = nowNanos;
    byAge.put(one.order, one);
    bySending.add(one);
    bytes += submit.sizeBytes();
  }

  /// What is to be sent to the leader now, as much as goes into one message; nothing when all is
  /// sent.
  List<PeerMessage.Request> due(long nowNanos) {
    List<PeerMessage.Request> due = new ArrayList<>();
    long dueBytes = 0;
    while (!bySending.isEmpty() && bySending.first().sendNanos - nowNanos <= 0) {
      Waiting one = bySending.first();
      long number = nextNumber;
      var request = new PeerMessage.Request(number, one.requestId(), one.submit.operation());
      dueBytes += request.sizeBytes();
      if (!due.isEmpty() && dueBytes > settings.messageBytesMax) break;
      nextNumber++;
      one.open.add(number);
      byNumber.put(number, one);
      sendAt(one, nowNanos + settings.retryNanos);
      due.add(request);
    }
    return due;
  }

  /// Another member leads, or in another term: what is open is sent to it without delay.
  void leaderChanged(long nowNanos) {
    bySending.clear();
    for (Waiting one : byAge.values()) {
      one.sendNanos = nowNanos;
      bySending.add(one);
    }
  }

  void answered(PeerMessage.Reply reply, long nowNanos) {
    Waiting one = byNumber.get(reply.number());
    if (one == null) return;
    switch (reply.outcome()) {
      case Outcome.Done _, Outcome.Refused _ -> end(one, reply.outcome());
      case Outcome.NotLeader _ -> {
        byNumber.remove(reply.number());
        one.open.remove(reply.number());
        sendAt(one, nowNanos + settings.retryNanos / REFUSED_SOONER);
      }
      case Outcome.Busy _, Outcome.NoMemory() ->
          sendAt(one, nowNanos + settings.retryNanos / REFUSED_SOONER);
      case Outcome.Unknown() -> {}
    }
  }

  private void sendAt(Waiting one, long nanos) {
    bySending.remove(one);
    one.sendNanos = nanos;
    bySending.add(one);
  }

  /// Takes out the one that came first, to be served here: this member leads now.
  Taken take() {
    Waiting one = byAge.firstEntry().getValue();
    var submit = new Event.Submit(one.submit.operation(), one.requestId(), doubting(one));
    remove(one);
    return new Taken(submit, one.deadlineNanos);
  }

  /// What was sent before and is refused here may still have happened there.
  private static Consumer<Outcome> doubting(Waiting one) {
    Consumer<Outcome> reply = one.submit.reply();
    if (!one.isDoubtful()) return reply;
    return outcome ->
        reply.accept(
            switch (outcome) {
              case Outcome.Done _, Outcome.Refused _, Outcome.Unknown _ -> outcome;
              case Outcome.NotLeader _, Outcome.Busy _, Outcome.NoMemory _ -> new Outcome.Unknown();
            });
  }

  /// Answers what waited too long: a write that may have reached a leader is in doubt, unless it is
  /// done here already and only the answer got lost.
  void expire(long nowNanos, int leader, KvStore kv) {
    while (!byAge.isEmpty()) {
      Waiting oldest = byAge.firstEntry().getValue();
      if (oldest.deadlineNanos - nowNanos > 0) return;
      Result known = oldest.requestId() == null ? null : kv.answerTo(oldest.requestId());
      if (known != null) end(oldest, new Outcome.Done(known));
      else giveUp(oldest, leader);
    }
  }

  /// The replica stops: nobody will learn more.
  void abandon() {
    while (!byAge.isEmpty()) giveUp(byAge.firstEntry().getValue(), Membership.NONE);
  }

  private void giveUp(Waiting one, int leader) {
    end(one, one.isDoubtful() ? new Outcome.Unknown() : new Outcome.NotLeader(leader));
  }

  private void end(Waiting one, Outcome outcome) {
    remove(one);
    one.submit.reply().accept(outcome);
  }

  private void remove(Waiting one) {
    byAge.remove(one.order);
    bySending.remove(one);
    one.open.forEach(byNumber::remove);
    if (one.name != null) names.release(one.name);
    bytes -= one.submit.sizeBytes();
  }
}
