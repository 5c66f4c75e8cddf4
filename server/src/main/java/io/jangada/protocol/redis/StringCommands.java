package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Operation.Step;
import io.jangada.kv.Result;
import io.jangada.protocol.redis.Asked.OfStore;
import io.jangada.protocol.redis.Asked.Reply;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The commands on values: what each asks of the store.
final class StringCommands {
  static final Condition ALWAYS = new Condition.Always();
  static final Condition ABSENT = new Condition.Absent();
  static final Condition PRESENT = new Condition.Present();
  static final Lifetime FOR_EVER = new Lifetime.ForEver();
  static final Lifetime SAME = new Lifetime.Same();

  /// One that does not say what was there.
  private static final boolean UNSHOWN = false;

  private static final Reply OK = (_, out, _) -> out.simple("OK");
  private static final Reply VALUE = (result, out, _) -> out.bulkOrNil(valueOf(result));
  private static final Reply LENGTH =
      (result, out, _) -> out.integer(valueOf(result) == null ? 0 : valueOf(result).length());
  static final Reply DONE = (result, out, _) -> out.integer(isDone(result) ? 1 : 0);
  private static final Reply SET =
      (result, out, _) -> {
        if (isDone(result)) out.simple("OK");
        else out.nil();
      };
  private static final Reply FORMER =
      (result, out, _) -> out.bulkOrNil(valueOf(((Result.Transacted) result).results().getFirst()));

  private static final Pattern INFINITE = Pattern.compile("(?i)[+-]?inf(inity)?");

  private final KvLimits limits;

  StringCommands(KvLimits limits) {
    this.limits = limits;
  }

  void addTo(CommandTable table) {
    table.add("get", 2, arguments -> read(arguments.get(1), VALUE));
    table.add("strlen", 2, arguments -> read(arguments.get(1), LENGTH));
    table.add("getrange", 4, StringCommands::getRange);
    table.add("substr", 4, StringCommands::getRange);
    table.add("mget", -2, StringCommands::multiGet);
    table.add("set", -3, this::set);
    table.add(
        "setnx",
        3,
        arguments -> OfStore.of(write(arguments, 2, 0, ABSENT), arguments.get(1), DONE));
    table.add("setex", 4, arguments -> setFor("EX", "setex", arguments));
    table.add("psetex", 4, arguments -> setFor("PX", "psetex", arguments));
    table.add("getset", 3, arguments -> former(arguments.get(1), put(arguments, 2, FOR_EVER)));
    table.add("getdel", 2, arguments -> former(arguments.get(1), delete(arguments.get(1), ALWAYS)));
    table.add("getex", -2, StringCommands::getAndExpire);
    table.add("mset", -3, arguments -> multiSet(arguments, "mset", false));
    table.add("msetnx", -3, arguments -> multiSet(arguments, "msetnx", true));
    table.add("append", 3, this::append);
    table.add("setrange", 4, this::setRange);
    table.add("incr", 2, arguments -> add(arguments, 1));
    table.add("decr", 2, arguments -> add(arguments, -1));
    table.add("incrby", 3, arguments -> add(arguments, arguments.integer(2)));
    table.add("decrby", 3, StringCommands::subtract);
    table.add("incrbyfloat", 3, StringCommands::addDecimal);
    table.add("msetex", -4, this::multiSetFor);
    table.add("delex", -2, StringCommands::deleteIf);
    table.add(
        "delifeq",
        3,
        arguments ->
            OfStore.of(
                delete(arguments.get(1), new Condition.Value(arguments.get(2))),
                arguments.get(1),
                DONE));
  }

  // ---- what results mean ----

  static boolean isDone(Result result) {
    return result instanceof Result.Written
        || result instanceof Result.Changed
        || result instanceof Result.Deleted;
  }

  /// Null for none.
  static Bytes valueOf(Result result) {
    return result instanceof Result.Found found ? found.value() : null;
  }

  // ---- reads ----

  private static Asked read(Bytes key, Reply reply) {
    return OfStore.of(new Operation.Get(key), key, reply);
  }

  private static Asked getRange(Arguments arguments) throws RefusedException {
    long from = arguments.integer(2);
    long to = arguments.integer(3);
    return read(
        arguments.get(1),
        (result, out, _) -> {
          Bytes value = valueOf(result) == null ? Bytes.EMPTY : valueOf(result);
          long length = value.length();
          long first = Math.max(0, from < 0 ? from + length : from);
          long last = Math.min(length - 1, to < 0 ? to + length : to);
          out.bulk(first > last ? Bytes.EMPTY : value.slice((int) first, (int) (last - first + 1)));
        });
  }

  private static Asked multiGet(Arguments arguments) {
    List<Bytes> keys = arguments.from(1);
    List<Step> gets = new ArrayList<>(keys.size());
    for (Bytes key : keys) gets.add(new Operation.Get(key));
    return new OfStore(
        all(gets),
        keys,
        (result, out, _) -> {
          List<Result> found = ((Result.Transacted) result).results();
          out.array(found.size());
          for (Result one : found) out.bulkOrNil(valueOf(one));
        });
  }

  /// Steps that are done together.
  static Operation.Transaction all(List<? extends Step> steps) {
    return new Operation.Transaction(List.of(), List.copyOf(steps), List.of());
  }

  // ---- writes ----

  /// @param value the place of the value among the arguments
  private static Operation.Write write(
      Arguments arguments, int value, long millis, Condition condition) {
    return new Operation.Write(arguments.get(1), arguments.get(value), millis, condition);
  }

  static Operation.Put put(Arguments arguments, int value, Lifetime lifetime) {
    Change set = new Change.Set(arguments.get(value), 0);
    return new Operation.Put(arguments.get(1), set, lifetime, ALWAYS, UNSHOWN);
  }

  static Operation.Delete delete(Bytes key, Condition condition) {
    return new Operation.Delete(key, condition);
  }

  /// Does a change, and answers with the value before.
  private static Asked former(Bytes key, Step change) {
    return OfStore.of(all(List.of(new Operation.Get(key), change)), key, FORMER);
  }

  private static Asked setFor(String unit, String command, Arguments arguments)
      throws RefusedException {
    long millis = Lifetimes.positive(unit, arguments, 2, command);
    return OfStore.of(write(arguments, 3, millis, ALWAYS), arguments.get(1), OK);
  }

  /// What the options of SET come to.
  private static final class SetOptions {
    Condition condition = ALWAYS;

    /// For IFNE; null for none.
    Bytes unequal;

    boolean isShowing;
    Lifetime lifetime = FOR_EVER;

    /// Whether the end is past already.
    boolean isOver;

    private boolean hasCondition;
    private boolean hasLifetime;

    private void condition(Condition one) throws RefusedException {
      if (hasCondition) throw new RefusedException(RefusedException.SYNTAX);
      hasCondition = true;
      condition = one;
    }

    private void lifetime(Lifetime one) throws RefusedException {
      if (hasLifetime) throw new RefusedException(RefusedException.SYNTAX);
      hasLifetime = true;
      lifetime = one;
    }

    /// Whether several keys can be set so.
    private boolean areForMany() {
      boolean isOnPresence = condition == ALWAYS || condition == ABSENT || condition == PRESENT;
      return isOnPresence && unequal == null && !isShowing;
    }

    static SetOptions of(Arguments arguments, int first, String command) throws RefusedException {
      SetOptions options = new SetOptions();
      for (int i = first; i < arguments.count(); i++) {
        String word = arguments.word(i);
        boolean hasMore = i + 1 < arguments.count();
        if (word.equals("NX")) options.condition(ABSENT);
        else if (word.equals("XX")) options.condition(PRESENT);
        else if (word.equals("GET")) options.isShowing = true;
        else if (word.equals("KEEPTTL")) options.lifetime(SAME);
        else if (word.equals("IFEQ") && hasMore)
          options.condition(new Condition.Value(arguments.get(++i)));
        else if (word.equals("IFNE") && hasMore) {
          options.condition(ALWAYS);
          options.unequal = arguments.get(++i);
        } else if (Lifetimes.isUnit(word) && hasMore) {
          long millis = Lifetimes.positive(word, arguments, ++i, command);
          options.isOver = millis <= 0;
          options.lifetime(millis <= 0 ? FOR_EVER : Lifetimes.of(millis));
        } else {
          throw new RefusedException(RefusedException.SYNTAX);
        }
      }
      return options;
    }
  }

  private Asked set(Arguments arguments) throws RefusedException {
    if (arguments.count() == 3)
      return OfStore.of(write(arguments, 2, 0, ALWAYS), arguments.get(1), OK);
    SetOptions options = SetOptions.of(arguments, 3, "set");
    Bytes key = arguments.get(1);
    Change value = new Change.Set(arguments.get(2), 0);
    Step step =
        options.isOver
            ? setOver(key, options.condition)
            : new Operation.Put(key, value, options.lifetime, options.condition, UNSHOWN);
    if (options.unequal != null) step = unless(key, options.unequal, step);
    if (options.isShowing) return former(key, step);
    Reply reply = SET;
    if (options.unequal != null) reply = SET_UNLESS;
    else if (options.isOver && options.condition == ABSENT) reply = SET_NOTHING;
    else if (options.isOver && options.condition == ALWAYS) reply = OK;
    return OfStore.of(step, key, reply);
  }

  /// To one whose value is gone at once, if nothing was there.
  private static final Reply SET_NOTHING =
      (result, out, _) -> {
        if (result instanceof Result.NotFound) out.simple("OK");
        else out.nil();
      };

  private static final Reply SET_UNLESS =
      (result, out, _) -> {
        if (((Result.Transacted) result).succeeded()) out.nil();
        else out.simple("OK");
      };

  /// A value whose end is past: what was there goes.
  private static Step setOver(Bytes key, Condition condition) {
    return condition == ABSENT ? new Operation.Get(key) : delete(key, condition);
  }

  /// Does a step, unless the key has this value.
  private static Operation.Transaction unless(Bytes key, Bytes value, Step step) {
    Compare equal = new Compare.Value(KeyRange.of(key), Compare.Relation.EQUAL, value);
    return new Operation.Transaction(List.of(equal), List.of(), List.of(step));
  }

  private static Asked multiSet(Arguments arguments, String name, boolean isGuarded)
      throws RefusedException {
    if (arguments.count() % 2 == 0) throw CommandTable.wrongArity(name);
    List<Step> writes = new ArrayList<>();
    List<Bytes> keys = new ArrayList<>();
    List<Compare> absent = new ArrayList<>();
    Set<Bytes> seen = new HashSet<>();
    for (int i = 1; i < arguments.count(); i += 2) {
      Bytes key = arguments.get(i);
      keys.add(key);
      writes.add(new Operation.Write(key, arguments.get(i + 1), 0, ALWAYS));
      if (isGuarded && seen.add(key)) absent.add(absent(key));
    }
    Operation.Transaction step = new Operation.Transaction(absent, writes, List.of());
    Reply reply =
        isGuarded
            ? (result, out, _) -> out.integer(((Result.Transacted) result).succeeded() ? 1 : 0)
            : OK;
    return new OfStore(step, keys, reply);
  }

  /// MSETEX n (key value)... [NX|XX] [a time to live].
  private Asked multiSetFor(Arguments arguments) throws RefusedException {
    long count = arguments.integer(1);
    if (count < 1 || count > (arguments.count() - 2) / 2) throw CommandTable.wrongArity("msetex");
    int end = 2 + 2 * (int) count;
    SetOptions options = SetOptions.of(arguments, end, "msetex");
    if (!options.areForMany()) throw new RefusedException(RefusedException.SYNTAX);
    List<Step> steps = new ArrayList<>();
    List<Bytes> keys = new ArrayList<>();
    List<Compare> compares = new ArrayList<>();
    for (int i = 2; i < end; i += 2) {
      Bytes key = arguments.get(i);
      Change set = new Change.Set(arguments.get(i + 1), 0);
      keys.add(key);
      steps.add(
          options.isOver
              ? delete(key, ALWAYS)
              : new Operation.Put(key, set, options.lifetime, ALWAYS, UNSHOWN));
      if (options.condition == ABSENT) compares.add(absent(key));
      else if (options.condition == PRESENT) compares.add(present(key));
    }
    return new OfStore(
        new Operation.Transaction(compares, steps, List.of()),
        keys,
        (result, out, _) -> out.integer(((Result.Transacted) result).succeeded() ? 1 : 0));
  }

  static Compare absent(Bytes key) {
    return new Compare.Number(KeyRange.of(key), Compare.Field.CREATED, Compare.Relation.EQUAL, 0);
  }

  static Compare present(Bytes key) {
    return new Compare.Number(KeyRange.of(key), Compare.Field.CREATED, Compare.Relation.GREATER, 0);
  }

  // ---- changes in place ----

  private static Asked add(Arguments arguments, long delta) {
    Change add = new Change.Add(Change.Arithmetic.SIGNED, delta, delta);
    Bytes key = arguments.get(1);
    return OfStore.of(
        new Operation.Put(key, add, SAME, ALWAYS, UNSHOWN),
        key,
        (result, out, _) ->
            out.integer(Long.parseLong(((Result.Changed) result).number().toUtf8())));
  }

  private static Asked addDecimal(Arguments arguments) throws RefusedException {
    if (INFINITE.matcher(arguments.text(2)).matches())
      throw new RefusedException("ERR increment would produce NaN or Infinity");
    Bytes key = arguments.get(1);
    Change add = new Change.AddDecimal(arguments.get(2));
    return OfStore.of(new Operation.Put(key, add, SAME, ALWAYS, UNSHOWN), key, DECIMAL);
  }

  private static final Reply DECIMAL =
      new Reply() {
        @Override
        public void write(Result result, ReplyWriter out, Asked.Moment moment) {
          out.bulk(((Result.Changed) result).number());
        }

        @Override
        public String errorOf(Result.Reason reason) {
          return reason == Result.Reason.NOT_A_NUMBER
              ? "ERR value is not a valid float"
              : Errors.of(reason);
        }
      };

  private static Asked subtract(Arguments arguments) throws RefusedException {
    long delta = arguments.integer(2);
    if (delta == Long.MIN_VALUE) throw new RefusedException("ERR decrement would overflow");
    return add(arguments, -delta);
  }

  private static final Reply NEW_LENGTH =
      (result, out, _) -> out.integer(((Result.Changed) result).length());

  private Asked append(Arguments arguments) {
    Bytes key = arguments.get(1);
    Change.Growth growth = new Change.Growth(true, limits.valueBytesMax());
    Change extend = new Change.Extend(Change.Side.END, arguments.get(2), growth);
    return OfStore.of(new Operation.Put(key, extend, SAME, ALWAYS, UNSHOWN), key, NEW_LENGTH);
  }

  private Asked setRange(Arguments arguments) throws RefusedException {
    long offset = arguments.integer(2);
    if (offset < 0) throw new RefusedException("ERR offset is out of range");
    Bytes key = arguments.get(1);
    Bytes bytes = arguments.get(3);
    if (bytes.length() == 0) return read(key, LENGTH);
    if (offset > limits.valueBytesMax() - bytes.length())
      throw new RefusedException(Errors.VALUE_TOO_LONG);
    Change.Growth growth = new Change.Growth(true, limits.valueBytesMax());
    Change replace = new Change.Replace((int) offset, bytes, growth);
    return OfStore.of(new Operation.Put(key, replace, SAME, ALWAYS, UNSHOWN), key, NEW_LENGTH);
  }

  private static Asked getAndExpire(Arguments arguments) throws RefusedException {
    Bytes key = arguments.get(1);
    if (arguments.count() == 2) return read(key, VALUE);
    String word = arguments.word(2);
    boolean isPersisting = word.equals("PERSIST") && arguments.count() == 3;
    if (!isPersisting && !(Lifetimes.isUnit(word) && arguments.count() == 4))
      throw new RefusedException(RefusedException.SYNTAX);
    if (isPersisting) return former(key, KeyCommands.persist(key));
    long millis = Lifetimes.positive(word, arguments, 3, "getex");
    if (millis <= 0) return former(key, delete(key, ALWAYS));
    return former(key, KeyCommands.touch(key, Lifetimes.of(millis), PRESENT));
  }

  private static Asked deleteIf(Arguments arguments) throws RefusedException {
    Bytes key = arguments.get(1);
    if (arguments.count() == 2) return OfStore.of(delete(key, ALWAYS), key, DONE);
    if (arguments.count() != 4) throw new RefusedException(RefusedException.SYNTAX);
    Bytes value = arguments.get(3);
    return switch (arguments.word(2)) {
      case "IFEQ" -> OfStore.of(delete(key, new Condition.Value(value)), key, DONE);
      case "IFNE" ->
          OfStore.of(
              unless(key, value, delete(key, ALWAYS)),
              key,
              (result, out, _) -> {
                List<Result> done = ((Result.Transacted) result).results();
                out.integer(!done.isEmpty() && isDone(done.getFirst()) ? 1 : 0);
              });
      default -> throw new RefusedException(RefusedException.SYNTAX);
    };
  }
}
