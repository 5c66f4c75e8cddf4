package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Operation.Step;
import io.jangada.kv.Result;
import io.jangada.protocol.redis.Asked.OfStore;
import io.jangada.protocol.redis.Asked.Reply;
import java.util.ArrayList;
import java.util.List;

/// The commands on keys, whatever their values.
final class KeyCommands {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final long NO_END = -1;
  private static final long NO_KEY = -2;

  private static final Operation.Selection COUNTED =
      new Operation.Selection(Operation.Detail.COUNT, Operation.Between.ANY, Operation.Between.ANY);
  static final Operation.Selection KEYS =
      new Operation.Selection(Operation.Detail.KEYS, Operation.Between.ANY, Operation.Between.ANY);

  private KeyCommands() {}

  static void addTo(CommandTable table, boolean flushes) {
    table.add("del", -2, KeyCommands::delete);
    table.add("unlink", -2, KeyCommands::delete);
    table.add("exists", -2, KeyCommands::count);
    table.add("touch", -2, KeyCommands::count);
    table.add(
        "type",
        2,
        arguments ->
            OfStore.of(
                counted(arguments.get(1)),
                arguments.get(1),
                (result, out, _) -> out.simple(countOf(result) > 0 ? "string" : "none")));
    table.add("ttl", 2, arguments -> end(arguments, KeyCommands::secondsLeft));
    table.add("pttl", 2, arguments -> end(arguments, KeyCommands::millisLeft));
    table.add("expiretime", 2, arguments -> end(arguments, KeyCommands::unixSeconds));
    table.add("pexpiretime", 2, arguments -> end(arguments, KeyCommands::unixMillis));
    table.add(
        "persist",
        2,
        arguments -> OfStore.of(persist(arguments.get(1)), arguments.get(1), StringCommands.DONE));
    table.add("expire", -3, arguments -> expire("EX", "expire", arguments));
    table.add("pexpire", -3, arguments -> expire("PX", "pexpire", arguments));
    table.add("expireat", -3, arguments -> expire("EXAT", "expireat", arguments));
    table.add("pexpireat", -3, arguments -> expire("PXAT", "pexpireat", arguments));
    table.add(
        "dbsize",
        1,
        _ ->
            new OfStore(
                new Operation.Range(KeyRange.ALL, 0, COUNTED, Operation.Page.ALL),
                null,
                (result, out, _) -> out.integer(countOf(result))));
    table.add("flushdb", -1, arguments -> flush(arguments, flushes));
    table.add("flushall", -1, arguments -> flush(arguments, flushes));
  }

  private static Asked delete(Arguments arguments) {
    if (arguments.count() == 2)
      return OfStore.of(
          StringCommands.delete(arguments.get(1), StringCommands.ALWAYS),
          arguments.get(1),
          StringCommands.DONE);
    List<Step> deletes = new ArrayList<>();
    for (Bytes key : arguments.from(1))
      deletes.add(StringCommands.delete(key, StringCommands.ALWAYS));
    return new OfStore(
        StringCommands.all(deletes),
        arguments.from(1),
        (result, out, _) ->
            out.integer(
                ((Result.Transacted) result)
                    .results().stream().filter(StringCommands::isDone).count()));
  }

  private static Operation.Range counted(Bytes key) {
    return new Operation.Range(KeyRange.of(key), 0, COUNTED, Operation.Page.ALL);
  }

  private static long countOf(Result result) {
    return ((Result.Ranged) result).count();
  }

  private static Asked count(Arguments arguments) {
    List<Bytes> keys = arguments.from(1);
    return new OfStore(
        StringCommands.all(keys.stream().map(KeyCommands::counted).toList()),
        keys,
        (result, out, _) ->
            out.integer(
                ((Result.Transacted) result)
                    .results().stream().mapToLong(KeyCommands::countOf).sum()));
  }

  // ---- ends ----

  /// What a command says of a key's end.
  private interface End {
    long of(long leftMillis, long unixMillis);
  }

  private static long secondsLeft(long leftMillis, long unixMillis) {
    return (leftMillis + MILLIS_PER_SECOND / 2) / MILLIS_PER_SECOND;
  }

  private static long millisLeft(long leftMillis, long unixMillis) {
    return leftMillis;
  }

  private static long unixSeconds(long leftMillis, long unixMillis) {
    return (unixMillis + leftMillis + MILLIS_PER_SECOND / 2) / MILLIS_PER_SECOND;
  }

  private static long unixMillis(long leftMillis, long unixMillis) {
    return unixMillis + leftMillis;
  }

  private static Asked end(Arguments arguments, End end) {
    Bytes key = arguments.get(1);
    Reply reply =
        (result, out, moment) -> {
          List<KeyValue> found = ((Result.Ranged) result).entries();
          if (found.isEmpty()) {
            out.integer(NO_KEY);
            return;
          }
          long deadline = found.getFirst().terms().deadlineMillis();
          long left = Math.max(0, deadline - moment.clusterMillis());
          out.integer(deadline == 0 ? NO_END : end.of(left, moment.unixMillis()));
        };
    return OfStore.of(
        new Operation.Range(KeyRange.of(key), 0, KEYS, Operation.Page.ALL), key, reply);
  }

  static Operation.Put touch(Bytes key, Lifetime lifetime, Condition condition) {
    return new Operation.Put(key, new Change.Keep(), lifetime, condition, false);
  }

  static Operation.Put persist(Bytes key) {
    return touch(key, StringCommands.FOR_EVER, StringCommands.PRESENT);
  }

  private static Asked expire(String unit, String command, Arguments arguments)
      throws RefusedException {
    Bytes key = arguments.get(1);
    long millis = Lifetimes.millis(unit, arguments, 2, command);
    Step step =
        millis <= 0
            ? StringCommands.delete(key, StringCommands.ALWAYS)
            : touch(key, Lifetimes.of(millis), StringCommands.PRESENT);
    return OfStore.of(step, key, StringCommands.DONE);
  }

  private static Asked flush(Arguments arguments, boolean flushes) throws RefusedException {
    boolean isKnown =
        arguments.count() == 1
            || arguments.count() == 2 && List.of("ASYNC", "SYNC").contains(arguments.word(1));
    if (!isKnown) throw new RefusedException(RefusedException.SYNTAX);
    if (!flushes) throw new RefusedException("ERR " + arguments.word(0) + " is disabled");
    return new OfStore(
        new Operation.DeleteRange(KeyRange.ALL, false), null, (_, out, _) -> out.simple("OK"));
  }
}
