package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import io.jangada.kv.memory.Term;

/// What is known of values that are to be computed again: whether they are stale, and whether one
/// of those who ask has the right to do it.
final class Marks {
  private static final int STALE = 1;
  private static final int TAKEN = 2;

  private final Keyspace keys;

  Marks(Keyspace keys) {
    this.keys = keys;
  }

  /// Reads a key with its marks.
  Result.Marked look(Bytes key) {
    int head = keys.find(key);
    return head == NONE
        ? new Result.Marked(null, false, false, false)
        : of(keys.toKeep(head, true), head);
  }

  /// Does what is asked for: see [Operation.Claim].
  Result.Marked claim(Operation.Claim claim, Commands commands) {
    int head = keys.find(claim.key());
    if (head == NONE && claim.creation() == null)
      return new Result.Marked(null, false, false, false);
    if (head == NONE) {
      Change empty = new Change.Set(Bytes.EMPTY, 0);
      commands.put(puts(claim, empty, claim.creation()), keys.head(claim.key()));
      return grant(keys.find(claim.key()), null);
    }
    Term term = keys.term(head);
    boolean isEarly =
        term != null
            && term.lease == 0
            && term.deadlineMillis - commands.clusterTimeMillis() < claim.earlyMillis();
    KeyValue former = keys.toKeep(head, true);
    boolean isGranted = isGranted(head, isEarly);
    if (!isGranted && claim.touch() == null) return of(former, head);
    Lifetime lifetime = claim.touch() == null ? new Lifetime.Same() : claim.touch();
    commands.put(puts(claim, new Change.Keep(), lifetime), head);
    return isGranted ? grant(head, former) : of(former, head);
  }

  private static Operation.Put puts(Operation.Claim claim, Change change, Lifetime lifetime) {
    return new Operation.Put(claim.key(), change, lifetime, new Condition.Always(), false);
  }

  private Result.Marked of(KeyValue entry, int head) {
    int marks = keys.nodes.marks(head);
    return new Result.Marked(entry, (marks & STALE) != 0, (marks & TAKEN) != 0, false);
  }

  /// Whether the next who asks gets the right.
  ///
  /// @param isEarly whether the value is soon to be computed again
  private boolean isGranted(int head, boolean isEarly) {
    int marks = keys.nodes.marks(head);
    return (marks & TAKEN) == 0 && (isEarly || (marks & STALE) != 0);
  }

  /// Gives the right to the one who asks.
  ///
  /// @param former what was there; null for what was just created
  private Result.Marked grant(int head, KeyValue former) {
    int marks = keys.nodes.marks(head);
    keys.nodes.marks(head, marks | TAKEN);
    KeyValue entry = former == null ? keys.toKeep(head, true) : former;
    return new Result.Marked(entry, (marks & STALE) != 0, false, true);
  }

  /// The marks after a change.
  ///
  /// @param isLate whether what was written is stale already
  static int after(Change change, boolean isLate, int before) {
    if (isLate) return STALE;
    return switch (change) {
      case Change.Keep _, Change.Add _, Change.AddDecimal _ -> before;
      case Change.Invalidate _ -> STALE;
      case Change.Set _, Change.Rewrite _, Change.Extend _, Change.Replace _ -> 0;
    };
  }
}
