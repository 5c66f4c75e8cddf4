package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// The commands that look for keys.
final class SearchCommands {
  private SearchCommands() {}

  static void addTo(CommandTable table) {
    table.add("keys", 2, SearchCommands::keys);
    table.add("scan", -2, SearchCommands::scan);
    table.add("randomkey", 1, _ -> randomKey());
  }

  static Glob glob(Bytes pattern) throws RefusedException {
    if (pattern.length() > Glob.LENGTH_MAX)
      throw new RefusedException("ERR a pattern has at most " + Glob.LENGTH_MAX + " bytes");
    return new Glob(pattern);
  }

  private static final int COUNT_DEFAULT = 10;
  private static final int COUNT_MAX = 10_000;

  /// One page of the walk over all keys: the next place, and the keys that match.
  private static Asked scan(Arguments arguments) throws RefusedException {
    long place;
    try {
      place = Long.parseLong(arguments.text(1));
      if (place < 0) throw new RefusedException(INVALID_CURSOR);
    } catch (NumberFormatException e) {
      throw new RefusedException(INVALID_CURSOR);
    }
    Glob glob = null;
    long count = COUNT_DEFAULT;
    boolean isString = true;
    for (int i = 2; i < arguments.count(); i += 2) {
      if (i + 1 == arguments.count()) throw new RefusedException(RefusedException.SYNTAX);
      switch (arguments.word(i)) {
        case "MATCH" -> glob = glob(arguments.get(i + 1));
        case "COUNT" -> count = arguments.integer(i + 1);
        case "TYPE" -> isString = arguments.word(i + 1).equals("STRING");
        default -> throw new RefusedException(RefusedException.SYNTAX);
      }
    }
    if (count < 1) throw new RefusedException(RefusedException.SYNTAX);
    Operation scan = new Operation.Scan(place, (int) Math.min(count, COUNT_MAX));
    return new Asked.Alone(scan, null, new Page(isString ? glob : NOTHING));
  }

  private static final String INVALID_CURSOR = "ERR invalid cursor";

  /// There are strings alone.
  private static final Glob NOTHING = new Glob(Bytes.utf8("[]"));

  /// Writes what a page has.
  ///
  /// @param glob null for all keys
  private record Page(Glob glob) implements Asked.Reply {
    @Override
    public void write(Result result, ReplyWriter out, Asked.Moment moment) {
      Result.Scanned page = (Result.Scanned) result;
      List<Bytes> keys = page.keys();
      if (glob != null) keys = keys.stream().filter(glob::matches).toList();
      out.array(2);
      out.bulk(Long.toUnsignedString(page.next()));
      out.array(keys.size());
      for (Bytes key : keys) out.bulk(key);
    }

    @Override
    public String errorOf(Result.Reason reason) {
      return reason == Result.Reason.UNKNOWN_PLACE ? INVALID_CURSOR : Errors.of(reason);
    }
  }

  /// A key near a place that is drawn.
  private static Asked randomKey() {
    return new Asked.Alone(
        new Operation.Scan(-1 - ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE), 1),
        null,
        (result, out, _) -> {
          List<Bytes> keys = ((Result.Scanned) result).keys();
          out.bulkOrNil(keys.isEmpty() ? null : keys.getFirst());
        });
  }

  private static Asked keys(Arguments arguments) throws RefusedException {
    Glob glob = glob(arguments.get(1));
    return new Asked.OfConnection(
        connection ->
            connection.later(
                null, KeysReading.BYTES_MAX, slot -> KeysReading.begin(connection, glob, slot)));
  }
}
