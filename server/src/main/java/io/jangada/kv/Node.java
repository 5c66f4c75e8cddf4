package io.jangada.kv;

/// A key's value, or that of a former moment which a snapshot still needs.
final class Node extends ListNode<Node> {
  /// How often the key was changed since it came to be, this value's write included.
  long changes;

  /// Where key and value are, in [Slab].
  int cell;

  /// The key's hash, as the [KeyIndex] has it.
  int keyHash;

  /// Null for a value that never expires.
  Timer timer;

  /// The next in the same bucket of the [KeyIndex].
  Node nextInBucket;

  long ttl() {
    return timer == null ? 0 : timer.ttl;
  }

  long deadlineMillis() {
    return timer == null ? 0 : timer.deadlineMillis;
  }

  /// A value's end, and its place in the [Expiry].
  static final class Timer {
    final Node node;
    final long ttl;
    final long deadlineMillis;
    int place;

    Timer(Node node, long ttl, long deadlineMillis) {
      this.node = node;
      this.ttl = ttl;
      this.deadlineMillis = deadlineMillis;
    }

    boolean before(Timer other) {
      return deadlineMillis != other.deadlineMillis
          ? deadlineMillis < other.deadlineMillis
          : node.version < other.node.version;
    }
  }
}
