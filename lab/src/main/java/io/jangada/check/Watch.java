package io.jangada.check;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// What one watcher was told: it asked for the events of `keys` from revision `from` on, with the
/// former items if `former`.
public record Watch(
    String name, KeyRange keys, long from, boolean former, List<Delivery> deliveries) {
  /// See the record.
  public Watch {
    requireNonNull(name, "name");
    requireNonNull(keys, "keys");
    deliveries = List.copyOf(deliveries);
  }

  /// One thing that it was told.
  public sealed interface Delivery {
    /// The events of one revision, all of them.
    record Batch(long revision, List<MapEvent> events) implements Delivery {
      public Batch {
        events = List.copyOf(events);
      }
    }

    /// All up to this revision has been delivered. Where a watcher must have got everything by now,
    /// a test may add one of its own.
    record Progress(long revision) implements Delivery {}

    /// What it was to be told next is gone: all up to this revision was compacted. The last thing
    /// that a watcher is told.
    record Compacted(long revision) implements Delivery {}
  }

  /// The last revision whose events it has got, or the one before `from`.
  long last() {
    long last = from - 1;
    for (Delivery delivery : deliveries) {
      switch (delivery) {
        case Delivery.Batch(long revision, List<MapEvent> _) -> last = Math.max(last, revision);
        case Delivery.Progress(long revision) -> last = Math.max(last, revision);
        case Delivery.Compacted _ -> {}
      }
    }
    return last;
  }

  /// Whether an event was received as it was; the former item counts where it was asked for.
  boolean same(MapEvent received, MapEvent event) {
    return received.key().equals(event.key())
        && MapItem.same(received.item(), event.item())
        && (!former || MapItem.same(received.former(), event.former()));
  }

  /// Whether these are the events, in this order.
  boolean same(List<MapEvent> received, List<MapEvent> events) {
    if (received.size() != events.size()) return false;
    for (int i = 0; i < events.size(); i++) if (!same(received.get(i), events.get(i))) return false;
    return true;
  }
}
