package io.jangada.node;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import java.util.function.Consumer;

/// The requests that this replica took and has not answered, each under its ticket. A write that is
/// in the log waits for its place there, too, and is answered by what is applied at that index: its
/// own entry, told by the term, or another, which means that its own was cut and never will be.
final class Pending {
  /// A read that is to be served in another way.
  record Taken(Event.Submit submit, long deadlineNanos) {}

  private static final class Waiting {
    final long ticket;
    final Operation.Get read;
    final Consumer<Outcome> reply;
    final long deadlineNanos;
    EntryId place;

    /// Another request that waits at the same index: entries of several terms may have been there.
    Waiting next;

    Waiting(long ticket, Operation.Get read, Consumer<Outcome> reply, long deadlineNanos) {
      this.ticket = ticket;
      this.read = read;
      this.reply = reply;
      this.deadlineNanos = deadlineNanos;
    }

    Waiting last() {
      return next == null ? this : next.last();
    }

    Waiting without(Waiting other) {
      if (this == other) return next;
      next = next.without(other);
      return this;
    }
  }

  /// Tickets are given in the order in which requests come, so this is by age, too.
  private final NumberRing<Waiting> byTicket = new NumberRing<>();

  private final NumberRing<Waiting> byIndex = new NumberRing<>();
  private final ReplicaStats counts;
  private long nextTicket = 1;
  private int size;

  Pending(ReplicaStats counts) {
    this.counts = counts;
  }

  /// Takes a request.
  ///
  /// @param read null for what is not a read
  /// @param deadlineNanos when it is answered at the latest, or with an earlier request whose
  ///   deadline is later
  long add(Operation.Get read, Consumer<Outcome> reply, long deadlineNanos) {
    long ticket = nextTicket++;
    byTicket.put(ticket, new Waiting(ticket, read, reply, deadlineNanos));
    size++;
    return ticket;
  }

  /// How many requests wait.
  int size() {
    return size;
  }

  /// The request is in the log.
  void placed(long ticket, EntryId place) {
    Waiting waiting = byTicket.get(ticket);
    if (waiting == null) return;
    counts.proposals++;
    waiting.place = place;
    Waiting here = byIndex.get(place.index());
    if (here == null) byIndex.put(place.index(), waiting);
    else here.last().next = waiting;
  }

  /// Takes the request out and answers it. Nothing happens when it was answered before.
  void answer(long ticket, Outcome outcome) {
    Waiting waiting = byTicket.get(ticket);
    if (waiting == null) return;
    if (waiting.place != null) leave(waiting);
    end(waiting, outcome);
  }

  private void leave(Waiting leaving) {
    long index = leaving.place.index();
    Waiting staying = byIndex.remove(index).without(leaving);
    if (staying != null) byIndex.put(index, staying);
  }

  /// Takes a read out without an answer; null for what is none, or is not waited for any more.
  Taken take(long ticket) {
    if (read(ticket) == null) return null;
    Waiting waiting = byTicket.remove(ticket);
    size--;
    var submit = new Event.Submit(waiting.read, null, waiting.reply);
    return new Taken(submit, waiting.deadlineNanos);
  }

  /// What a read asks for; null for what is none, or is not waited for any more.
  Operation.Get read(long ticket) {
    Waiting waiting = byTicket.get(ticket);
    return waiting == null ? null : waiting.read;
  }

  /// An entry was applied: whoever waits at its place is answered.
  ///
  /// @param leader who leads now, for those whose entry was cut
  void applied(Entry entry, Result result, int leader) {
    for (Waiting here = byIndex.remove(entry.index()); here != null; here = here.next) {
      boolean own = here.place.term() == entry.term();
      end(here, own ? new Outcome.Done(result) : new Outcome.NotLeader(leader));
    }
  }

  /// The state jumped to `index` by a snapshot: nobody can tell what was applied before.
  void jumped(long index) {
    while (!byIndex.isEmpty() && byIndex.first() <= index)
      for (Waiting here = byIndex.remove(byIndex.first()); here != null; here = here.next)
        end(here, new Outcome.Unknown());
  }

  private void end(Waiting waiting, Outcome outcome) {
    byTicket.remove(waiting.ticket);
    size--;
    counts.ended(waiting.read != null, outcome);
    waiting.reply.accept(outcome);
  }

  /// Answers what waited too long. A write in the log may yet take effect; what has no place there
  /// will not be given one.
  ///
  /// @param leader who leads, as far as those who had no effect are to be told
  void expire(long nowNanos, int leader) {
    while (!byTicket.isEmpty()) {
      Waiting oldest = byTicket.get(byTicket.first());
      if (oldest.deadlineNanos - nowNanos > 0) return;
      boolean placed = oldest.place != null;
      answer(oldest.ticket, placed ? new Outcome.Unknown() : new Outcome.NotLeader(leader));
    }
  }

  /// The replica stops: nobody will learn more.
  void abandon() {
    while (!byTicket.isEmpty()) answer(byTicket.first(), new Outcome.Unknown());
  }
}
