package io.jangada.kv;

import io.jangada.kv.memory.ListNode;
import io.jangada.kv.memory.Term;
import io.jangada.kv.memory.TermList;
import io.jangada.kv.memory.VersionList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// The leases, each with the keys that live as long as it does.
///
/// A lease ends when cluster time has reached its deadline, which only a command that keeps it
/// alive moves on: not a change of leaders, not a restart, not a snapshot.
final class Leases {
  /// What a lease takes with its places in tables.
  private static final int LEASE_BYTES = 64 + 24 + 48 + 48;

  /// A lease, as of its last change. Its keys are those of the latest object.
  static final class Lease extends ListNode<Lease> {
    final long number;
    final long ttlMillis;
    final long deadlineMillis;
    private final TermList keys;

    Lease(long number, long ttlMillis, long deadlineMillis) {
      this(number, ttlMillis, deadlineMillis, new TermList());
    }

    private Lease(long number, long ttlMillis, long deadlineMillis, TermList keys) {
      this.number = number;
      this.ttlMillis = ttlMillis;
      this.deadlineMillis = deadlineMillis;
      this.keys = keys;
    }

    /// How many keys it has.
    int size() {
      return keys.size();
    }

    /// That of its first key, or null; the keys are in no order that means something.
    Term firstTerm() {
      return keys.first();
    }
  }

  private final TreeMap<Long, Lease> byNumber = new TreeMap<>();
  private final TreeSet<Lease> byDeadline =
      new TreeSet<>(
          Comparator.comparingLong((Lease lease) -> lease.deadlineMillis)
              .thenComparingLong(lease -> lease.number));

  /// In the order of their last changes, counted from 1.
  private final VersionList<Lease> list = new VersionList<>(_ -> {});

  private long changed;

  int size() {
    return byNumber.size();
  }

  /// What all of it takes in memory, about.
  long memoryBytes() {
    return (long) LEASE_BYTES * (byNumber.size() + list.supersededCount());
  }

  /// The lease of this number, or null.
  Lease get(long number) {
    return byNumber.get(number);
  }

  /// How many keys a lease has: 0 for one that is not there.
  int keyCount(long number) {
    Lease lease = byNumber.get(number);
    return lease == null ? 0 : lease.size();
  }

  List<Long> numbers() {
    return List.copyOf(byNumber.keySet());
  }

  /// The lease that is due first, or null.
  Lease first() {
    return byDeadline.isEmpty() ? null : byDeadline.first();
  }

  /// Takes a lease whose number is that of no other; false if it is.
  boolean add(Lease lease) {
    if (byNumber.putIfAbsent(lease.number, lease) != null) return false;
    byDeadline.add(lease);
    append(lease);
    return true;
  }

  /// Has a lease last until another deadline.
  void keepAlive(Lease lease, long deadlineMillis) {
    Lease next = new Lease(lease.number, lease.ttlMillis, deadlineMillis, lease.keys);
    byDeadline.remove(lease);
    list.retire(lease);
    byNumber.put(lease.number, next);
    byDeadline.add(next);
    append(next);
  }

  private void append(Lease lease) {
    lease.version = ++changed;
    list.append(lease);
  }

  /// Takes out a lease that has no keys.
  void remove(Lease lease) {
    byNumber.remove(lease.number);
    byDeadline.remove(lease);
    list.retire(lease);
  }

  /// A key is to live as long as its lease, which is there.
  void attach(Term term) {
    byNumber.get(term.lease).keys.add(term);
  }

  void detach(Term term) {
    byNumber.get(term.lease).keys.remove(term);
  }

  void open() {
    list.open(changed);
  }

  boolean read(Consumer<Lease> reader) {
    return list.read(reader);
  }

  void close() {
    list.close();
  }

  void sweep(int nodesMax) {
    list.sweep(nodesMax);
  }
}
