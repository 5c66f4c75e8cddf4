package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// The commands that look for keys.
final class SearchCommands {
  private static final int COUNT_DEFAULT = 10;

  /// As much is looked at for one reply, whatever a client wants.
  private static final int COUNT_MAX = 4_096;

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

  private static Asked keys(Arguments arguments) throws RefusedException {
    Glob glob = glob(arguments.get(1));
    return new Asked.OfConnection(
        connection ->
            connection.later(
                null, KeysReading.BYTES_MAX, slot -> KeysReading.begin(connection, glob, slot)));
  }

  private static Asked scan(Arguments arguments) throws RefusedException {
    long cursor = cursor(arguments.text(1));
    Glob glob = null;
    long count = COUNT_DEFAULT;
    boolean isOfStrings = true;
    for (int i = 2; i < arguments.count(); i += 2) {
      if (i + 1 == arguments.count()) throw new RefusedException(RefusedException.SYNTAX);
      switch (arguments.word(i)) {
        case "MATCH" -> glob = glob(arguments.get(i + 1));
        case "COUNT" -> count = arguments.integer(i + 1);
        case "TYPE" -> isOfStrings = arguments.word(i + 1).equals("STRING");
        default -> throw new RefusedException(RefusedException.SYNTAX);
      }
    }
    if (count < 1) throw new RefusedException(RefusedException.SYNTAX);
    Glob wanted = glob;
    boolean wantsAny = isOfStrings;
    return new Asked.Alone(
        scan(cursor, count),
        null,
        (result, out, _) -> {
          Result.Scanned scanned = (Result.Scanned) result;
          List<Bytes> keys = new ArrayList<>();
          for (Bytes key : scanned.keys())
            if (wantsAny && (wanted == null || wanted.matches(key))) keys.add(key);
          out.array(2);
          out.bulk(Long.toUnsignedString(scanned.next()));
          out.array(keys.size());
          for (Bytes key : keys) out.bulk(key);
        });
  }

  private static Operation.Scan scan(long cursor, long count) {
    return new Operation.Scan(cursor, (int) Math.min(count, COUNT_MAX));
  }

  private static long cursor(String text) throws RefusedException {
    try {
      if (!text.startsWith("+")) return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      // It is said below.
    }
    throw new RefusedException("ERR invalid cursor");
  }

  private static Asked randomKey() {
    return new Asked.OfConnection(
        connection ->
            connection.later(
                null,
                0,
                slot ->
                    PartReading.begin(
                        connection,
                        slot,
                        scan(0, 1),
                        first -> drawKey(connection, slot, (Result.Scanned) first))));
  }

  /// Draws one of the keys behind a place that is drawn.
  ///
  /// @param first keys from the first place on: where there are more, they are for want of others
  private static void drawKey(RedisConnection connection, RedisSlot slot, Result.Scanned first) {
    if (first.next() == 0) {
      answerWithOneOf(first.keys(), slot);
      return;
    }
    long place = Operation.Scan.elsewhere(first.next(), ThreadLocalRandom.current().nextInt());
    PartReading.goOn(
        connection,
        slot,
        scan(place, COUNT_DEFAULT),
        second -> {
          List<Bytes> keys = ((Result.Scanned) second).keys();
          answerWithOneOf(keys.isEmpty() ? first.keys() : keys, slot);
        });
  }

  private static void answerWithOneOf(List<Bytes> keys, RedisSlot slot) {
    Bytes drawn =
        keys.isEmpty() ? null : keys.get(ThreadLocalRandom.current().nextInt(keys.size()));
    slot.acceptOwn(out -> out.bulkOrNil(drawn));
  }
}
