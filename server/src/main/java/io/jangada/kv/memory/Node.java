package io.jangada.kv.memory;

/// A key's value, or that of a former moment which a snapshot still needs.
public final class Node extends ListNode<Node> {
  /// How often the key was changed since it came to be, this value's write included.
  public long changes;

  /// Where key and value are, in [Slab].
  public int cell;

  /// The key's hash, as the [KeyIndex] has it.
  public int keyHash;

  /// Null for a value that never expires.
  public Timer timer;

  /// The next in the same bucket of the [KeyIndex].
  public Node nextInBucket;

  public long ttl() {
    return timer == null ? 0 : timer.ttl;
  }

  public long deadlineMillis() {
    return timer == null ? 0 : timer.deadlineMillis;
  }

  /// A value's end, and its place in the [Expiry].
  public static final class Timer {
    public final Node node;
    public final long ttl;
    public final long deadlineMillis;
    public int place;

    public Timer(Node node, long ttl, long deadlineMillis) {
      this.node = node;
      this.ttl = ttl;
      this.deadlineMillis = deadlineMillis;
    }

    public boolean before(Timer other) {
      return deadlineMillis != other.deadlineMillis
          ? deadlineMillis < other.deadlineMillis
          : node.version < other.node.version;
    }
  }
}
