package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyValue;
import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchRequest;
import java.util.List;
import java.util.stream.Stream;

/// What Redis calls a change of a key, as far as a watch tells changes apart.
///
/// @param names of what happened, in order
record KeyspaceEvents(Bytes key, List<String> names) {
  private static final List<String> OF_PUTS = List.of("set", "expire", "persist");
  private static final List<String> OF_REMOVALS = List.of("del", "expired");

  /// All names.
  static final List<String> NAMES = Stream.concat(OF_PUTS.stream(), OF_REMOVALS.stream()).toList();

  private static final int OVERHEAD_BYTES = 64;

  /// A removal is told of as `expired` if the key's end is over when it is told: that is so of one,
  /// too, that was deleted shortly before its end, or is told of late.
  ///
  /// @param event with its former value
  static KeyspaceEvents of(WatchEvent event, long clusterTimeMillis) {
    KeyValue entry = event.entry();
    List<String> names =
        event.removed()
            ? List.of(isOver(event.former(), clusterTimeMillis) ? "expired" : "del")
            : ofPut(entry, event.former());
    return new KeyspaceEvents(entry.key(), names);
  }

  private static boolean isOver(KeyValue former, long clusterTimeMillis) {
    long deadline = former == null ? 0 : former.terms().deadlineMillis();
    return deadline > 0 && deadline <= clusterTimeMillis;
  }

  private static List<String> ofPut(KeyValue entry, KeyValue former) {
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

  /// What it takes, about.
  int sizeBytes() {
    return OVERHEAD_BYTES + key.length();
  }
}
