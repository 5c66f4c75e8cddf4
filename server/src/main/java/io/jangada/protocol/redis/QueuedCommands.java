package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The commands of a connection between MULTI and EXEC, and the keys that it watches for them. On
/// the connection's loop.
///
/// All connections together hold no more than [io.jangada.protocol.port.PortState#waiting].
final class QueuedCommands {
  private static final String TOO_LONG = "ERR transaction is too long";

  /// What a command or a watched key takes beside its bytes, about.
  private static final int OVERHEAD_BYTES = 128;

  private final RedisConnection client;
  private Watched watched = new Watched();
  private long watchedBytes;

  /// Null outside of MULTI.
  private List<Asked> queued;

  private long bytes;

  /// Whether one was refused.
  private boolean isBad;

  QueuedCommands(RedisConnection client) {
    this.client = client;
  }

  boolean isQueuing() {
    return queued != null;
  }

  /// About how many commands are queued, for any thread; -1 outside of MULTI.
  int count() {
    List<Asked> now = queued;
    return now == null ? -1 : now.size();
  }

  /// A command could not be read.
  void unreadable() {
    isBad = true;
  }

  void queue(Asked asked) {
    String error =
        switch (asked) {
          case Asked.Refused(String why) -> why;
          case Asked.OfStore _, Asked.OfMember _ -> take(asked);
          case Asked.Alone _, Asked.OfConnection _ ->
              "ERR Command not allowed inside a transaction";
        };
    isBad |= error != null;
    if (error == null) client.answer(out -> out.simple("QUEUED"));
    else client.refuse(error);
  }

  private String take(Asked asked) {
    long more = client.requestBytes() + OVERHEAD_BYTES;
    boolean isTooLong =
        queued.size() >= KvLimits.STEPS_MAX || bytes + more > KvLimits.TRANSACTION_BYTES_MAX;
    if (isTooLong) return TOO_LONG;
    if (!client.port().waiting().tryTake(more)) return Errors.NO_MEMORY;
    bytes += more;
    queued.add(asked);
    return null;
  }

  void multi() {
    if (isQueuing()) {
      client.refuse("ERR MULTI calls can not be nested");
      return;
    }
    queued = new ArrayList<>();
    client.ok();
  }

  void discard() {
    if (!isQueuing()) {
      client.refuse("ERR DISCARD without MULTI");
      return;
    }
    end();
    client.ok();
  }

  void unwatch() {
    if (!isQueuing()) end();
    client.ok();
  }

  /// Forgets all.
  void end() {
    client.port().waiting().give(bytes + watchedBytes);
    bytes = 0;
    watchedBytes = 0;
    watched = new Watched();
    queued = null;
    isBad = false;
  }

  void watch(List<Bytes> keys) {
    long more = client.requestBytes() + (long) OVERHEAD_BYTES * keys.size();
    if (isQueuing()) {
      client.refuse("ERR WATCH inside MULTI is not allowed");
    } else if (watched.keys().size() + keys.size() > KvLimits.STEPS_MAX
        || watchedBytes + more > KvLimits.TRANSACTION_BYTES_MAX) {
      client.refuse("ERR too many keys are watched");
    } else if (!client.port().waiting().tryTake(more)) {
      client.refuse(Errors.NO_MEMORY);
    } else {
      watchedBytes += more;
      read(watched.add(keys));
    }
  }

  private void read(List<Bytes> keys) {
    if (keys.isEmpty()) {
      client.ok();
      return;
    }
    Watched mine = watched;
    Consumer<Outcome> arrival =
        outcome -> {
          if (Errors.of(outcome) != null) mine.failed();
          else mine.found(keys, ((Outcome.Done) outcome).result());
        };
    Operation read = RedisConnection.alone(Watched.read(keys));
    client.ask(
        RedisSlot.of(client, keys, read, (_, out, _) -> out.simple("OK")).onArrival(arrival));
  }

  void exec() {
    if (!isQueuing()) {
      client.refuse("ERR EXEC without MULTI");
      return;
    }
    List<Asked> all = queued;
    Watched mine = watched;
    long heldBytes = bytes + watchedBytes;
    boolean isRefused = isBad;
    end();
    if (isRefused) client.refuse("EXECABORT Transaction discarded because of previous errors.");
    else exec(all, mine, heldBytes);
  }

  private void exec(List<Asked> all, Watched mine, long heldBytes) {
    List<Asked.OfStore> ofStore = new ArrayList<>();
    for (Asked one : all) if (one instanceof Asked.OfStore store) ofStore.add(store);
    if (ofStore.isEmpty() && mine.isEmpty()) {
      client.answer(out -> writeAll(all, List.of(), out, null), heldBytes);
      return;
    }
    List<Operation.Step> steps = ofStore.stream().map(Asked.OfStore::step).toList();
    Asked.Reply reply =
        (result, out, moment) -> {
          Result.Transacted done = (Result.Transacted) result;
          if (done.succeeded()) writeAll(all, done.results(), out, moment);
          else out.nilArray();
        };
    Operation.Transaction together = new Operation.Transaction(List.of(), steps, List.of());
    List<Bytes> keys = keysOf(ofStore, mine);
    Operation alone = RedisConnection.alone(together);
    RedisSlot.Work work =
        mine.isEmpty()
            ? new RedisSlot.Work(alone instanceof Operation.Command, () -> alone, reply)
            : new RedisSlot.Work(true, () -> mine.guard(together), reply);
    client.ask(RedisSlot.late(client, keys, work, heldBytes + CommandCodec.shownMax(together)));
  }

  /// Null for all.
  private static List<Bytes> keysOf(List<Asked.OfStore> asked, Watched watched) {
    List<Bytes> keys = new ArrayList<>(watched.keys());
    for (Asked.OfStore one : asked) {
      if (one.keys() == null) return null;
      keys.addAll(one.keys());
    }
    return keys;
  }

  private static void writeAll(
      List<Asked> asked, List<Result> results, ReplyWriter out, Asked.Moment moment) {
    out.array(asked.size());
    int next = 0;
    for (Asked one : asked) {
      switch (one) {
        case Asked.OfStore store -> write(store, results.get(next++), out, moment);
        case Asked.OfMember(Consumer<ReplyWriter> reply) -> reply.accept(out);
        case Asked.Alone _, Asked.OfConnection _, Asked.Refused _ ->
            throw new IllegalStateException("never queued: " + one);
      }
    }
  }

  private static void write(
      Asked.OfStore asked, Result result, ReplyWriter out, Asked.Moment moment) {
    if (result instanceof Result.Refused(Result.Reason reason))
      out.error(asked.reply().errorOf(reason));
    else asked.reply().write(result, out, moment);
  }
}
