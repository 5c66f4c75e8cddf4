package io.jangada.node;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The requests that this replica took and has not answered. A request first waits under its
/// ticket; a write that is in the log waits under its place there, and is answered by what is
/// applied at that index: its own entry, told by the term, or another, which means that its own was
/// cut and never will be.
final class Pending {
  private record Waiting(Operation operation, Consumer<Outcome> reply, long deadlineNanos) {}

  private record Placed(EntryId id, Waiting waiting) {}

  private final SortedMap<Long, Waiting> byTicket = new TreeMap<>();
  private final SortedMap<Long, List<Placed>> byIndex = new TreeMap<>();
  private final ArrayDeque<Long> ticketsByAge = new ArrayDeque<>();
  private long nextTicket = 1;

  /// Takes a request; [Operation] is null for what is not a read.
  long add(Operation operation, Consumer<Outcome> reply, long deadlineNanos) {
    long ticket = nextTicket++;
    byTicket.put(ticket, new Waiting(operation, reply, deadlineNanos));
    ticketsByAge.add(ticket);
    return ticket;
  }

  int size() {
    return byTicket.size() + byIndex.size();
  }

  /// The request is in the log.
  void placed(long ticket, EntryId id) {
    Waiting waiting = byTicket.remove(ticket);
    if (waiting == null) return;
    byIndex.computeIfAbsent(id.index(), _ -> new ArrayList<>(1)).add(new Placed(id, waiting));
  }

  /// Takes the request out and answers it.
  void answer(long ticket, Outcome outcome) {
    Waiting waiting = byTicket.remove(ticket);
    if (waiting != null) waiting.reply.accept(outcome);
  }

  /// What a read asks for; null when it is not waited for any more.
  Operation operation(long ticket) {
    Waiting waiting = byTicket.get(ticket);
    return waiting == null ? null : waiting.operation;
  }

  /// An entry was applied: whoever waits at its place is answered.
  ///
  /// @param leader who leads now, for those whose entry was cut
  void applied(Entry entry, Result result, int leader) {
    if (byIndex.isEmpty() || byIndex.firstKey() > entry.index()) return;
    List<Placed> here = byIndex.remove(entry.index());
    if (here == null) return;
    for (Placed placed : here) {
      boolean own = placed.id.term() == entry.term();
      placed.waiting.reply.accept(own ? new Outcome.Done(result) : new Outcome.NotLeader(leader));
    }
  }

  /// The state jumped to `index` by a snapshot: nobody can tell what was applied before.
  void jumped(long index) {
    SortedMap<Long, List<Placed>> passed = byIndex.headMap(index + 1);
    List<Placed> unknown = new ArrayList<>();
    passed.values().forEach(unknown::addAll);
    passed.clear();
    for (Placed placed : unknown) placed.waiting.reply.accept(new Outcome.Unknown());
  }

  /// Answers what waited too long. A write in the log may yet take effect; what has no place there
  /// will not be given one.
  void expire(long nowNanos, int leader) {
    while (!ticketsByAge.isEmpty()) {
      long ticket = ticketsByAge.peek();
      Waiting waiting = byTicket.get(ticket);
      if (waiting != null && waiting.deadlineNanos - nowNanos > 0) break;
      ticketsByAge.poll();
      if (waiting != null) answer(ticket, new Outcome.NotLeader(leader));
    }
    List<Placed> late = new ArrayList<>();
    Iterator<List<Placed>> oldest = byIndex.values().iterator();
    while (oldest.hasNext()) {
      List<Placed> here = oldest.next();
      if (here.getFirst().waiting.deadlineNanos - nowNanos > 0) break;
      late.addAll(here);
      oldest.remove();
    }
    for (Placed placed : late) placed.waiting.reply.accept(new Outcome.Unknown());
  }

  /// The replica stops: nobody will learn more.
  void abandon() {
    List<Consumer<Outcome>> replies = new ArrayList<>();
    byTicket.values().forEach(waiting -> replies.add(waiting.reply));
    byIndex.values().forEach(list -> list.forEach(placed -> replies.add(placed.waiting.reply)));
    byTicket.clear();
    byIndex.clear();
    ticketsByAge.clear();
    replies.forEach(reply -> reply.accept(new Outcome.Unknown()));
  }
}
