package io.jangada.node;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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

    Waiting(long ticket, Operation.Get read, Consumer<Outcome> reply, long deadlineNanos) {
      this.ticket = ticket;
      this.read = read;
      this.reply = reply;
      this.deadlineNanos = deadlineNanos;
    }
  }

  /// Tickets are given in the order in which requests come, so this is by age, too.
  private final TreeMap<Long, Waiting> byTicket = new TreeMap<>();

  private final TreeMap<Long, List<Waiting>> byIndex = new TreeMap<>();
  private final Counts counts;
  private long nextTicket = 1;

  Pending(Counts counts) {
    this.counts = counts;
  }

  /// Takes a request.
  ///
  /// @param read null for what is not a read
  /// @param deadlineNanos when it is answered at the latest: not before that of any earlier request
  long add(Operation.Get read, Consumer<Outcome> reply, long deadlineNanos) {
    long ticket = nextTicket++;
    byTicket.put(ticket, new Waiting(ticket, read, reply, deadlineNanos));
    return ticket;
  }

  /// How many requests wait.
  int size() {
    return byTicket.size();
  }

  /// The request is in the log.
  void placed(long ticket, EntryId place) {
    Waiting waiting = byTicket.get(ticket);
    if (waiting == null) return;
    counts.proposals++;
    waiting.place = place;
    byIndex.computeIfAbsent(place.index(), _ -> new ArrayList<>(1)).add(waiting);
  }

  /// Takes the request out and answers it. Nothing happens when it was answered before.
  void answer(long ticket, Outcome outcome) {
    Waiting waiting = byTicket.remove(ticket);
    if (waiting == null) return;
    if (waiting.place != null) leave(waiting);
    end(waiting, outcome);
  }

  private void leave(Waiting waiting) {
    List<Waiting> here = byIndex.get(waiting.place.index());
    here.remove(waiting);
    if (here.isEmpty()) byIndex.remove(waiting.place.index());
  }

  /// Takes a read out without an answer; null for what is none, or is not waited for any more.
  Taken take(long ticket) {
    if (read(ticket) == null) return null;
    Waiting waiting = byTicket.remove(ticket);
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
    if (byIndex.isEmpty() || byIndex.firstKey() > entry.index()) return;
    List<Waiting> here = byIndex.remove(entry.index());
    if (here == null) return;
    for (Waiting waiting : here) {
      byTicket.remove(waiting.ticket);
      boolean own = waiting.place.term() == entry.term();
      end(waiting, own ? new Outcome.Done(result) : new Outcome.NotLeader(leader));
    }
  }

  /// The state jumped to `index` by a snapshot: nobody can tell what was applied before.
  void jumped(long index) {
    SortedMap<Long, List<Waiting>> passed = byIndex.headMap(index, true);
    List<Waiting> unknown = new ArrayList<>();
    passed.values().forEach(unknown::addAll);
    passed.clear();
    for (Waiting waiting : unknown) {
      byTicket.remove(waiting.ticket);
      end(waiting, new Outcome.Unknown());
    }
  }

  private void end(Waiting waiting, Outcome outcome) {
    counts.ended(waiting.read != null, outcome);
    waiting.reply.accept(outcome);
  }

  /// Answers what waited too long. A write in the log may yet take effect; what has no place there
  /// will not be given one.
  ///
  /// @param leader who leads, as far as those who had no effect are to be told
  void expire(long nowNanos, int leader) {
    while (!byTicket.isEmpty()) {
      Waiting oldest = byTicket.firstEntry().getValue();
      if (oldest.deadlineNanos - nowNanos > 0) return;
      boolean placed = oldest.place != null;
      answer(oldest.ticket, placed ? new Outcome.Unknown() : new Outcome.NotLeader(leader));
    }
  }

  /// The replica stops: nobody will learn more.
  void abandon() {
    while (!byTicket.isEmpty()) answer(byTicket.firstKey(), new Outcome.Unknown());
  }
}
