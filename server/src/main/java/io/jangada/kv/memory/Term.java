package io.jangada.kv.memory;

/// The end of a value's life: its own time, or that of its lease.
public final class Term {
  /// Its own time to live, 0 for none.
  public final long ttl;

  /// The cluster time from which it is due, 0 for none.
  public final long deadlineMillis;

  /// Its lease, 0 for none.
  public final long lease;

  /// Whether the value is there and ends by it; a former value only had it.
  public boolean isRunning;

  /// The node of the value.
  int node;

  /// The place in the [Expiry].
  int place;

  /// The neighbours among the values of the lease, [TermList].
  Term previous;

  Term next;

  public Term(long ttl, long deadlineMillis, long lease) {
    this.ttl = ttl;
    this.deadlineMillis = deadlineMillis;
    this.lease = lease;
  }

  public int node() {
    return node;
  }

  /// The next among the values of the lease, or null.
  public Term next() {
    return next;
  }
}
