package io.jangada.check;

import io.jangada.check.MapHistory.Call;
import io.jangada.check.MapHistory.End;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Does a history again in the order of revisions and compares every answer. A revision that no
/// answered operation took is a *hole*, and is filled by an operation of unknown outcome.
///
/// Which one is searched for, depth first with jumps back over what cannot matter (P. Prosser,
/// *Hybrid algorithms for the constraint satisfaction problem*, 1993): an answer is wrong because
/// of keys, so only holes that may have changed those keys, or others on which they depend, are
/// filled anew. A hole that no operation observed takes the first filling that explains all
/// operations.
final class MapReplay {
  /// A hole: what may fill it, which of them does, and the holes before it that would have to be
  /// filled otherwise if none does.
  private final class Hole {
    final int place = holes.size();
    final long revision;
    final int changesBefore = model.changes().size();
    final List<Call> candidates;
    final Set<MapOp> tried = new HashSet<>();
    final BitSet blamed = new BitSet();
    int next;
    Call chosen;

    Hole(long revision) {
      this.revision = revision;
      this.candidates = candidates(revision);
    }
  }

  /// A place where an answer is wrong or a hole stays open, and the holes that may be to blame.
  private record Failure(long revision, Call call, String why, BitSet blamed) {}

  private static final int LAST_MAX = 8;

  private final MapTimeline timeline;
  private final Sightings sightings;
  private final MapChecker.Limits limits;
  private final MapModel model;
  private final List<Hole> holes = new ArrayList<>();
  private final Map<Integer, Hole> used = new HashMap<>();
  private final BitSet neededElsewhere = new BitSet();
  private MapVerdict.Violated deepest;
  private long effort;
  private long ways;

  MapReplay(MapTimeline timeline, Sightings sightings, MapChecker.Limits limits) {
    this.timeline = timeline;
    this.sightings = sightings;
    this.limits = limits;
    this.model = new MapModel(timeline.items());
    neededElsewhere.or(needed());
  }

  MapVerdict verdict() {
    long revision = timeline.start();
    Failure failure = read(revision);
    while (failure != null || revision < timeline.last()) {
      if (effort > limits.effortMax())
        return new MapVerdict.Undecided(
            revision, "more than " + limits.effortMax() + " steps, " + holes.size() + " holes");
      if (failure != null) {
        note(failure);
        Hole hole = jumpBack(failure);
        if (hole == null) return deepest.after(ways);
        revision = hole.revision;
        failure = fill(hole);
      } else {
        revision++;
        failure = take(revision);
      }
      if (failure == null) failure = read(revision);
    }
    return new MapVerdict.Explained(revisions());
  }

  /// The operation that took `revision`, done.
  private Failure take(long revision) {
    Call writer = timeline.writer(revision);
    if (writer != null) {
      Failure failure = compare(writer, revision);
      return failure != null ? failure : compareSeen(revision);
    }
    Hole hole = new Hole(revision);
    holes.add(hole);
    return fill(hole);
  }

  private Failure read(long revision) {
    for (Call reader : timeline.readers(revision)) {
      Failure failure = compare(reader, revision);
      if (failure != null) return failure;
    }
    return null;
  }

  private Failure compare(Call call, long revision) {
    effort++;
    MapResult held = model.apply(call.op(), revision);
    String difference = MapWords.difference(((End.Ok) call.end()).result(), held);
    if (difference == null) return null;
    BitSet blamed = blamed(call.op().touched(), revision, holes.size());
    return new Failure(revision, call, call + " " + difference, blamed);
  }

  /// Compares what `revision` left with what was seen of that later on.
  private Failure compareSeen(long revision) {
    Sightings.Seen seen = sightings.contradiction(revision, model);
    if (seen == null) return null;
    MapItem item = seen.item();
    MapItem held = model.get(item.key());
    String why =
        seen.by() + " saw " + item + ", where " + (held == null ? "nothing" : held) + " was left";
    Stream<KeyRange> keys = Stream.of(KeyRange.of(item.key()));
    return new Failure(revision, seen.by(), why, blamed(keys, revision, holes.size()));
  }

  /// Fills a hole with the next candidate that fits.
  private Failure fill(Hole hole) {
    while (hole.next < hole.candidates.size()) {
      Call candidate = hole.candidates.get(hole.next++);
      if (candidate == MapTimeline.FOREIGN) return null;
      Hole other = used.get(candidate.id());
      if (other != null) hole.blamed.set(other.place);
      if (other != null || !hole.tried.add(candidate.op())) continue;
      effort++;
      model.apply(candidate.op(), hole.revision);
      int done = model.changes().size();
      List<MapModel.Change> changes = model.changes().subList(hole.changesBefore, done);
      if (!changes.isEmpty() && sightings.fit(changes, hole.revision, model)) {
        hole.chosen = candidate;
        used.put(candidate.id(), hole);
        return null;
      }
      model.rewind(hole.changesBefore);
    }
    Stream<KeyRange> keys = hole.candidates.stream().flatMap(call -> call.op().touched());
    hole.blamed.or(blamed(keys, hole.revision, hole.place));
    String why =
        "no operation took it, and none of unknown outcome fits" + sightings.text(hole.revision);
    return new Failure(hole.revision, null, why, hole.blamed);
  }

  /// The holes, among the first `count`, that may have changed what these keys held just before
  /// `need`. What a key held at a revision at which it was seen is settled, and no earlier hole is
  /// to blame for what it held later.
  private BitSet blamed(Stream<KeyRange> wanted, long need, int count) {
    Map<KeyRange, Long> needs = new HashMap<>();
    wanted.forEach(keys -> needs.put(keys, need));
    BitSet blamed = new BitSet();
    for (int place = count - 1; place >= 0; place--) {
      Hole hole = holes.get(place);
      Set<KeyRange> more = new HashSet<>();
      for (Call candidate : hole.candidates) {
        effort++;
        if (candidate.op().written().anyMatch(keys -> matter(keys, hole.revision, needs)))
          candidate.op().touched().forEach(more::add);
      }
      if (!more.isEmpty()) blamed.set(place);
      for (KeyRange keys : more) needs.put(keys, hole.revision);
    }
    return blamed;
  }

  /// Whether a change of these keys at `revision` may have been seen by one of the needs.
  private boolean matter(KeyRange written, long revision, Map<KeyRange, Long> needs) {
    for (Map.Entry<KeyRange, Long> entry : needs.entrySet()) {
      KeyRange keys = entry.getKey();
      if (!keys.overlaps(written)) continue;
      KeyRange one = written.isSingle() ? written : keys;
      if (!one.isSingle() || sightings.settledBefore(one.from(), entry.getValue()) < revision)
        return true;
    }
    return false;
  }

  /// Takes everything back to the last hole that is to blame and can be filled otherwise; null if
  /// there is none.
  private Hole jumpBack(Failure failure) {
    BitSet blamed = failure.blamed;
    while (!holes.isEmpty()) {
      Hole hole = holes.getLast();
      if (hole.chosen != null) used.remove(hole.chosen.id());
      hole.chosen = null;
      model.rewind(hole.changesBefore);
      if (blamed.get(hole.place)) {
        ways++;
        blamed.clear(hole.place);
        hole.blamed.or(blamed);
        return hole;
      }
      holes.removeLast();
    }
    return null;
  }

  private void note(Failure failure) {
    if (deepest != null && deepest.revision() >= failure.revision) return;
    List<Call> last = new ArrayList<>();
    for (MapEvent.Revision done : revisions())
      if (done.number() < failure.revision && done.by() != null) last.add(done.by());
    last = last.subList(Math.max(0, last.size() - LAST_MAX), last.size());
    deepest = new MapVerdict.Violated(failure.revision, failure.call, failure.why, last);
  }

  /// What may fill a hole, as far as what was seen tells; last what other holes have need of.
  private List<Call> candidates(long revision) {
    List<Call> candidates = new ArrayList<>();
    List<Call> needed = new ArrayList<>();
    boolean told = sightings.tellOf(revision);
    if (timeline.foreign() && !told) candidates.add(MapTimeline.FOREIGN);
    for (Call call : timeline.unknown(revision)) {
      effort++;
      if (sightings.allow(call.op(), revision))
        (told || !neededElsewhere.get(call.id()) ? candidates : needed).add(call);
    }
    candidates.addAll(needed);
    return candidates;
  }

  /// The operations that alone, or beside one other, can have done what was seen of some hole.
  private BitSet needed() {
    BitSet needed = new BitSet();
    for (long revision : sightings.toldOf()) {
      if (revision <= timeline.start() || revision > timeline.last()) continue;
      if (timeline.writer(revision) != null || effort > limits.effortMax()) continue;
      List<Call> candidates = candidates(revision);
      if (candidates.size() <= 2) candidates.forEach(call -> needed.set(call.id()));
    }
    return needed;
  }

  private List<MapEvent.Revision> revisions() {
    Map<Long, Call> fillers = new HashMap<>();
    for (Hole hole : holes) fillers.put(hole.revision, hole.chosen);
    List<MapEvent.Revision> revisions = new ArrayList<>();
    List<MapModel.Change> changes = model.changes();
    for (int from = 0; from < changes.size(); ) {
      long number = changes.get(from).revision();
      int to = from;
      while (to < changes.size() && changes.get(to).revision() == number) to++;
      Call by = timeline.writer(number) != null ? timeline.writer(number) : fillers.get(number);
      revisions.add(new MapEvent.Revision(number, by, MapEvent.of(changes.subList(from, to))));
      from = to;
    }
    return revisions;
  }
}
