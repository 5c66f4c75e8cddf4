package io.jangada.protocol.redis;

import io.jangada.kv.KeyValue;
import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchRequest;
import java.util.List;
import java.util.stream.Stream;

/// What Redis calls the changes of a key, as far as a watch tells them apart.
final class KeyspaceEvents {
  private static final List<String> OF_PUTS = List.of("set", "expire", "persist");
  private static final List<String> OF_REMOVALS = List.of("del", "expired");

  /// All names.
  static final List<String> NAMES = Stream.concat(OF_PUTS.stream(), OF_REMOVALS.stream()).toList();

  private KeyspaceEvents() {}

  /// The names of what happened to a key, in order.
  ///
  /// A removal is told of as `expired` if the key's end is over when it is told: that is so of one,
  /// too, that was deleted shortly before its end, or is told of late.
  ///
  /// @param event with its former value
  static List<String> of(WatchEvent event, long clusterTimeMillis) {
    KeyValue former = event.former();
    if (event.removed()) {
      long deadline = former == null ? 0 : former.terms().deadlineMillis();
      boolean isOver = deadline > 0 && deadline <= clusterTimeMillis;
      return List.of(isOver ? "expired" : "del");
    }
    KeyValue entry = event.entry();
    long deadline = entry.terms().deadlineMillis();
    boolean isSameValue =
        former != null
            && former.revisions().unique() == entry.revisions().unique()
            && former.value().equals(entry.value());
    if (isSameValue) return List.of(deadline == 0 ? "persist" : "expire");
    boolean hasOldEnd = former != null && former.terms().deadlineMillis() == deadline;
    return deadline == 0 || hasOldEnd ? List.of("set") : List.of("set", "expire");
  }

  /// What is to be watched for some of the names.
  static WatchRequest.Kinds kinds(List<String> names) {
    return new WatchRequest.Kinds(
        names.stream().anyMatch(OF_PUTS::contains), names.stream().anyMatch(OF_REMOVALS::contains));
  }
}
