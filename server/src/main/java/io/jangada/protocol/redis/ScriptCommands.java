package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Lifetime;
import java.util.List;

/// The commands on scripts: a few are served, as [LockScript] says.
record ScriptCommands(ScriptCache cache) {
  private static final String UNKNOWN =
      "ERR scripts are not served here; see DELEX, SET IFEQ, MULTI";
  private static final String NO_SCRIPT = "NOSCRIPT No matching script. Please use EVAL.";

  /// The first key of EVAL and EVALSHA.
  private static final int FIRST_KEY = 3;

  void addTo(CommandTable table) {
    table.add("eval", -3, arguments -> call(arguments, false));
    table.add("evalsha", -3, arguments -> call(arguments, true));
    table.add("script", -2, this::script);
  }

  private Asked call(Arguments arguments, boolean isBySha) throws RefusedException {
    long keys = arguments.integer(2);
    if (keys > arguments.count() - FIRST_KEY)
      throw new RefusedException("ERR Number of keys can't be greater than number of args");
    if (keys < 0) throw new RefusedException("ERR Number of keys can't be negative");
    LockScript script = isBySha ? cache.find(arguments.get(1)) : load(arguments.get(1)).script();
    if (script == null) throw new RefusedException(NO_SCRIPT);
    ScriptCall call = call(script, arguments, FIRST_KEY + (int) keys);
    return new Asked.OfStore(
        call.step(),
        call.keys(),
        (result, out, _) -> {
          Long returned = call.returned(result);
          if (returned == null) out.nil();
          else out.integer(returned);
        });
  }

  private ScriptCache.Loaded load(Bytes text) throws RefusedException {
    ScriptCache.Loaded loaded = cache.load(text);
    if (loaded == null) throw new RefusedException(UNKNOWN);
    return loaded;
  }

  private static ScriptCall call(LockScript script, Arguments arguments, int first)
      throws RefusedException {
    LockScript.Program program = script.program();
    List<Bytes> keys = arguments.all().subList(FIRST_KEY, first);
    List<Bytes> given = arguments.from(first);
    if (keys.size() < program.keys || given.size() < program.arguments)
      throw new RefusedException("ERR the script needs more keys or arguments");
    return new ScriptCall(script, keys, given, millis(program, arguments, first));
  }

  /// How long something is to live; 0 where nothing is said of that.
  private static long millis(LockScript.Program program, Arguments arguments, int first)
      throws RefusedException {
    int second = first + 1;
    return switch (program) {
      case DELETE, DELETE_ALL -> 0;
      case EXPIRE_MILLIS -> Lifetimes.millis("PX", arguments, second, "pexpire");
      case EXPIRE_SECONDS -> Lifetimes.millis("EX", arguments, second, "expire");
      case EXTEND ->
          ScriptCall.isAdded(arguments.from(first))
              ? added(arguments, second)
              : Lifetimes.millis("PX", arguments, second, "pexpire");
      case TAKE, TAKE_ALL, EXTEND_ALL -> Lifetimes.positive("PX", arguments, second, "set");
    };
  }

  private static long added(Arguments arguments, int which) throws RefusedException {
    long millis = Lifetimes.positive("PX", arguments, which, "pexpire");
    if (millis > Lifetime.Extended.MILLIS_MAX) throw Lifetimes.invalid("pexpire");
    return millis;
  }

  private Asked script(Arguments arguments) throws RefusedException {
    int count = arguments.count();
    return switch (arguments.word(1)) {
      case "LOAD" -> {
        if (count != 3) throw CommandTable.wrongArity("script|load");
        String sha = load(arguments.get(2)).sha();
        yield new Asked.OfMember(out -> out.bulk(sha));
      }
      case "EXISTS" -> {
        if (count < 3) throw CommandTable.wrongArity("script|exists");
        List<Boolean> known =
            arguments.from(2).stream().map(sha -> cache.find(sha) != null).toList();
        yield new Asked.OfMember(
            out -> {
              out.array(known.size());
              for (boolean one : known) out.integer(one ? 1 : 0);
            });
      }
      case "FLUSH" -> {
        boolean isKnown =
            count == 2 || count == 3 && List.of("ASYNC", "SYNC").contains(arguments.word(2));
        if (!isKnown) throw new RefusedException("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        cache.clear();
        yield new Asked.OfMember(out -> out.simple("OK"));
      }
      default -> throw CommandTable.unknownSubcommand("SCRIPT", arguments);
    };
  }
}
