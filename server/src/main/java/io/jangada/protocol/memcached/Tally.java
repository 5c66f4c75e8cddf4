package io.jangada.protocol.memcached;

import io.jangada.kv.Result;
import io.jangada.protocol.port.Counters;
import java.util.function.Predicate;

/// Counts what became of a command, as memcached does. One that was refused, or whose outcome is
/// unknown, is not counted.
interface Tally {
  void count(Result result, Counters counters);

  Tally NONE = (_, _) -> {};

  Tally GET = hits(Stats.CMD_GET, Stats.GET_HITS);

  /// Of `gat` too, which is no `get` to memcached.
  Tally TOUCH = hits(Stats.CMD_TOUCH, Stats.TOUCH_HITS);

  Tally INCR = (result, counters) -> countHit(result, Stats.INCR_HITS, counters);

  Tally DECR = (result, counters) -> countHit(result, Stats.DECR_HITS, counters);

  Tally FLUSH = (_, counters) -> Stats.CMD_FLUSH.count(counters);

  Tally STORE = storing(Replies::isDone);

  Tally CAS =
      (result, counters) -> {
        STORE.count(result, counters);
        if (result instanceof Result.Mismatch) Stats.CAS_BADVAL.count(counters);
        else countHit(result, Stats.CAS_HITS, counters);
      };

  Tally DELETE = (result, counters) -> countHit(result, Stats.DELETE_HITS, counters);

  /// @param isStored whether the client is told that its value is stored
  static Tally storing(Predicate<Result> isStored) {
    return (result, counters) -> {
      Stats.CMD_SET.count(counters);
      if (isStored.test(result)) Stats.TOTAL_ITEMS.count(counters);
    };
  }

  private static Tally hits(Stats commands, Stats hits) {
    return (result, counters) -> {
      commands.count(counters);
      countHit(result, hits, counters);
    };
  }

  /// Counts a hit, or the miss behind it.
  private static void countHit(Result result, Stats hits, Counters counters) {
    (isMiss(result) ? hits.miss() : hits).count(counters);
  }

  /// Whether the key was not there.
  static boolean isMiss(Result result) {
    boolean tellsOfEntry =
        result instanceof Result.Marked
            || result instanceof Result.Ranged
            || result instanceof Result.Transacted;
    return result instanceof Result.NotFound || tellsOfEntry && Replies.former(result) == null;
  }
}
