package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import java.util.List;
import java.util.function.BooleanSupplier;

/// What [Compare]s come to, on keys as they are now.
final class Comparisons {
  private Comparisons() {}

  /// Whether all of them hold.
  static boolean hold(Keyspace keys, List<Compare> compares) {
    return hold(keys, compares, () -> true);
  }

  /// Whether all of them hold, or false if not all may be looked at.
  ///
  /// @param look called before each key of a range is looked at; false if it may not be
  static boolean hold(Keyspace keys, List<Compare> compares, BooleanSupplier look) {
    for (Compare compare : compares) if (!holds(keys, compare, look)) return false;
    return true;
  }

  private static boolean holds(Keyspace keys, Compare compare, BooleanSupplier look) {
    KeyRange range = compare.keys();
    if (range.isOneKey()) return holds(keys, compare, keys.find(range.from()));
    if (range.isEmpty() || keys.ordered.count(range.from(), range.to()) == 0)
      return holds(keys, compare, NONE);
    return keys.ordered.scan(
        range.from(),
        range.to(),
        false,
        head -> !keys.hasValue(head) || look.getAsBoolean() && holds(keys, compare, head));
  }

  private static boolean holds(Keyspace keys, Compare compare, int head) {
    return switch (compare) {
      case Compare.Value value ->
          head != NONE && value.relation().holds(keys.value(head).compareTo(value.value()));
      case Compare.Number number ->
          number
              .relation()
              .holds(Long.compare(numberOf(keys, head, number.field()), number.number()));
    };
  }

  private static long numberOf(Keyspace keys, int head, Compare.Field field) {
    if (head == NONE) return 0;
    return switch (field) {
      case CREATED -> keys.nodes.created(head);
      case MODIFIED -> keys.nodes.revision(head);
      case CHANGES -> keys.nodes.changes(head);
      case LEASE -> keys.term(head) == null ? 0 : keys.term(head).lease;
    };
  }
}
