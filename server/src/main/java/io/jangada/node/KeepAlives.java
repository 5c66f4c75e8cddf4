package io.jangada.node;

import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.raft.Input;
import io.jangada.raft.RaftNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The keep-alives that came to a leader since its last tick: they become one entry for each
/// caller. Each requester has a ticket of its own meanwhile, and gets its part of the result.
///
/// A request id is not looked at: to keep a lease alive twice is to keep it alive. A session
/// remembers nothing of it.
final class KeepAlives {
  private static final Result DENIED = new Result.Refused(Result.Reason.PERMISSION_DENIED);

  private static final class Gathered implements Consumer<Outcome> {
    final Caller caller;
    final List<Long> leases;
    final Consumer<Outcome> reply;
    long ticket;

    /// Where its leases begin among those of the entry.
    int from;

    Gathered(List<Long> leases, Event.Submit submit) {
      this.caller = submit.caller();
      this.leases = leases;
      this.reply = submit.reply();
    }

    @Override
    public void accept(Outcome outcome) {
      if (outcome instanceof Outcome.Done(Result.KeptAlive(List<Long> ttlMillis))) {
        List<Long> own = ttlMillis.subList(from, from + leases.size());
        boolean isDenied = own.contains(Result.KeptAlive.DENIED);
        reply.accept(new Outcome.Done(isDenied ? DENIED : new Result.KeptAlive(own)));
      } else {
        reply.accept(outcome);
      }
    }
  }

  private final WaitingRequests waiting;
  private final CommandStamper stamps;
  private final List<Gathered> gathered = new ArrayList<>();
  private int leases;
  private long keys;

  KeepAlives(WaitingRequests waiting, CommandStamper stamps) {
    this.waiting = waiting;
    this.stamps = stamps;
  }

  /// Whether a command fits into the entry with those that are there.
  boolean hasRoomFor(Operation.KeepAlive command) {
    if (gathered.isEmpty()) return true;
    boolean fits = leases + command.leases().size() <= KvLimits.KEEP_ALIVES_MAX;
    return fits && keys + checkedKeys(command) <= KvLimits.CHECKED_KEYS_MAX;
  }

  /// How many keys are looked at to find out whether it is permitted.
  private long checkedKeys(Operation.KeepAlive command) {
    KvStore kv = stamps.state().kv();
    return kv.users().isEnabled() ? kv.keyCount(command.leases()) : 0;
  }

  void add(Operation.KeepAlive command, Event.Submit submit, long deadlineNanos) {
    Gathered one = new Gathered(command.leases(), submit);
    one.ticket = waiting.submit(null, one, deadlineNanos);
    gathered.add(one);
    leases += one.leases.size();
    keys += checkedKeys(command);
  }

  /// Proposes what gathered, but for what was answered meanwhile. A member that leads no more has
  /// it dropped.
  void propose(RaftNode raft, long nowNanos) {
    gathered.removeIf(one -> !waiting.isSubmitted(one.ticket));
    var byCaller =
        new TreeMap<Caller, List<Gathered>>(Comparator.nullsFirst(Comparator.naturalOrder()));
    for (Gathered one : gathered)
      byCaller.computeIfAbsent(one.caller, _ -> new ArrayList<>()).add(one);
    byCaller.forEach((caller, ones) -> propose(raft, caller, ones, nowNanos));
    gathered.clear();
    leases = 0;
    keys = 0;
  }

  private void propose(RaftNode raft, Caller caller, List<Gathered> ones, long nowNanos) {
    List<Long> all = new ArrayList<>();
    for (Gathered one : ones) {
      one.from = all.size();
      all.addAll(one.leases);
    }
    long ticket = waiting.join(ones.stream().map(one -> one.ticket).toList());
    var command = new Operation.KeepAlive(all);
    raft.step(new Input.Propose(ticket, stamps.envelope(caller, command, nowNanos)));
  }
}
