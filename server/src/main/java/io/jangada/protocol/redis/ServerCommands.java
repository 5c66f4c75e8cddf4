package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Status;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// What is asked of a member as one of several, and what consoles ask of keys.
final class ServerCommands {
  private static final String NO_CLUSTER = "ERR This instance has cluster support disabled";
  private static final String NO_SENTINEL =
      "ERR there are no sentinels here: each member serves all clients, whichever leads";

  /// What concerns the process of a Redis, or its replicas.
  private static final List<String> NOT_SERVED =
      List.of(
          "monitor",
          "sync",
          "psync",
          "replicaof",
          "slaveof",
          "replconf",
          "failover",
          "migrate",
          "debug",
          "save",
          "bgsave",
          "bgrewriteaof",
          "shutdown",
          "swapdb",
          "move");

  private static final String WHY_NOT =
      " is not served here: every member replicates, is durable, and is looked after by jangada's"
          + " own commands";

  private ServerCommands() {}

  static void addTo(CommandTable table) {
    table.add("info", -1, ServerCommands::info);
    table.add("wait", 3, ServerCommands::await);
    table.add("waitaof", 4, ServerCommands::awaitOnDisk);
    table.add("object", -2, ServerCommands::object);
    table.add("memory", -2, ServerCommands::memory);
    table.add("role", 1, _ -> new Asked.OfConnection(ServerCommands::role));
    table.add("module", -2, _ -> new Asked.OfMember(out -> out.array(0)));
    table.add("slowlog", -2, ServerCommands::slowLog);
    table.add("latency", -2, _ -> new Asked.OfMember(out -> out.array(0)));
    table.add("function", -2, ServerCommands::function);
    table.add("acl", -2, ServerCommands::acl);
    for (String name : NOT_SERVED)
      table.add(name, -1, _ -> new Asked.Refused("ERR " + name.toUpperCase(Locale.ROOT) + WHY_NOT));
    table.add("sentinel", -1, _ -> new Asked.Refused(NO_SENTINEL));
    for (String name : List.of("cluster", "readonly", "readwrite", "asking"))
      table.add(name, -1, _ -> new Asked.Refused(NO_CLUSTER));
  }

  /// None is kept: figures of latency are among the metrics.
  private static Asked slowLog(Arguments arguments) throws RefusedException {
    int count = arguments.count();
    return switch (arguments.word(1)) {
      case "GET" -> {
        if (count > 3) throw CommandTable.wrongArity("slowlog|get");
        if (count == 3) arguments.integer(2);
        yield new Asked.OfMember(out -> out.array(0));
      }
      case "LEN" -> {
        if (count > 2) throw CommandTable.wrongArity("slowlog|len");
        yield new Asked.OfMember(out -> out.integer(0));
      }
      case "RESET" -> {
        if (count > 2) throw CommandTable.wrongArity("slowlog|reset");
        yield new Asked.OfMember(out -> out.simple("OK"));
      }
      default -> throw CommandTable.unknownSubcommand("SLOWLOG", arguments);
    };
  }

  private static Asked function(Arguments arguments) throws RefusedException {
    return switch (arguments.word(1)) {
      case "LIST" -> new Asked.OfMember(out -> out.array(0));
      case "FLUSH" -> new Asked.OfMember(out -> out.simple("OK"));
      default -> throw CommandTable.unknownSubcommand("FUNCTION", arguments);
    };
  }

  private static Asked acl(Arguments arguments) throws RefusedException {
    if (!arguments.word(1).equals("WHOAMI")) throw CommandTable.unknownSubcommand("ACL", arguments);
    return new Asked.OfConnection(
        connection -> {
          String user =
              connection.caller() == null ? "default" : connection.caller().user().toUtf8();
          connection.answer(out -> out.bulk(user));
        });
  }

  /// Whether the member leads, where the others are, and how far the log is applied.
  private static void role(RedisConnection connection) {
    connection.later(
        List.of(),
        0,
        slot -> {
          boolean isAsked =
              connection
                  .port()
                  .replica()
                  .status(
                      status ->
                          slot.acceptOwn(
                              slot.isOfStranger(status)
                                  ? out -> out.error(Errors.NO_AUTH)
                                  : connection.listener().role(status)));
          if (!isAsked) slot.acceptOwn(out -> out.error("TRYAGAIN too many requests are waiting"));
        });
  }

  private static Asked info(Arguments arguments) {
    List<String> sections = arguments.from(1).stream().map(Bytes::toUtf8).toList();
    return new Asked.OfConnection(
        connection -> connection.later(List.of(), 0, slot -> inform(connection, sections, slot)));
  }

  private static void inform(RedisConnection connection, List<String> sections, RedisSlot slot) {
    Consumer<Status> reply =
        status -> {
          if (slot.isOfStranger(status)) {
            slot.acceptOwn(out -> out.error(Errors.NO_AUTH));
            return;
          }
          String text = connection.listener().info(status, sections);
          slot.acceptOwn(out -> out.verbatim(text));
        };
    if (!connection.port().replica().status(reply))
      slot.acceptOwn(out -> out.error("TRYAGAIN too many requests are waiting"));
  }

  // ---- how safe writes are ----

  private static Asked await(Arguments arguments) throws RefusedException {
    Waiting.Wanted wanted = new Waiting.Wanted(false, arguments.integer(1), millis(arguments, 2));
    return new Asked.OfConnection(
        connection ->
            Waiting.begin(connection, wanted, (known, out) -> out.integer(known.others())));
  }

  private static Asked awaitOnDisk(Arguments arguments) throws RefusedException {
    long local = arguments.integer(1);
    if (local < 0 || local > 1)
      throw new RefusedException("ERR value is out of range, must be between 0 and 1");
    long others = arguments.integer(2);
    if (others < 0) throw new RefusedException("ERR value is out of range, must be positive");
    Waiting.Wanted wanted = new Waiting.Wanted(local == 1, others, millis(arguments, 3));
    return new Asked.OfConnection(
        connection ->
            Waiting.begin(
                connection,
                wanted,
                (known, out) -> {
                  out.array(2);
                  out.integer(known.local() ? 1 : 0);
                  out.integer(known.others());
                }));
  }

  private static long millis(Arguments arguments, int which) throws RefusedException {
    long millis;
    try {
      millis = arguments.integer(which);
    } catch (RefusedException e) {
      throw new RefusedException("ERR timeout is not an integer or out of range");
    }
    if (millis < 0) throw new RefusedException("ERR timeout is negative");
    return millis;
  }

  // ---- keys, for consoles ----

  private static Asked object(Arguments arguments) throws RefusedException {
    if (!arguments.word(1).equals("ENCODING"))
      throw CommandTable.unknownSubcommand("OBJECT", arguments);
    if (arguments.count() != 3) throw CommandTable.wrongArity("object|encoding");
    return ofKey(
        arguments.get(2),
        (found, out) -> {
          if (found == null) out.nil();
          else out.bulk("raw");
        });
  }

  private static Asked memory(Arguments arguments) throws RefusedException {
    if (!arguments.word(1).equals("USAGE"))
      throw CommandTable.unknownSubcommand("MEMORY", arguments);
    boolean hasSamples = arguments.count() == 5 && arguments.word(3).equals("SAMPLES");
    if (arguments.count() < 3) throw CommandTable.wrongArity("memory|usage");
    if (arguments.count() != 3 && !hasSamples) throw new RefusedException(RefusedException.SYNTAX);
    if (hasSamples) arguments.integer(4);
    return ofKey(
        arguments.get(2),
        (found, out) -> {
          if (found == null) out.nil();
          else out.integer(found.sizeBytes());
        });
  }

  private interface OfKey {
    /// @param found null for none
    void write(KeyValue found, ReplyWriter out);
  }

  private static Asked ofKey(Bytes key, OfKey reply) {
    return Asked.OfStore.of(
        new Operation.Range(KeyRange.of(key)),
        key,
        (result, out, _) -> {
          List<KeyValue> found = ((Result.Ranged) result).entries();
          reply.write(found.isEmpty() ? null : found.getFirst(), out);
        });
  }
}
