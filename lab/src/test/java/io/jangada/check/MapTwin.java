package io.jangada.check;

import io.jangada.check.MapHistory.Call;
import io.jangada.check.MapHistory.End;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The stupid twin of [MapChecker]: tries every operation of unknown outcome in every open
/// revision, and looks at every pair of operations for what came before what.
final class MapTwin {
  private final MapHistory history;
  private final List<Call> answered = new ArrayList<>();
  private final List<Call> unknown = new ArrayList<>();
  private long last;

  private MapTwin(MapHistory history) {
    this.history = history;
    this.last = history.start();
    for (Call call : history.calls()) {
      if (call.end() instanceof End.Ok ok) {
        answered.add(call);
        last = Math.max(last, ok.revision());
      } else if (call.end() instanceof End.Unknown) unknown.add(call);
    }
  }

  static boolean isExplained(MapHistory history) {
    MapTwin twin = new MapTwin(history);
    return twin.inTime() && twin.from(history.start(), new MapModel(history.items()), Set.of());
  }

  private boolean inTime() {
    for (Call first : answered) {
      if (revisionOf(first) < history.start() + (writes(first) ? 1 : 0)) return false;
      for (Call second : answered) {
        End.Ok a = (End.Ok) first.end();
        End.Ok b = (End.Ok) second.end();
        boolean writes = b.result().changed();
        if (first != second && writes && a.result().changed() && a.revision() == b.revision())
          return false;
        if (a.order() > second.invoked().order() || second.op() instanceof MapOp.Stale) continue;
        if (a.revision() > b.revision() || writes && a.revision() == b.revision()) return false;
      }
    }
    return true;
  }

  /// Whether what comes after `revision` is explained; the model holds what the revision before it
  /// left.
  private boolean from(long revision, MapModel model, Set<Call> used) {
    for (Call call : answered)
      if (!writes(call) && revisionOf(call) == revision && !right(call, model)) return false;
    if (revision == last) return true;
    long next = revision + 1;
    int mark = model.changes().size();
    for (Call call : answered)
      if (writes(call) && revisionOf(call) == next)
        return right(call, model) && from(next, model, used) || back(model, mark);
    for (Call call : unknown) {
      if (used.contains(call) || toldBefore(call, next)) continue;
      model.apply(call.op(), next);
      Set<Call> more = new HashSet<>(used);
      more.add(call);
      if (model.changes().size() > mark && from(next, model, more)) return true;
      model.rewind(mark);
    }
    return false;
  }

  private static boolean back(MapModel model, int mark) {
    model.rewind(mark);
    return false;
  }

  private boolean toldBefore(Call call, long revision) {
    return answered.stream()
        .anyMatch(
            a -> revisionOf(a) >= revision && ((End.Ok) a.end()).order() < call.invoked().order());
  }

  private static boolean right(Call call, MapModel model) {
    MapResult held = model.apply(call.op(), revisionOf(call));
    return MapWords.difference(((End.Ok) call.end()).result(), held) == null;
  }

  private static boolean writes(Call call) {
    return ((End.Ok) call.end()).result().changed();
  }

  private static long revisionOf(Call call) {
    return ((End.Ok) call.end()).revision();
  }
}
