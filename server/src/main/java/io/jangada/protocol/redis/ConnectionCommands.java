package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.redis.RedisConnection.ReplyMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The commands on the connection, and what clients and consoles ask of a server.
final class ConnectionCommands {
  private static final int NAME_LENGTH_MAX = 256;

  private ConnectionCommands() {}

  static void addTo(CommandTable table) {
    table.add("ping", -1, ConnectionCommands::ping);
    table.add("echo", 2, arguments -> new Asked.OfMember(out -> out.bulk(arguments.get(1))));
    table.add("hello", -1, ConnectionCommands::hello);
    table.add("auth", -2, ConnectionCommands::auth);
    table.add("client", -2, ConnectionCommands::client);
    table.add("select", 2, ConnectionCommands::select);
    table.add("quit", -1, _ -> new Asked.OfConnection(RedisConnection::quit));
    table.add("reset", 1, _ -> new Asked.OfConnection(RedisConnection::reset));
    table.add("multi", 1, _ -> new Asked.OfConnection(connection -> connection.queued().multi()));
    table.add("exec", 1, _ -> new Asked.OfConnection(connection -> connection.queued().exec()));
    table.add(
        "discard", 1, _ -> new Asked.OfConnection(connection -> connection.queued().discard()));
    table.add(
        "unwatch", 1, _ -> new Asked.OfConnection(connection -> connection.queued().unwatch()));
    table.add(
        "watch",
        -2,
        arguments ->
            new Asked.OfConnection(connection -> connection.queued().watch(arguments.from(1))));
    table.add("command", -1, arguments -> command(table, arguments));
    table.add("config", -2, ConnectionCommands::config);
    table.add("time", 1, _ -> new Asked.OfMember(ConnectionCommands::time));
  }

  private static Asked ping(Arguments arguments) throws RefusedException {
    if (arguments.count() > 2) throw CommandTable.wrongArity("ping");
    return new Asked.OfMember(
        arguments.count() == 1 ? out -> out.simple("PONG") : out -> out.bulk(arguments.get(1)));
  }

  // ---- who the client is, and what it speaks ----

  private static Asked auth(Arguments arguments) throws RefusedException {
    if (arguments.count() > 3) throw new RefusedException(RefusedException.SYNTAX);
    Bytes user = arguments.count() == 3 ? arguments.get(1) : null;
    Bytes password = arguments.get(arguments.count() - 1);
    return new Asked.OfConnection(
        connection -> connection.authenticate(user, password, () -> {}, out -> out.simple("OK")));
  }

  /// What the options of HELLO come to.
  private record Hello(Boolean isResp3, Bytes user, Bytes password, String name) {
    static Hello of(Arguments arguments) throws RefusedException {
      Boolean isResp3 = null;
      Bytes user = null;
      Bytes password = null;
      String name = null;
      if (arguments.count() > 1) isResp3 = protocol(arguments) == 3;
      for (int i = 2; i < arguments.count(); i++) {
        String word = arguments.word(i);
        if (word.equals("AUTH") && i + 2 < arguments.count()) {
          user = arguments.get(++i);
          password = arguments.get(++i);
        } else if (word.equals("SETNAME") && i + 1 < arguments.count()) {
          name = checkedName(arguments.text(++i));
        } else {
          throw new RefusedException(
              "ERR Syntax error in HELLO option '" + arguments.text(i) + "'");
        }
      }
      return new Hello(isResp3, user, password, name);
    }

    private static long protocol(Arguments arguments) throws RefusedException {
      long version;
      try {
        version = arguments.integer(1);
      } catch (RefusedException e) {
        throw new RefusedException("ERR Protocol version is not an integer or out of range");
      }
      if (version != 2 && version != 3)
        throw new RefusedException("NOPROTO unsupported protocol version");
      return version;
    }
  }

  private static Asked hello(Arguments arguments) throws RefusedException {
    Hello hello = Hello.of(arguments);
    return new Asked.OfConnection(
        connection -> {
          if (hello.user == null) {
            greet(connection, hello);
            return;
          }
          connection.authenticate(
              hello.user,
              hello.password,
              () -> accept(connection, hello),
              out -> greeting(connection).accept(connection.writer(out.out())));
        });
  }

  private static void accept(RedisConnection connection, Hello hello) {
    if (hello.isResp3 != null) connection.speak(hello.isResp3);
    if (hello.name != null) connection.name(hello.name);
  }

  private static void greet(RedisConnection connection, Hello hello) {
    if (connection.isStranger()) {
      connection.refuse(Errors.NO_AUTH_IN_HELLO);
      return;
    }
    accept(connection, hello);
    connection.answer(greeting(connection));
  }

  private static Consumer<ReplyWriter> greeting(RedisConnection connection) {
    return out -> {
      out.map(7);
      out.bulk("server");
      out.bulk("redis");
      out.bulk("version");
      out.bulk(InfoText.REDIS_VERSION);
      out.bulk("proto");
      out.integer(out.isResp3() ? 3 : 2);
      out.bulk("id");
      out.integer(connection.id());
      out.bulk("mode");
      out.bulk("standalone");
      out.bulk("role");
      out.bulk(connection.listener().isLeading() ? "master" : "replica");
      out.bulk("modules");
      out.array(0);
    };
  }

  private static String checkedName(String name) throws RefusedException {
    if (name.length() > NAME_LENGTH_MAX)
      throw new RefusedException(
          "ERR a client name has at most " + NAME_LENGTH_MAX + " characters");
    if (name.chars().allMatch(one -> one > ' ' && one <= '~')) return name;
    throw new RefusedException(
        "ERR Client names cannot contain spaces, newlines or special characters.");
  }

  private static Asked client(Arguments arguments) throws RefusedException {
    String word = arguments.word(1);
    int count = arguments.count();
    return switch (word) {
      case "SETINFO" -> {
        need(count == 4, "client|setinfo");
        yield ok();
      }
      case "SETNAME" -> {
        need(count == 3, "client|setname");
        String name = checkedName(arguments.text(2));
        yield new Asked.OfConnection(
            connection -> {
              connection.name(name.isEmpty() ? null : name);
              connection.ok();
            });
      }
      case "GETNAME" -> {
        need(count == 2, "client|getname");
        String name = arguments.client().name();
        yield new Asked.OfMember(out -> out.bulkOrNil(name == null ? null : Bytes.utf8(name)));
      }
      case "ID" -> {
        need(count == 2, "client|id");
        yield new Asked.OfMember(out -> out.integer(arguments.client().id()));
      }
      case "REPLY" -> {
        need(count == 3, "client|reply");
        ReplyMode mode =
            switch (arguments.word(2)) {
              case "ON" -> ReplyMode.ON;
              case "OFF" -> ReplyMode.OFF;
              case "SKIP" -> ReplyMode.SKIP_NEXT;
              default -> throw new RefusedException(RefusedException.SYNTAX);
            };
        yield new Asked.OfConnection(connection -> connection.reply(mode));
      }
      case "NO-EVICT", "NO-TOUCH" -> ok();
      case "INFO" -> new Asked.OfMember(out -> out.verbatim(arguments.client().describe()));
      case "LIST" ->
          new Asked.OfConnection(
              connection -> {
                String all = connection.listener().describeClients();
                connection.answer(out -> out.verbatim(all), all.length());
              });
      default -> throw CommandTable.unknownSubcommand("CLIENT", arguments);
    };
  }

  private static Asked ok() {
    return new Asked.OfMember(out -> out.simple("OK"));
  }

  private static void need(boolean holds, String command) throws RefusedException {
    if (!holds) throw CommandTable.wrongArity(command);
  }

  private static Asked select(Arguments arguments) throws RefusedException {
    if (arguments.integer(1) != 0) throw new RefusedException("ERR DB index is out of range");
    return ok();
  }

  // ---- what is asked of a server ----

  private static void time(ReplyWriter out) {
    long micros = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    out.array(2);
    out.bulk(Long.toString(micros / 1_000_000));
    out.bulk(Long.toString(micros % 1_000_000));
  }

  private static Asked command(CommandTable table, Arguments arguments) throws RefusedException {
    String word = arguments.count() == 1 ? "INFO" : arguments.word(1);
    List<CommandTable.Command> all = List.copyOf(table.all().values());
    return switch (word) {
      case "DOCS" -> new Asked.OfMember(out -> out.map(0));
      case "COUNT" -> new Asked.OfMember(out -> out.integer(all.size()));
      case "LIST" ->
          alone(
              out -> {
                out.array(all.size());
                for (CommandTable.Command one : all) out.bulk(one.name());
              });
      case "GETKEYS" -> keysOf(table, arguments);
      case "INFO" -> {
        List<String> names =
            arguments.count() < 3
                ? List.copyOf(table.all().keySet())
                : arguments.from(2).stream()
                    .map(one -> one.toUtf8().toLowerCase(Locale.ROOT))
                    .toList();
        yield alone(
            out -> {
              out.array(names.size());
              for (String name : names) describe(table.all().get(name), out);
            });
      }
      default -> throw CommandTable.unknownSubcommand("COMMAND", arguments);
    };
  }

  /// A long reply: many of them would not go into the one of EXEC.
  private static Asked alone(Consumer<ReplyWriter> reply) {
    return new Asked.OfConnection(connection -> connection.answer(reply));
  }

  /// Which of the arguments of a command are keys.
  private static Asked keysOf(CommandTable table, Arguments arguments) throws RefusedException {
    need(arguments.count() > 3, "command|getkeys");
    Arguments request = new Arguments(arguments.from(2), arguments.client());
    String name = CommandTable.nameOf(request.all());
    CommandTable.Command command = table.all().get(name);
    if (command == null) throw new RefusedException("ERR Invalid command specified");
    if (!command.takes(request.count()))
      throw new RefusedException("ERR Invalid number of arguments specified for command");
    List<Bytes> keys = KeyPlaces.keysOf(name, request);
    return new Asked.OfMember(
        out -> {
          out.array(keys.size());
          for (Bytes key : keys) out.bulk(key);
        });
  }

  /// @param command null for one that there is not
  private static void describe(CommandTable.Command command, ReplyWriter out) {
    if (command == null) {
      out.nil();
      return;
    }
    out.array(10);
    out.bulk(command.name());
    out.integer(command.arity());
    out.array(0);
    KeyPlaces places = KeyPlaces.of(command.name());
    out.integer(places.first());
    out.integer(places.last());
    out.integer(places.step());
    for (int i = 0; i < 4; i++) out.array(0);
  }

  private static Asked config(Arguments arguments) throws RefusedException {
    return switch (arguments.word(1)) {
      case "GET" -> {
        need(arguments.count() > 2, "config|get");
        List<Glob> wanted = new ArrayList<>();
        for (Bytes one : arguments.from(2))
          wanted.add(SearchCommands.glob(Bytes.utf8(one.toUtf8().toLowerCase(Locale.ROOT))));
        yield new Asked.OfConnection(
            connection -> connection.answer(connection.listener().config(wanted)));
      }
      case "RESETSTAT" -> {
        need(arguments.count() == 2, "config|resetstat");
        yield ok();
      }
      case "REWRITE" -> {
        need(arguments.count() == 2, "config|rewrite");
        throw new RefusedException("ERR The server is running without a config file");
      }
      case "SET" ->
          throw new RefusedException(
              "ERR Unknown option or number of arguments for CONFIG SET - '"
                  + (arguments.count() > 2 ? arguments.text(2) : "")
                  + "'");
      default -> throw CommandTable.unknownSubcommand("CONFIG", arguments);
    };
  }
}
