package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;

/// Where a command's keys stand among its arguments, as `COMMAND` says it.
///
/// @param first 0 where there is no place that is always a key's
/// @param last -1 for the last argument
record KeyPlaces(int first, int last, int step) {
  private static final KeyPlaces NONE = new KeyPlaces(0, 0, 0);
  private static final KeyPlaces ONE = new KeyPlaces(1, 1, 1);
  private static final KeyPlaces TWO = new KeyPlaces(1, 2, 1);
  private static final KeyPlaces ALL = new KeyPlaces(1, -1, 1);
  private static final KeyPlaces PAIRS = new KeyPlaces(1, -1, 2);

  /// @param command in small letters
  static KeyPlaces of(String command) {
    return switch (command) {
      case "get", "strlen", "getrange", "substr", "set", "setnx", "setex", "psetex" -> ONE;
      case "getset", "getdel", "getex", "append", "setrange", "delex", "delifeq" -> ONE;
      case "incr", "decr", "incrby", "decrby", "incrbyfloat", "type", "persist" -> ONE;
      case "ttl", "pttl", "expiretime", "pexpiretime" -> ONE;
      case "expire", "pexpire", "expireat", "pexpireat" -> ONE;
      case "rename", "renamenx", "copy" -> TWO;
      case "mget", "del", "unlink", "exists", "touch", "watch" -> ALL;
      case "mset", "msetnx" -> PAIRS;
      default -> NONE;
    };
  }

  /// The keys of a request.
  static List<Bytes> keysOf(String command, Arguments request) throws RefusedException {
    int last = request.count() - 1;
    return switch (command) {
      case "eval", "evalsha" -> keys(request, new KeyPlaces(3, counted(request, 2, 3, 1), 1));
      case "msetex" -> keys(request, new KeyPlaces(2, counted(request, 1, 2, 2), 2));
      case "object", "memory" -> keys(request, new KeyPlaces(2, Math.min(2, last), 1));
      default -> {
        KeyPlaces places = of(command);
        if (places.first == 0) throw new RefusedException("ERR The command has no key arguments");
        yield keys(request, places.last < 0 ? new KeyPlaces(1, last, places.step) : places);
      }
    };
  }

  /// Where the last of so many keys stands; before the first where there are not so many.
  private static int counted(Arguments request, int number, int first, int step)
      throws RefusedException {
    long count = request.integer(number);
    long room = (request.count() - first) / step;
    return count < 0 || count > room ? first - 1 : first + (int) (count - 1) * step;
  }

  private static List<Bytes> keys(Arguments request, KeyPlaces places) {
    List<Bytes> keys = new ArrayList<>();
    for (int i = places.first; i <= places.last; i += places.step) keys.add(request.get(i));
    return keys;
  }
}
