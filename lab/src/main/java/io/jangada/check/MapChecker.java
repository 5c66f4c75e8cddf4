package io.jangada.check;

import java.util.ArrayList;
import java.util.List;

/// Says whether a [MapHistory] has a serial order that explains all of it: whether one map that
/// does one operation at a time could have given every answer, those of ranges and transactions
/// over many keys included. [Checker] searches for an order; here every answer names its revision,
/// and the order is given but for operations of unknown outcome. What is checked:
/// - no two operations took one revision, and every revision up to the last one named was taken;
/// - every answer is that of the map at its revision, to the last number;
/// - an operation that ended before another was asked for is of no later revision, and of an
///   earlier one if the other is a write. A [MapOp.Stale] read need not be of the newest;
/// - an operation of unknown outcome took at most one revision, and was asked for before anything
///   told of that or of a later one;
/// - every watcher got the events of its range ([WatchCheck]).
///
/// Deterministic: equal histories get equal verdicts, after equal effort.
public final class MapChecker {
  /// How much a check may take: `effortMax` operations done, and candidates looked at; `holesMax`
  /// revisions that no answered operation took.
  public record Limits(long effortMax, int holesMax) {
    /// Some ten seconds at the most.
    public static final Limits USUAL = new Limits(5_000_000, 100_000);
  }

  /// Whether revisions may have been taken by operations that are not in the history.
  public enum Others {
    /// The history holds all that was asked of the map.
    NONE,
    /// Others changed the map too, though no key on which an operation of the history depends.
    ELSEWHERE
  }

  private final Limits limits;
  private final Others others;

  /// A checker of histories that hold all, with the usual limits.
  public MapChecker() {
    this(Limits.USUAL, Others.NONE);
  }

  /// A checker with these limits.
  public MapChecker(Limits limits, Others others) {
    this.limits = limits;
    this.others = others;
  }

  /// Checks a history.
  public MapVerdict check(MapHistory history) {
    return check(history, List.of());
  }

  /// Checks a history and what watchers were told meanwhile. What they saw helps to find out which
  /// operations of unknown outcome took effect; if nothing explains both, the history is checked
  /// without them, so that the verdict says which of the two is wrong.
  public MapVerdict check(MapHistory history, List<Watch> watches) {
    MapTimeline timeline = new MapTimeline(history, watches, others == Others.ELSEWHERE);
    if (timeline.violated() != null) return timeline.violated();
    long holes = timeline.holes();
    if (others == Others.NONE && holes > timeline.unknown()) return tooMany(timeline);
    if (holes > limits.holesMax)
      return new MapVerdict.Undecided(timeline.last(), holes + " revisions are not accounted for");
    MapVerdict verdict = replay(timeline, history, watches);
    if (verdict instanceof MapVerdict.Violated && !watches.isEmpty())
      verdict = replay(timeline, history, List.of());
    if (!(verdict instanceof MapVerdict.Explained(List<MapEvent.Revision> revisions)))
      return verdict;
    for (Watch watch : watches) {
      MapVerdict.Violated wrong = WatchCheck.check(revisions, watch);
      if (wrong != null) return wrong;
    }
    return verdict;
  }

  private MapVerdict replay(MapTimeline timeline, MapHistory history, List<Watch> watches) {
    return new MapReplay(timeline, new Sightings(history.calls(), watches), limits).verdict();
  }

  /// More revisions are open than there are operations to take them: no search is needed.
  private static MapVerdict.Violated tooMany(MapTimeline timeline) {
    List<String> open = new ArrayList<>();
    long first = 0;
    for (long r = timeline.start() + 1; r <= timeline.last() && open.size() < 8; r++) {
      if (timeline.writer(r) != null) continue;
      if (open.isEmpty()) first = r;
      open.add("" + r);
    }
    String why =
        timeline.holes()
            + " revisions were taken by no answered operation (from "
            + (first + " on: " + String.join(", ", open) + (timeline.holes() > 8 ? ", …" : ""))
            + ("), and only " + timeline.unknown() + " have an unknown outcome");
    return new MapVerdict.Violated(first, null, why, List.of());
  }
}
