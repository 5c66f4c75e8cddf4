package io.jangada.check;

import io.jangada.check.MapHistory.Call;
import io.jangada.check.MapHistory.End;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A history by revisions: which operation took each, what was read at each, and what may have
/// taken the others.
final class MapTimeline {
  /// Stands for an operation that is not in the history and changed no key of it.
  static final Call FOREIGN =
      new Call(
          -1,
          -1,
          new MapOp.Count(new KeyRange("", "")),
          new RecordedOp.Invoked(0, -1),
          new End.Unknown());

  private final MapHistory history;
  private final boolean foreign;
  private final Map<Long, Call> writers = new HashMap<>();
  private final Map<Long, List<Call>> readers = new HashMap<>();
  private final List<Call> unknown = new ArrayList<>();

  /// By revision, the earliest ending that told of it or of a later one.
  private final TreeMap<Long, Integer> toldOf = new TreeMap<>();

  private final long last;
  private final MapVerdict.Violated violated;

  MapTimeline(MapHistory history, List<Watch> watches, boolean foreign) {
    this.history = history;
    this.foreign = foreign;
    MapVerdict.Violated wrong = null;
    for (Call call : history.calls()) {
      MapVerdict.Violated found = enter(call);
      if (wrong == null) wrong = found;
    }
    int earliest = Integer.MAX_VALUE;
    for (Map.Entry<Long, Integer> entry : toldOf.descendingMap().entrySet()) {
      earliest = Math.min(earliest, entry.getValue());
      entry.setValue(earliest);
    }
    long last = toldOf.isEmpty() ? history.start() : Math.max(history.start(), toldOf.lastKey());
    for (Watch watch : watches) last = Math.max(last, watch.last());
    this.last = last;
    violated = wrong != null ? wrong : outOfTime();
  }

  private MapVerdict.Violated enter(Call call) {
    if (call.end() instanceof End.Unknown) unknown.add(call);
    if (!(call.end() instanceof End.Ok ok)) return null;
    toldOf.merge(ok.revision(), ok.order(), Math::min);
    boolean writes = ok.result().changed();
    if (ok.revision() < history.start() || writes && ok.revision() == history.start())
      return violated(call, call + ", but the history begins after " + history.start());
    if (writes) {
      Call other = writers.putIfAbsent(ok.revision(), call);
      return other == null ? null : violated(call, call + " has the revision of another: " + other);
    }
    readers.computeIfAbsent(ok.revision(), _ -> new ArrayList<>()).add(call);
    return null;
  }

  /// The first operation that is of an earlier revision than one that ended before it was asked
  /// for; a write has a later one than all those.
  private MapVerdict.Violated outOfTime() {
    Map<Integer, Call> events = new TreeMap<>();
    for (Call call : history.calls()) {
      events.put(call.invoked().order(), call);
      if (call.end() instanceof End.Ok ok) events.put(ok.order(), call);
    }
    Call highest = null;
    for (Map.Entry<Integer, Call> event : events.entrySet()) {
      Call call = event.getValue();
      if (!(call.end() instanceof End.Ok ok)) continue;
      if (event.getKey() == call.invoked().order()) {
        if (highest == null || call.op() instanceof MapOp.Stale) continue;
        boolean early = ok.revision() < revision(highest);
        if (early || ok.result().changed() && ok.revision() == revision(highest))
          return violated(
              call, call + " is out of time: what ended before it was asked for is " + highest);
      } else if (highest == null || ok.revision() > revision(highest)) highest = call;
    }
    return null;
  }

  private static long revision(Call call) {
    return ((End.Ok) call.end()).revision();
  }

  private static MapVerdict.Violated violated(Call call, String why) {
    return new MapVerdict.Violated(revision(call), call, why, List.of());
  }

  /// What is wrong whatever the map held, or null.
  MapVerdict.Violated violated() {
    return violated;
  }

  boolean foreign() {
    return foreign;
  }

  long start() {
    return history.start();
  }

  List<MapItem> items() {
    return history.items();
  }

  /// The highest revision that an answer or a watcher names.
  long last() {
    return last;
  }

  /// How many revisions no answered operation took.
  long holes() {
    return last() - start() - writers.size();
  }

  /// How many operations have an unknown outcome.
  int unknown() {
    return unknown.size();
  }

  /// The answered operation that took this revision, or null.
  Call writer(long revision) {
    return writers.get(revision);
  }

  /// The answered operations that changed nothing and saw this revision's state.
  List<Call> readers(long revision) {
    return readers.getOrDefault(revision, List.of());
  }

  /// The operations of unknown outcome that had been asked for before something told of this
  /// revision or of a later one; the latest first, since most take effect soon.
  List<Call> unknown(long revision) {
    Map.Entry<Long, Integer> entry = toldOf.ceilingEntry(revision);
    int told = entry == null ? Integer.MAX_VALUE : entry.getValue();
    return unknown.stream().filter(call -> call.invoked().order() < told).toList().reversed();
  }
}
