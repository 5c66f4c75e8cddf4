package io.jangada.check;

import io.jangada.check.MapHistory.Call;
import io.jangada.check.MapHistory.End;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Operations on a map and what is wrong with their answers in plain words, for people.
final class MapWords {
  private MapWords() {}

  /// One operation told in a clause, such as `put a 1 by p3 at revision 7`.
  static String text(Call call) {
    String who = asked(call.op()) + " by p" + call.process();
    return switch (call.end()) {
      case End.Ok ok -> who + " at revision " + ok.revision();
      case End.Failed() -> who + ", which certainly failed";
      case End.Unknown() -> who + ", of unknown outcome";
    };
  }

  static String asked(MapOp op) {
    return switch (op) {
      case MapOp.Range(KeyRange keys, int limit, boolean descending) ->
          keys.isSingle()
              ? "get " + keys
              : "range " + keys + limited(limit) + (descending ? " descending" : "");
      case MapOp.Count(KeyRange keys) -> "count " + keys;
      case MapOp.Stale(MapOp read) -> "stale " + asked(read);
      case MapOp.Put(String key, String value) ->
          "put " + Words.value(key) + " " + Words.value(value);
      case MapOp.Delete(KeyRange keys) -> "delete " + keys;
      case MapOp.Add(String key, long delta) -> "add " + Words.value(key) + " " + delta;
      case MapOp.Append(String key, String text) ->
          "append " + Words.value(key) + " " + Words.value(text);
      case MapOp.Transaction t ->
          (t.isAhead() ? "ahead if " : "if ")
              + (t.compares().isEmpty() ? "true" : joined(t.compares(), MapWords::text, " and "))
              + (" then (" + joined(t.then(), MapWords::asked, "; "))
              + (") else (" + joined(t.otherwise(), MapWords::asked, "; ") + ")");
    };
  }

  private static String limited(int limit) {
    return limit == Integer.MAX_VALUE ? "" : " limit " + limit;
  }

  private static String text(Compare compare) {
    return switch (compare) {
      case Compare.Value(KeyRange keys, Compare.Relation relation, String value) ->
          "value of " + keys + relation.sign + Words.value(value);
      case Compare.Number(
              KeyRange keys,
              Compare.Field field,
              Compare.Relation relation,
              long number) ->
          field.name().toLowerCase(Locale.ROOT) + (" of " + keys + relation.sign + number);
    };
  }

  private static <T> String joined(List<T> parts, Function<T, String> text, String between) {
    return parts.stream().map(text).collect(Collectors.joining(between));
  }

  /// How an answer differs from what the map would have said, such as `saw a=1 (…), where the map
  /// held a=2 (…)`; or null if it does not.
  static String difference(MapResult seen, MapResult held) {
    return switch (seen) {
      case MapResult.Items items when held instanceof MapResult.Items other ->
          difference(items, other);
      case MapResult.Counted(long count) when held instanceof MapResult.Counted(long right) ->
          count == right ? null : counted(count, right);
      case MapResult.Deleted(long count) when held instanceof MapResult.Deleted(long right) ->
          count == right
              ? null
              : "took away " + count + " keys, where the map held " + right + " of them";
      case MapResult.Number(long sum) when held instanceof MapResult.Number(long right) ->
          sum == right ? null : "came to " + sum + ", where the map came to " + right;
      case MapResult.Transacted done when held instanceof MapResult.Transacted other ->
          difference(done, other);
      case MapResult.Done _, MapResult.Refused _ when seen.equals(held) -> null;
      case MapResult.Refused _ -> "was refused, where nothing stood against it";
      case MapResult.Items _, MapResult.Counted _, MapResult.Deleted _ -> refused();
      case MapResult.Number _, MapResult.Transacted _, MapResult.Done _ -> refused();
    };
  }

  private static String refused() {
    return "was done, where the map had to refuse it";
  }

  private static String counted(long count, long right) {
    return "counted " + count + " keys, where the map held " + right;
  }

  private static String difference(MapResult.Items seen, MapResult.Items held) {
    int most = Math.max(seen.items().size(), held.items().size());
    for (int i = 0; i < most; i++) {
      MapItem saw = i < seen.items().size() ? seen.items().get(i) : null;
      MapItem right = i < held.items().size() ? held.items().get(i) : null;
      if (!MapItem.same(saw, right))
        return "saw "
            + (saw == null ? "nothing" : saw.toString())
            + (" in place " + (i + 1) + ", where the map held ")
            + (right == null ? "nothing" : right.toString());
    }
    if (!MapItem.same(seen.count(), held.count())) return counted(seen.count(), held.count());
    if (seen.more() == held.more()) return null;
    return seen.more()
        ? "was told that there is more, where there was none"
        : "was told that this is all, where there was more";
  }

  private static String difference(MapResult.Transacted seen, MapResult.Transacted held) {
    if (seen.succeeded() != held.succeeded())
      return "took its "
          + (seen.succeeded() ? "first list, where a compare did not hold" : "other list")
          + (seen.succeeded() ? "" : ", where all compares held");
    for (int i = 0; i < seen.results().size(); i++) {
      String step = difference(seen.results().get(i), held.results().get(i));
      if (step != null) return "step " + (i + 1) + " " + step;
    }
    return null;
  }
}
