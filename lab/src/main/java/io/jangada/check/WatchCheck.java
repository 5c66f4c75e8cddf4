package io.jangada.check;

import io.jangada.check.Watch.Delivery;
import java.util.List;

/// Compares what a watcher was told with the revisions that there were: from the one that it asked
/// for up to the last that it was told of it got every event of its range once, in order, all
/// events of a revision together, with the right former items. It was told of compaction only where
/// compaction had overtaken it.
public final class WatchCheck {
  private final List<MapEvent.Revision> revisions;
  private final Watch watch;

  /// The next revision that has not been looked at.
  private int next;

  /// The last revision that the watcher was told of.
  private long last;

  private WatchCheck(List<MapEvent.Revision> revisions, Watch watch) {
    this.revisions = revisions;
    this.watch = watch;
    this.last = watch.from() - 1;
    while (next < revisions.size() && revisions.get(next).number() < watch.from()) next++;
  }

  /// What the watcher was told wrongly, or null; `revisions` are all from before the watch began,
  /// in order.
  public static MapVerdict.Violated check(List<MapEvent.Revision> revisions, Watch watch) {
    return new WatchCheck(revisions, watch).check();
  }

  private MapVerdict.Violated check() {
    boolean over = false;
    for (Delivery delivery : watch.deliveries()) {
      if (over) return violated(last, "was told more after it was told of compaction");
      MapVerdict.Violated wrong =
          switch (delivery) {
            case Delivery.Batch batch -> batch(batch);
            case Delivery.Progress(long revision) -> progress(revision);
            case Delivery.Compacted(long revision) ->
                revision > last
                    ? null
                    : violated(
                        revision, "was overtaken by no compaction, it had got all to " + last);
          };
      if (wrong != null) return wrong;
      over = delivery instanceof Delivery.Compacted;
    }
    return null;
  }

  private MapVerdict.Violated progress(long revision) {
    if (revision < last) return violated(revision, "was told of it after " + last);
    MapEvent.Revision missed = missedBefore(revision + 1);
    last = revision;
    return missed == null ? null : missed(missed);
  }

  private MapVerdict.Violated batch(Delivery.Batch batch) {
    long revision = batch.revision();
    if (revision < watch.from()) return violated(revision, "began later");
    if (revision <= last)
      return violated(
          revision, "was told of it" + (revision == last ? " twice" : " after " + last));
    MapEvent.Revision missed = missedBefore(revision);
    if (missed != null) return missed(missed);
    last = revision;
    List<MapEvent> events =
        next < revisions.size() && revisions.get(next).number() == revision
            ? revisions.get(next++).of(watch.keys())
            : List.of();
    return difference(batch, events);
  }

  private MapVerdict.Violated difference(Delivery.Batch batch, List<MapEvent> events) {
    List<MapEvent> got = batch.events();
    for (int i = 0; i < got.size(); i++) {
      if (i >= events.size())
        return violated(batch.revision(), "got " + got.get(i) + ", which is none of its events");
      if (!watch.same(got.get(i), events.get(i)))
        return violated(batch.revision(), "got " + wrong(got.get(i), events.get(i)));
    }
    if (got.size() == events.size()) return null;
    return violated(
        batch.revision(), "got " + got.size() + " of its " + events.size() + " events at once");
  }

  private static String wrong(MapEvent got, MapEvent event) {
    boolean former = got.key().equals(event.key()) && MapItem.same(got.item(), event.item());
    return former
        ? got + " with the former item " + got.former() + ", which was " + event.former()
        : got + " where the event was " + event;
  }

  private MapVerdict.Violated missed(MapEvent.Revision revision) {
    MapEvent event = revision.of(watch.keys()).getFirst();
    return violated(revision.number(), "did not get " + event + " of " + revision.by());
  }

  /// The first revision before this one whose events have not come, or null.
  private MapEvent.Revision missedBefore(long revision) {
    while (next < revisions.size() && revisions.get(next).number() < revision) {
      MapEvent.Revision passed = revisions.get(next++);
      if (!passed.of(watch.keys()).isEmpty()) return passed;
    }
    return null;
  }

  private MapVerdict.Violated violated(long revision, String what) {
    String who = "watcher " + watch.name() + " of " + watch.keys() + " from " + watch.from() + " ";
    return new MapVerdict.Violated(revision, null, who + what, List.of());
  }
}
