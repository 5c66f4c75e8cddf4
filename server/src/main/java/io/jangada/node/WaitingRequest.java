package io.jangada.node;

import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.raft.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A request that this member took and has not answered, with what is known of it in its state:
/// there is a class for each. Only [WaitingRequests] moves requests between states.
abstract sealed class WaitingRequest {
  /// Gets the outcome, once.
  final Consumer<Outcome> reply;

  /// When it is answered at the latest, on the replica's clock.
  final long deadlineNanos;

  private WaitingRequest(Consumer<Outcome> reply, long deadlineNanos) {
    this.reply = reply;
    this.deadlineNanos = deadlineNanos;
  }

  /// Tells its client how it ended.
  void answer(Outcome outcome) {
    reply.accept(outcome);
  }

  /// A client's read.
  ///
  /// @param caller null where it is not said who asks
  record Reading(Caller caller, Operation.Read read) {}

  /// Given to the protocol while this member leads. A read waits for the quorum's word and until
  /// enough is applied, a command until the entry at its place is applied.
  static final class Submitted extends WaitingRequest {
    /// By which the protocol knows it.
    final long ticket;

    /// What a client's read asks for; null for everything else.
    final Reading read;

    /// The place in the log; null until there is one, and always for a read.
    EntryId place;

    /// Another request that waits at the same index: entries of several terms may have been there.
    Submitted next;

    /// The requests that are placed or dropped with this one: they stand in its entry.
    List<Submitted> joined = List.of();

    Submitted(long ticket, Reading read, Consumer<Outcome> reply, long deadlineNanos) {
      super(reply, deadlineNanos);
      this.ticket = ticket;
      this.read = read;
    }

    /// Takes the others from this one.
    List<Submitted> takeJoined() {
      List<Submitted> others = joined;
      joined = List.of();
      return others;
    }

    Submitted last() {
      return next == null ? this : next.last();
    }

    Submitted without(Submitted other) {
      if (this == other) return next;
      next = next.without(other);
      return this;
    }
  }

  /// In the queue for a leader, this member or another. At a leader it waits for room in the log.
  abstract static sealed class Queued extends WaitingRequest {
    /// What was asked for.
    final Event.Submit submit;

    /// The number in the queue: the lowest is served first.
    final long turn;

    private Queued(Event.Submit submit, long turn, long deadlineNanos) {
      super(submit.reply(), deadlineNanos);
      this.submit = submit;
      this.turn = turn;
    }
  }

  /// Queued until a leader is known; the reply names it ([FollowerPolicy#HOLD]). It had no effect.
  static final class Held extends Queued {
    Held(Event.Submit submit, long turn, long deadlineNanos) {
      super(submit, turn, deadlineNanos);
    }
  }

  /// Queued to be sent to the leader ([FollowerPolicy#FORWARD]), or sent and not answered.
  static final class Forwarded extends Queued {
    /// The request id that was given here; null for a read, and for a write that came with one.
    RequestNames.Name name;

    /// The numbers of the sendings that a leader may have served, or may yet serve.
    final List<Long> open = new ArrayList<>(1);

    /// When it is sent, or sent again.
    long sendNanos;

    Forwarded(Event.Submit submit, long turn, long deadlineNanos) {
      super(submit, turn, deadlineNanos);
    }

    /// Under which it is applied once however often it is sent; null for a read.
    RequestId requestId() {
      return name == null ? submit.requestId() : name.id();
    }

    /// A client that gave no request id knows nothing of what is forgotten either.
    @Override
    void answer(Outcome outcome) {
      boolean isForgotten = name != null && outcome instanceof Outcome.Done(Result.Forgotten _);
      reply.accept(isForgotten ? new Outcome.Unknown() : outcome);
    }

    /// Whether a leader may have applied it.
    boolean isDoubtful() {
      return !open.isEmpty() && !(submit.operation() instanceof Operation.Read);
    }

    /// The request as this member serves it when it leads: what was sent before and is refused here
    /// may still have happened there.
    Event.Submit toServe() {
      Consumer<Outcome> doubting =
          outcome ->
              answer(
                  switch (outcome) {
                    case Outcome.Done _, Outcome.Refused _, Outcome.Unknown _ -> outcome;
                    case Outcome.NotLeader _, Outcome.Busy _, Outcome.NoMemory _ ->
                        new Outcome.Unknown();
                  });
      Consumer<Outcome> receiver = isDoubtful() ? doubting : this::answer;
      return new Event.Submit(submit.caller(), submit.operation(), requestId(), receiver);
    }
  }

  /// A read that is served here without leading: gathered for a question to the leader, under way
  /// with one, or waiting until the index that the leader named is applied ([ReadIndexQuestions]).
  static final class FollowerRead extends WaitingRequest {
    /// What was asked for, and how fresh.
    final Event.Read event;

    FollowerRead(Event.Read event, long deadlineNanos) {
      super(event.reply(), deadlineNanos);
      this.event = event;
    }

    /// Whether it is served from the own state as it is.
    boolean isLocal() {
      return event.reading() instanceof ReadConsistency.Local;
    }
  }
}
