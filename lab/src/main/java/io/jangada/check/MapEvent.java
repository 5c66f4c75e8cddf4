package io.jangada.check;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
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
  /// history), and what it did, with one event for each key.
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

  /// The events of the changes that one revision made: one for each key, which says what the last
  /// step left of it, and none for a key that came and went. A key stands where it was changed
  /// first or, if it went and came back, where it came back.
  static List<MapEvent> of(List<MapModel.Change> changes) {
    Map<String, MapEvent> events = new LinkedHashMap<>();
    for (MapModel.Change change : changes) {
      String key = change.key();
      MapEvent earlier = events.get(key);
      MapItem former = earlier == null ? change.before() : earlier.former;
      boolean isBack = change.before() == null;
      boolean isNothing = former == null && change.after() == null;
      if (isBack || isNothing) events.remove(key);
      if (!isNothing) events.put(key, new MapEvent(key, change.after(), former));
    }
    return List.copyOf(events.values());
  }

  /// In plain words, such as `b deleted`.
  @Override
  public String toString() {
    return item == null ? Words.value(key) + " deleted" : item.toString();
  }
}
