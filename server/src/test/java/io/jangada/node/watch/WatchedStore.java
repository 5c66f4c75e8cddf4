package io.jangada.node.watch;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A store that counts revisions, with a dull twin that knows the events of all of them.
final class WatchedStore {
  /// An event as the twin has it.
  ///
  /// @param value null for a removal
  /// @param former null if the key was not there before
  record Event(long revision, Bytes key, Bytes value, Bytes former) {}

  final KvStore kv = new KvStore(KvLimits.DEFAULT);

  /// Of all revisions. Within one, in order of keys.
  final List<Event> events = new ArrayList<>();

  private final TreeMap<Bytes, Bytes> state = new TreeMap<>();
  private long index;
  private long revision = 1;

  WatchedStore(boolean keepsHistory) {
    apply(new Operation.CountRevisions());
    apply(new Operation.KeepHistory(keepsHistory));
  }

  private void apply(Operation.Command command) {
    kv.apply(++index, new Envelope(null, 1_000, command));
  }

  static Bytes key(int number) {
    return Bytes.utf8("k%03d".formatted(number));
  }

  void put(int key, String value) {
    change(new Operation.Write(key(key), Bytes.utf8(value), 0, new Condition.Always()));
  }

  void delete(int key) {
    change(new Operation.Delete(key(key), new Condition.Always()));
  }

  /// Applies writes and deletes of keys, each another, under one revision.
  void change(Operation.Step... steps) {
    apply(
        steps.length == 1
            ? (Operation.Command) steps[0]
            : new Operation.Transaction(List.of(), List.of(steps), List.of()));
    List<Event> made = new ArrayList<>();
    for (Operation.Step step : steps) {
      if (step instanceof Operation.Write write) note(made, write.key(), write.value());
      else if (step instanceof Operation.Delete delete) note(made, delete.key(), null);
      else throw new IllegalArgumentException("" + step);
    }
    addAll(made);
  }

  void deleteRange(KeyRange keys) {
    apply(new Operation.DeleteRange(keys, false));
    List<Event> made = new ArrayList<>();
    for (Bytes key : List.copyOf(state.keySet())) if (keys.contains(key)) note(made, key, null);
    addAll(made);
  }

  private void note(List<Event> made, Bytes key, Bytes value) {
    Bytes former = value == null ? state.remove(key) : state.put(key, value);
    if (value != null || former != null) made.add(new Event(revision + 1, key, value, former));
  }

  private void addAll(List<Event> made) {
    if (!made.isEmpty()) revision++;
    made.sort(Comparator.comparing(Event::key));
    events.addAll(made);
  }

  void compact(long revision) {
    apply(new Operation.Compact(revision));
  }

  List<Event> events(Predicate<Event> chosen) {
    return events.stream().filter(chosen).toList();
  }
}
