package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
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
import java.util.Set;
import java.util.TreeSet;

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
    table.add("rename", 3, arguments -> rename(arguments, true));
    table.add("renamenx", 3, arguments -> rename(arguments, false));
    table.add("copy", -3, KeyCommands::copy);
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
    return nearestSecond(leftMillis);
  }

  private static long millisLeft(long leftMillis, long unixMillis) {
    return leftMillis;
  }

  private static long unixSeconds(long leftMillis, long unixMillis) {
    return nearestSecond(unixMillis(leftMillis, unixMillis));
  }

  private static long unixMillis(long leftMillis, long unixMillis) {
    return leftMillis > Long.MAX_VALUE - unixMillis ? Long.MAX_VALUE : unixMillis + leftMillis;
  }

  private static long nearestSecond(long millis) {
    return millis / MILLIS_PER_SECOND + millis % MILLIS_PER_SECOND * 2 / MILLIS_PER_SECOND;
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
    return touch(key, StringCommands.FOR_EVER, new Condition.Ends(Condition.End.SOMETIME, 0));
  }

  private static Asked expire(String unit, String command, Arguments arguments)
      throws RefusedException {
    Bytes key = arguments.get(1);
    long millis = Lifetimes.millis(unit, arguments, 2, command);
    Set<String> options = options(arguments);
    boolean isOver = millis <= 0;
    if (isOver && options.contains("GT"))
      return OfStore.of(new Operation.Get(key), key, (_, out, _) -> out.integer(0));
    Condition condition = isOver ? ifOver(options) : guard(options, millis);
    Step step =
        isOver
            ? StringCommands.delete(key, condition)
            : touch(key, Lifetimes.of(millis), condition);
    return OfStore.of(step, key, StringCommands.DONE);
  }

  private static Set<String> options(Arguments arguments) throws RefusedException {
    Set<String> options = new TreeSet<>();
    for (int i = 3; i < arguments.count(); i++) {
      if (!List.of("NX", "XX", "GT", "LT").contains(arguments.word(i)))
        throw new RefusedException("ERR Unsupported option " + arguments.text(i));
      options.add(arguments.word(i));
    }
    if (options.contains("NX") && options.size() > 1)
      throw new RefusedException(
          "ERR NX and XX, GT or LT options at the same time are not compatible");
    if (options.contains("GT") && options.contains("LT"))
      throw new RefusedException("ERR GT and LT options at the same time are not compatible");
    return options;
  }

  private static Condition guard(Set<String> options, long millis) {
    if (options.contains("NX")) return new Condition.Ends(Condition.End.NEVER, 0);
    if (options.contains("GT")) return new Condition.Ends(Condition.End.SOONER, millis);
    boolean isIfEver = options.contains("XX");
    if (options.contains("LT"))
      return new Condition.Ends(
          isIfEver ? Condition.End.LATER_IF_EVER : Condition.End.LATER, millis);
    return isIfEver ? new Condition.Ends(Condition.End.SOMETIME, 0) : StringCommands.PRESENT;
  }

  /// The same for an end that is past, before which every other is not.
  private static Condition ifOver(Set<String> options) {
    if (options.contains("NX")) return new Condition.Ends(Condition.End.NEVER, 0);
    if (options.contains("XX")) return new Condition.Ends(Condition.End.SOMETIME, 0);
    return StringCommands.ALWAYS;
  }

  // ---- other names ----

  private static Asked rename(Arguments arguments, boolean replaces) {
    Bytes from = arguments.get(1);
    Bytes to = arguments.get(2);
    List<Step> steps =
        from.equals(to)
            ? List.of()
            : List.of(
                new Operation.Copy(from, to, true),
                StringCommands.delete(from, StringCommands.ALWAYS));
    List<Compare> compares = new ArrayList<>();
    compares.add(StringCommands.present(from));
    Operation.Transaction renaming = new Operation.Transaction(List.of(), steps, List.of());
    if (!replaces)
      renaming = new Operation.Transaction(List.of(StringCommands.absent(to)), steps, List.of());
    Reply reply =
        (result, out, _) -> {
          Result.Transacted done = (Result.Transacted) result;
          if (!done.succeeded()) {
            out.error("ERR no such key");
            return;
          }
          boolean isRenamed = ((Result.Transacted) done.results().getFirst()).succeeded();
          if (replaces) out.simple("OK");
          else out.integer(isRenamed ? 1 : 0);
        };
    return new OfStore(
        new Operation.Transaction(compares, List.of(renaming), List.of()),
        List.of(from, to),
        reply);
  }

  private static Asked copy(Arguments arguments) throws RefusedException {
    boolean replaces = false;
    for (int i = 3; i < arguments.count(); i++) {
      String word = arguments.word(i);
      if (word.equals("REPLACE")) {
        replaces = true;
      } else if (word.equals("DB") && i + 1 < arguments.count()) {
        if (arguments.integer(++i) != 0) throw new RefusedException("ERR DB index is out of range");
      } else {
        throw new RefusedException(RefusedException.SYNTAX);
      }
    }
    Bytes from = arguments.get(1);
    Bytes to = arguments.get(2);
    if (from.equals(to))
      throw new RefusedException("ERR source and destination objects are the same");
    return new OfStore(
        new Operation.Copy(from, to, replaces), List.of(from, to), StringCommands.DONE);
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
