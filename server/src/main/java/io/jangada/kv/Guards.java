package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.memory.Term;
import java.util.function.LongSupplier;

/// What speaks against commands on one key, and how long the values live that they leave.
final class Guards {
  private final Keyspace keys;
  private final LongSupplier clusterTimeMillis;

  /// @param clusterTimeMillis of the command that is carried out
  Guards(Keyspace keys, LongSupplier clusterTimeMillis) {
    this.keys = keys;
    this.clusterTimeMillis = clusterTimeMillis;
  }

  /// What speaks against the guarded command, or null if the guard holds.
  Result objection(int head, Condition condition) {
    boolean isThere = keys.hasValue(head);
    var nodes = keys.nodes;
    return switch (condition) {
      case Condition.Always(), Condition.AnyChanges() -> null;
      case Condition.Absent() -> isThere ? new Result.Exists(nodes.revision(head)) : null;
      case Condition.Present() -> isThere ? null : Result.NotFound.INSTANCE;
      case Condition.Version(long version) ->
          mismatch(head, isThere && nodes.revision(head) == version);
      case Condition.Changes(long changes) ->
          mismatch(head, isThere && nodes.changes(head) == changes);
      case Condition.Unique(long unique) -> mismatch(head, isThere && unique(head) == unique);
      case Condition.UniqueOrLater(long unique) ->
          mismatch(head, isThere && unique(head) >= unique);
      case Condition.Ends(Condition.End end, long ttl) ->
          mismatch(head, isThere && ends(head, end, ttl));
      case Condition.Value(Bytes value) ->
          mismatch(head, isThere && keys.value(head).equals(value));
      case Condition.AbsentOrValue(Bytes value) ->
          isThere ? mismatch(head, keys.value(head).equals(value)) : null;
    };
  }

  private Result mismatch(int head, boolean same) {
    if (!keys.hasValue(head)) return Result.NotFound.INSTANCE;
    return same ? null : new Result.Mismatch(keys.nodes.revision(head));
  }

  /// As [KeyValue.Revisions#unique] has it.
  long unique(int head) {
    return keys.nodes.created(head) + keys.nodes.changes(head) - 1;
  }

  private boolean ends(int head, Condition.End end, long ttl) {
    Term term = keys.term(head);
    long deadline = term == null ? 0 : deadlineOf(term);
    long other = ttl == 0 ? 0 : TimeToLive.deadlineMillis(ttl, clusterTimeMillis.getAsLong());
    return switch (end) {
      case NEVER -> deadline == 0;
      case SOMETIME -> deadline != 0;
      case LATER -> deadline == 0 || deadline > other;
      case LATER_IF_EVER -> deadline > other;
      case SOONER -> deadline != 0 && deadline < other;
    };
  }

  private long deadlineOf(Term term) {
    if (term.lease == 0) return term.deadlineMillis;
    Leases.Lease lease = keys.leases.get(term.lease);
    return lease == null ? 0 : lease.deadlineMillis;
  }

  Term termOf(long ttl) {
    long deadline = TimeToLive.deadlineMillis(ttl, clusterTimeMillis.getAsLong());
    return new Term(ttl, deadline, 0);
  }

  /// @param present what the key has; null for none
  Term termOf(Lifetime lifetime, Term present) {
    return switch (lifetime) {
      case Lifetime.ForEver() -> null;
      case Lifetime.Of(long ttl) -> termOf(ttl);
      case Lifetime.Leased(long lease) -> new Term(0, 0, lease);
      case Lifetime.Same() when present == null -> null;
      case Lifetime.Extended(long _) when present == null -> null;
      case Lifetime.Same() -> new Term(present.ttl, present.deadlineMillis, present.lease);
      case Lifetime.Extended(long _) when present.ttl <= 0 ->
          new Term(present.ttl, present.deadlineMillis, present.lease);
      case Lifetime.Extended(long millis) ->
          new Term(saturated(present.ttl, millis), saturated(present.deadlineMillis, millis), 0);
    };
  }

  private static long saturated(long number, long more) {
    return number > Long.MAX_VALUE - more ? Long.MAX_VALUE : number + more;
  }
}
