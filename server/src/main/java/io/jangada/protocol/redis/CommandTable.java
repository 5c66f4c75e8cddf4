package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;

/// The commands that are served, by name.
final class CommandTable {
  private static final int SHOWN_BYTES_MAX = 128;

  /// What is carried out for clients that did not say who they are, where they must.
  private static final Set<String> FOR_STRANGERS = Set.of("auth", "hello", "quit", "reset");

  /// What a command asks for.
  interface Meaning {
    Asked of(Arguments arguments) throws RefusedException;
  }

  /// @param arity how many arguments there are, the name included; -n for n or more
  record Command(String name, int arity, Meaning meaning) {
    boolean takes(int arguments) {
      return arity > 0 ? arguments == arity : arguments >= -arity;
    }
  }

  private final SequencedMap<String, Command> byName = new LinkedHashMap<>();

  /// @param name in small letters
  void add(String name, int arity, Meaning meaning) {
    byName.put(name, new Command(name, arity, meaning));
  }

  SequencedMap<String, Command> all() {
    return byName;
  }

  static String nameOf(List<Bytes> request) {
    return new String(request.getFirst().toArray(), StandardCharsets.ISO_8859_1)
        .toLowerCase(Locale.ROOT);
  }

  /// What a request asks for.
  ///
  /// @param name in small letters
  Asked read(String name, List<Bytes> request, RedisConnection client) {
    Command command = byName.get(name);
    if (command == null) return new Asked.Refused(unknown(request));
    try {
      if (!command.takes(request.size())) throw wrongArity(name);
      if (client.isStranger() && !FOR_STRANGERS.contains(name))
        return new Asked.Refused(Errors.NO_AUTH);
      return command.meaning.of(new Arguments(request, client));
    } catch (RefusedException e) {
      if (e.isNoCommand()) return new Asked.Refused(e.getMessage());
      return new Asked.OfMember(out -> out.error(e.getMessage()));
    }
  }

  static RefusedException wrongArity(String name) {
    return new RefusedException("ERR wrong number of arguments for '" + name + "' command", true);
  }

  /// @param command of which it is none
  static RefusedException unknownSubcommand(String command, Arguments arguments) {
    String error = "ERR unknown subcommand '" + arguments.text(1) + "'. Try " + command + " HELP.";
    return new RefusedException(error, true);
  }

  private static String unknown(List<Bytes> request) {
    StringBuilder shown = new StringBuilder();
    for (Bytes one : request.subList(1, request.size())) {
      int room = SHOWN_BYTES_MAX - shown.length();
      if (room <= 0) break;
      shown.append('\'').append(shown(one, room)).append("' ");
    }
    return "ERR unknown command '"
        + shown(request.getFirst(), SHOWN_BYTES_MAX)
        + "', with args beginning with: "
        + shown;
  }

  private static String shown(Bytes bytes, int bytesMax) {
    int length = Math.min(bytes.length(), bytesMax);
    return new String(bytes.slice(0, length).toArray(), StandardCharsets.ISO_8859_1);
  }
}
