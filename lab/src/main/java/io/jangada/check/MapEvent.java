package io.jangada.check;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one revision did to one key: the item that it left, or null for none; and the item that the
/// revision before it held, or null.
public record MapEvent(String key, MapItem item, MapItem former) {
  /// See the record.
  public MapEvent {
    requireNonNull(key, "key");
  }

  /// A revision that changed something: which operation took it (null for one that is not in the
  /// history), and what it did, in the order of its steps.
  public record Revision(long number, MapHistory.Call by, List<MapEvent> events) {
    /// See the record.
    public Revision {
      events = List.copyOf(events);
    }

    /// The events of some keys.
    List<MapEvent> of(KeyRange keys) {
      return events.stream().filter(event -> keys.contains(event.key())).toList();
    }
  }

  /// The events of the changes that one revision made.
  static List<MapEvent> of(List<MapModel.Change> changes) {
    Map<String, MapItem> former = new HashMap<>();
    List<MapEvent> events = new ArrayList<>();
    for (MapModel.Change change : changes) {
      if (!former.containsKey(change.key())) former.put(change.key(), change.before());
      events.add(new MapEvent(change.key(), change.after(), former.get(change.key())));
    }
    return events;
  }

  /// In plain words, such as `b deleted`.
  @Override
  public String toString() {
    return item == null ? Words.value(key) + " deleted" : item.toString();
  }
}
