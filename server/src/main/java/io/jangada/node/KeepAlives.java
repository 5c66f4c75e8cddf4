package io.jangada.node;

import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.Input;
import io.jangada.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The keep-alives that came to a leader since its last tick: they become one entry. Each requester
/// has a ticket of its own meanwhile, and gets its part of the result.
///
/// A request id is not looked at: to keep a lease alive twice is to keep it alive. A session
/// remembers nothing of it.
final class KeepAlives {
  private static final class Gathered implements Consumer<Outcome> {
    final List<Long> leases;
    final Consumer<Outcome> reply;
    long ticket;

    /// Where its leases begin among those of the entry.
    int from;

    Gathered(List<Long> leases, Consumer<Outcome> reply) {
      this.leases = leases;
      this.reply = reply;
    }

    @Override
    public void accept(Outcome outcome) {
      if (outcome instanceof Outcome.Done(Result.KeptAlive(List<Long> ttlMillis))) {
        List<Long> own = ttlMillis.subList(from, from + leases.size());
        reply.accept(new Outcome.Done(new Result.KeptAlive(own)));
      } else {
        reply.accept(outcome);
      }
    }
  }

  private final WaitingRequests waiting;
  private final CommandStamper stamps;
  private final List<Gathered> gathered = new ArrayList<>();
  private int leases;

  KeepAlives(WaitingRequests waiting, CommandStamper stamps) {
    this.waiting = waiting;
    this.stamps = stamps;
  }

  /// Whether a command fits into the entry with those that are there.
  boolean hasRoomFor(Operation.KeepAlive command) {
    return gathered.isEmpty() || leases + command.leases().size() <= KvLimits.KEEP_ALIVES_MAX;
  }

  void add(Operation.KeepAlive command, Consumer<Outcome> reply, long deadlineNanos) {
    Gathered one = new Gathered(command.leases(), reply);
    one.ticket = waiting.submit(null, one, deadlineNanos);
    gathered.add(one);
    leases += one.leases.size();
  }

  /// Proposes what gathered, but for what was answered meanwhile. A member that leads no more has
  /// it dropped.
  void propose(RaftNode raft, long nowNanos) {
    gathered.removeIf(one -> !waiting.isSubmitted(one.ticket));
    if (!gathered.isEmpty()) {
      List<Long> all = new ArrayList<>();
      for (Gathered one : gathered) {
        one.from = all.size();
        all.addAll(one.leases);
      }
      long ticket = waiting.join(gathered.stream().map(one -> one.ticket).toList());
      var command = new Operation.KeepAlive(all);
      raft.step(new Input.Propose(ticket, stamps.envelope(null, command, nowNanos)));
    }
    gathered.clear();
    leases = 0;
  }
}
