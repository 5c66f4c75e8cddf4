package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.WatchEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// All that any key ever was, and how revisions are numbered. Nothing is forgotten: what may be
/// read of it is for those to say who read.
final class SlowMap {
  private final TreeMap<Bytes, Marks> marks = new TreeMap<>();

  /// What a key was from a revision on.
  ///
  /// @param place in the order of all changes
  /// @param entry null for a removal
  record Version(Bytes key, long revision, long place, KeyValue entry) {}

  private record Touched(long revision, Bytes key) {}

  private static final Comparator<Version> IN_ORDER =
      Comparator.comparingLong(Version::revision).thenComparingLong(Version::place);

  private final TreeMap<Bytes, List<Version>> versions = new TreeMap<>();

  /// Where anything was changed, in order.
  private final List<Touched> touched = new ArrayList<>();

  /// What [#at(long)] gave for the newest revision; null when that has changed since.
  private List<KeyValue> newest;

  private long places;
  private long revision;
  private long compacted;
  private boolean countsRevisions;
  private boolean countsChanges;
  private boolean keepsHistory;

  long revision() {
    return revision;
  }

  long compacted() {
    return compacted;
  }

  boolean countsRevisions() {
    return countsRevisions;
  }

  boolean countsChanges() {
    return countsChanges;
  }

  boolean keepsHistory() {
    return keepsHistory;
  }

  /// The log is at this index: as long as revisions are not counted, that is the revision.
  void advance(long index) {
    if (!countsRevisions) moveTo(index);
  }

  void countRevisionsFrom(long first) {
    countsRevisions = true;
    countsChanges = true;
    moveTo(first);
  }

  void countChanges() {
    countsChanges = true;
  }

  /// The next revision, which is the store's from now on.
  long takeRevision() {
    if (countsRevisions) moveTo(revision + 1);
    return revision;
  }

  private void moveTo(long next) {
    newest = null;
    revision = next;
    if (!keepsHistory) compacted = next;
  }

  void keepHistory(boolean keeps) {
    keepsHistory = keeps;
    if (!keeps) compacted = revision;
  }

  void compact(long first) {
    compacted = first;
  }

  /// Whether a value is stale, and whether one has the right to compute it again.
  record Marks(boolean stale, boolean taken) {
    static final Marks NONE = new Marks(false, false);
  }

  Marks marks(Bytes key) {
    return marks.getOrDefault(key, Marks.NONE);
  }

  void mark(Bytes key, Marks now) {
    marks.put(key, now);
  }

  /// The key is this from the newest revision on. Within one revision a key has one change, in the
  /// place of its first, but for a key that is born anew.
  ///
  /// @param entry null for a removal
  void change(Bytes key, KeyValue entry) {
    if (entry == null) marks.remove(key);
    newest = null;
    touched.add(new Touched(revision, key));
    List<Version> before = new ArrayList<>(versions.getOrDefault(key, List.of()));
    long place = ++places;
    if (!before.isEmpty() && before.getLast().revision == revision) {
      Version replaced = before.removeLast();
      boolean isRebirth = replaced.entry == null && entry != null;
      if (!isRebirth) place = replaced.place;
    }
    boolean there = !before.isEmpty() && before.getLast().entry != null;
    if (entry != null || there) before.add(new Version(key, revision, place, entry));
    versions.put(key, List.copyOf(before));
  }

  /// The key as it was at a revision; null if it was not there.
  KeyValue at(Bytes key, long asked) {
    for (Version version : versions.getOrDefault(key, List.of()).reversed())
      if (version.revision <= asked) return version.entry;
    return null;
  }

  KeyValue newest(Bytes key) {
    return at(key, revision);
  }

  /// All keys that were there at a revision, in order.
  List<KeyValue> at(long asked) {
    if (asked != revision) return read(asked);
    if (newest == null) newest = read(asked);
    return newest;
  }

  private List<KeyValue> read(long asked) {
    return versions.keySet().stream()
        .map(key -> at(key, asked))
        .filter(entry -> entry != null)
        .toList();
  }

  /// All keys of a range that were there at a revision, in order.
  List<KeyValue> at(KeyRange range, long asked) {
    return at(asked).stream().filter(entry -> range.contains(entry.key())).toList();
  }

  /// All keys that are there, in the order in which they were changed last.
  List<KeyValue> byChange() {
    return versions.values().stream()
        .filter(ofKey -> !ofKey.isEmpty())
        .map(List::getLast)
        .filter(version -> version.entry != null)
        .sorted(IN_ORDER)
        .map(Version::entry)
        .toList();
  }

  /// The keys of a lease, in order.
  List<Bytes> keysOf(long lease) {
    return at(revision).stream()
        .filter(entry -> entry.terms().lease() == lease)
        .map(KeyValue::key)
        .toList();
  }

  /// How many times anything was changed after a revision, those that did not last included.
  long changesAfter(long from) {
    return touched.reversed().stream().takeWhile(each -> each.revision > from).count();
  }

  /// All that happened from a revision on, in order.
  List<WatchEvent> events(long from) {
    return touched.reversed().stream()
        .takeWhile(each -> each.revision >= from)
        .map(Touched::key)
        .distinct()
        .flatMap(key -> versions.get(key).stream())
        .filter(version -> version.revision >= from)
        .sorted(IN_ORDER)
        .map(this::event)
        .toList();
  }

  private WatchEvent event(Version version) {
    KeyValue former = at(version.key, version.revision - 1);
    if (version.entry != null) return new WatchEvent(version.entry, false, former);
    var revisions = new KeyValue.Revisions(0, version.revision, 0);
    var gone = new KeyValue(version.key, Bytes.EMPTY, 0, revisions, KeyValue.Terms.FOR_EVER);
    return new WatchEvent(gone, true, former);
  }
}
