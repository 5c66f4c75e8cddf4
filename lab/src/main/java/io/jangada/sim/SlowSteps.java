package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;

/// One command that reads or changes keys, alone or as a transaction: all its changes are of one
/// revision.
final class SlowSteps {
  private final SlowMap map;
  private final SlowLeases leases;
  private final long nowMillis;
  private boolean hasRevision;
  private boolean isTransaction;
  private long bytesLeft = KvLimits.RESULT_BYTES_MAX;

  /// Of a transaction that is decided ahead; otherwise null.
  private SlowPlan plan;

  SlowSteps(SlowMap map, SlowLeases leases, long nowMillis) {
    this.map = map;
    this.leases = leases;
    this.nowMillis = nowMillis;
  }

  /// The keys that are named one by one, in order.
  static List<Bytes> keysNamed(Operation operation) {
    List<Bytes> keys = new ArrayList<>();
    switch (operation) {
      case Operation.Get get -> keys.add(get.key());
      case Operation.Write write -> keys.add(write.key());
      case Operation.Put put -> keys.add(put.key());
      case Operation.Delete delete -> keys.add(delete.key());
      case Operation.Claim claim -> keys.add(claim.key());
      case Operation.Copy copy -> {
        keys.add(copy.from());
        keys.add(copy.to());
      }
      case Operation.Range range -> {
        if (range.keys().isOneKey()) keys.add(range.keys().from());
      }
      case Operation.DeleteRange range -> {
        if (range.keys().isOneKey()) keys.add(range.keys().from());
      }
      case Operation.Transaction transaction -> {
        for (Compare compare : transaction.compares())
          if (compare.keys().isOneKey()) keys.add(compare.keys().from());
        for (Operation.Step step : transaction.then()) keys.addAll(keysNamed(step));
        for (Operation.Step step : transaction.otherwise()) keys.addAll(keysNamed(step));
      }
      case Operation.Expire _,
          Operation.Flush _,
          Operation.Look _,
          Operation.Scan _,
          Operation.Grant _,
          Operation.Revoke _,
          Operation.KeepAlive _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _,
          Operation.ChangeUsers _,
          Operation.ReadTransaction _,
          Operation.GetLease _,
          Operation.ListLeases _,
          Operation.UsersRead _ -> {}
    }
    return keys;
  }

  /// What a command comes to that is no part of a transaction.
  Result run(Operation.Step command) {
    if (!(command instanceof Operation.Transaction transaction)) return step(command);
    if (new SlowMade(map, transaction).isTooMuch())
      return new Result.Refused(Result.Reason.TRANSACTION_TOO_LARGE);
    if (transaction.decision() == Operation.Decision.AHEAD)
      return ahead(transaction, map.compacted());
    for (long lease : leasesNamed(transaction))
      if (!leases.isAlive(lease, nowMillis))
        return new Result.Refused(Result.Reason.LEASE_NOT_FOUND);
    return transact(transaction);
  }

  /// What one comes to that is decided ahead.
  ///
  /// @param firstReadable the least revision that may be read
  Result ahead(Operation.Transaction transaction, long firstReadable) {
    plan = new SlowPlan(map, lease -> leases.isAlive(lease, nowMillis), firstReadable);
    plan.decide(transaction);
    bytesLeft = Integer.MAX_VALUE;
    return plan.refusal() == null ? transact(transaction) : plan.refusal();
  }

  private static List<Long> leasesNamed(Operation.Step step) {
    List<Long> named = new ArrayList<>();
    if (step instanceof Operation.Put put && put.lifetime() instanceof Lifetime.Leased(long lease))
      named.add(lease);
    if (step instanceof Operation.Transaction transaction) {
      for (Operation.Step each : transaction.then()) named.addAll(leasesNamed(each));
      for (Operation.Step each : transaction.otherwise()) named.addAll(leasesNamed(each));
    }
    return named;
  }

  private Result transact(Operation.Transaction transaction) {
    isTransaction = true;
    boolean succeeded = plan == null ? hold(map, transaction.compares()) : plan.nextDecision();
    List<Result> results = new ArrayList<>();
    for (Operation.Step step : succeeded ? transaction.then() : transaction.otherwise())
      results.add(step(step));
    return new Result.Transacted(map.revision(), succeeded, results);
  }

  /// Whether all of them hold now.
  static boolean hold(SlowMap map, List<Compare> compares) {
    return compares.stream().allMatch(compare -> holds(map, compare));
  }

  private static boolean holds(SlowMap map, Compare compare) {
    List<KeyValue> there = map.at(compare.keys(), map.revision());
    if (there.isEmpty()) return holds(compare, null);
    return there.stream().allMatch(entry -> holds(compare, entry));
  }

  /// How many keys of ranges are looked at to find that out.
  static long keysLookedAt(SlowMap map, List<Compare> compares) {
    long looked = 0;
    for (Compare compare : compares) {
      for (KeyValue entry : map.at(compare.keys(), map.revision())) {
        if (!compare.keys().isOneKey()) looked++;
        if (!holds(compare, entry)) break;
      }
      if (!holds(map, compare)) break;
    }
    return looked;
  }

  private static boolean holds(Compare compare, KeyValue entry) {
    return switch (compare) {
      case Compare.Value value ->
          entry != null && holds(value.relation(), entry.value().compareTo(value.value()));
      case Compare.Number number ->
          holds(number.relation(), Long.compare(field(number.field(), entry), number.number()));
    };
  }

  private static boolean holds(Compare.Relation relation, int comparison) {
    return switch (relation) {
      case EQUAL -> comparison == 0;
      case NOT_EQUAL -> comparison != 0;
      case LESS -> comparison < 0;
      case GREATER -> comparison > 0;
    };
  }

  private static long field(Compare.Field field, KeyValue entry) {
    if (entry == null) return 0;
    return switch (field) {
      case CREATED -> entry.revisions().created();
      case MODIFIED -> entry.revisions().modified();
      case CHANGES -> entry.revisions().changes();
      case LEASE -> entry.terms().lease();
    };
  }

  private Result step(Operation.Step step) {
    Bytes shown = null;
    if (step instanceof Operation.Get(Bytes key)) shown = key;
    if (step instanceof Operation.Put put && put.former()) shown = put.key();
    KeyValue there = shown == null ? null : map.newest(shown);
    if (isTransaction && there != null && there.sizeBytes() > bytesLeft)
      return new Result.Refused(Result.Reason.RESULT_TOO_LARGE);
    return switch (step) {
      case Operation.Get(Bytes key) -> {
        if (map.newest(key) != null) bytesLeft -= map.newest(key).sizeBytes();
        yield found(map.newest(key));
      }
      case Operation.Range range -> range(range);
      case Operation.Write write -> write(write);
      case Operation.Put put -> put(put);
      case Operation.Copy copy -> copy(copy);
      case Operation.Delete delete -> delete(delete);
      case Operation.DeleteRange range -> deleteRange(range);
      case Operation.Transaction transaction -> transact(transaction);
    };
  }

  static Result found(KeyValue entry) {
    if (entry == null) return new Result.NotFound();
    return new Result.Found(
        entry.value(),
        entry.revisions().modified(),
        entry.revisions().changes(),
        entry.terms().ttl(),
        entry.terms().deadlineMillis());
  }

  private Result range(Operation.Range range) {
    if (plan != null && range.revision() != 0) return plan.nextFormer();
    SlowRange.Room room =
        plan == null
            ? new SlowRange.Room(Math.max(0, bytesLeft), KvLimits.RANGE_KEYS_MAX, false, false)
            : new SlowRange.Room(Integer.MAX_VALUE, Integer.MAX_VALUE, false, true);
    Result result = SlowRange.read(map, range, map.compacted(), room);
    if (result instanceof Result.Ranged ranged)
      for (KeyValue entry : ranged.entries()) bytesLeft -= entry.sizeBytes();
    return result;
  }

  private Result write(Operation.Write write) {
    if (write.condition().needsCounting()) map.countChanges();
    Result no = failure(map.newest(write.key()), write.condition(), true);
    if (no != null) return no;
    KeyValue.Terms terms = write.ttl() == 0 ? KeyValue.Terms.FOR_EVER : termsOf(write.ttl());
    KeyValue now = set(write.key(), new Change.Set(write.value(), 0), write.value(), terms);
    return new Result.Written(now.revisions().modified(), now.revisions().changes());
  }

  private Result put(Operation.Put put) {
    KeyValue there = map.newest(put.key());
    Result no = failure(there, put.condition(), true);
    if (no != null) return no;
    SlowChange.Outcome outcome = SlowChange.of(put.change(), there);
    if (outcome.no() != null) return outcome.no();
    if (put.lifetime() instanceof Lifetime.Leased(long lease) && !leases.isAlive(lease, nowMillis))
      return new Result.Refused(Result.Reason.LEASE_NOT_FOUND);
    boolean isLate =
        put.condition() instanceof Condition.UniqueOrLater(long unique)
            && there.revisions().unique() > unique;
    Lifetime lifetime = isLate ? new Lifetime.Same() : put.lifetime();
    KeyValue now = set(put.key(), put.change(), outcome.value(), termsOf(lifetime, there));
    if (isLate) map.mark(put.key(), new SlowMap.Marks(true, false));
    boolean hasFormer = put.former() && there != null;
    if (hasFormer) bytesLeft -= there.sizeBytes();
    return new Result.Changed(
        now.revisions().modified(),
        now.revisions().changes(),
        now.value().length(),
        put.change() instanceof Change.Add || put.change() instanceof Change.AddDecimal
            ? now.value()
            : null,
        hasFormer ? there : null);
  }

  private KeyValue.Terms termsOf(Lifetime lifetime, KeyValue there) {
    return switch (lifetime) {
      case Lifetime.ForEver() -> KeyValue.Terms.FOR_EVER;
      case Lifetime.Of(long ttl) -> termsOf(ttl);
      case Lifetime.Leased(long lease) -> new KeyValue.Terms(0, 0, lease);
      case Lifetime.Same() -> there == null ? KeyValue.Terms.FOR_EVER : there.terms();
      case Lifetime.Extended(long millis) -> {
        if (there == null) yield KeyValue.Terms.FOR_EVER;
        KeyValue.Terms terms = there.terms();
        if (terms.ttl() == 0) yield terms;
        yield new KeyValue.Terms(terms.ttl() + millis, terms.deadlineMillis() + millis, 0);
      }
    };
  }

  private Result failure(KeyValue there, Condition condition, boolean creates) {
    if (!(condition instanceof Condition.Ends(Condition.End end, long ttl)))
      return SlowChange.failure(there, condition, creates);
    if (there == null) return new Result.NotFound();
    long lease = there.terms().lease();
    long ends =
        lease == 0
            ? there.terms().deadlineMillis()
            : nowMillis + leases.leftMillis(lease, nowMillis);
    long other = ttl == 0 ? 0 : termsOf(ttl).deadlineMillis();
    boolean isFine =
        switch (end) {
          case NEVER -> ends == 0;
          case SOMETIME -> ends > 0;
          case LATER -> ends == 0 || ends > other;
          case LATER_IF_EVER -> ends > 0 && ends > other;
          case SOONER -> ends > 0 && ends < other;
        };
    return isFine ? null : new Result.Mismatch(there.revisions().modified());
  }

  Result claim(Operation.Claim claim) {
    Bytes key = claim.key();
    KeyValue there = map.newest(key);
    if (there == null) {
      if (claim.creation() == null) return new Result.Marked(null, false, false, false);
      Lifetime.Leased leased = claim.creation() instanceof Lifetime.Leased one ? one : null;
      if (leased != null) throw new IllegalStateException("never asked for");
      Change empty = new Change.Set(Bytes.EMPTY, 0);
      KeyValue now = set(key, empty, Bytes.EMPTY, termsOf(claim.creation(), null));
      map.mark(key, new SlowMap.Marks(false, true));
      return new Result.Marked(now, false, false, true);
    }
    SlowMap.Marks marks = map.marks(key);
    long deadline = there.terms().deadlineMillis();
    boolean isEarly = deadline != 0 && deadline - nowMillis < claim.earlyMillis();
    boolean isGranted = !marks.taken() && (isEarly || marks.stale());
    if (isGranted || claim.touch() != null) {
      Lifetime lifetime = claim.touch() == null ? new Lifetime.Same() : claim.touch();
      set(key, new Change.Keep(), there.value(), termsOf(lifetime, there));
    }
    if (isGranted) map.mark(key, new SlowMap.Marks(marks.stale(), true));
    return new Result.Marked(there, marks.stale(), marks.taken() && !isGranted, isGranted);
  }

  private Result copy(Operation.Copy copy) {
    KeyValue from = map.newest(copy.from());
    if (from == null) return new Result.NotFound();
    KeyValue there = map.newest(copy.to());
    if (there != null && !copy.replaces()) return new Result.Exists(there.revisions().modified());
    Change change = new Change.Set(from.value(), from.flags());
    KeyValue now = set(copy.to(), change, from.value(), from.terms());
    return new Result.Written(now.revisions().modified(), now.revisions().changes());
  }

  private KeyValue.Terms termsOf(long ttl) {
    long end = nowMillis + ttl;
    if (ttl < 0 || end < 0) end = Long.MAX_VALUE;
    return new KeyValue.Terms(ttl, end, 0);
  }

  private KeyValue set(Bytes key, Change change, Bytes value, KeyValue.Terms terms) {
    KeyValue there = map.newest(key);
    int flags = there == null ? 0 : there.flags();
    if (change instanceof Change.Set set) flags = set.flags();
    long revision = takeRevision();
    KeyValue.Revisions revisions = revisions(key, change, revision);
    KeyValue now = new KeyValue(key, value, flags, revisions, terms);
    map.change(key, now);
    switch (change) {
      case Change.Keep _, Change.Add _, Change.AddDecimal _ -> {}
      case Change.Invalidate _ -> map.mark(key, new SlowMap.Marks(true, false));
      case Change.Set _, Change.Rewrite _, Change.Extend _, Change.Replace _ ->
          map.mark(key, SlowMap.Marks.NONE);
    }
    return now;
  }

  private KeyValue.Revisions revisions(Bytes key, Change change, long revision) {
    KeyValue there = map.newest(key);
    if (there == null || !map.countsChanges()) return new KeyValue.Revisions(revision, revision, 1);
    long created = there.revisions().created();
    long changes = there.revisions().changes();
    boolean bornNow = created == revision;
    if (!bornNow && !(change instanceof Change.Keep))
      changes = map.at(key, revision - 1).revisions().changes() + 1;
    if (!map.countsRevisions()) created = revision - changes + 1;
    return new KeyValue.Revisions(created, revision, changes);
  }

  private Result delete(Operation.Delete delete) {
    if (delete.condition().needsCounting()) map.countChanges();
    Result no = failure(map.newest(delete.key()), delete.condition(), false);
    if (no != null) return no;
    long revision = takeRevision();
    map.change(delete.key(), null);
    return new Result.Deleted(revision);
  }

  private Result deleteRange(Operation.DeleteRange range) {
    List<KeyValue> there = map.at(range.keys(), map.revision());
    if (!there.isEmpty()) takeRevision();
    for (KeyValue each : there) map.change(each.key(), null);
    List<KeyValue> formers = new ArrayList<>();
    for (KeyValue each : range.former() ? there : List.<KeyValue>of()) {
      if ((isTransaction || !formers.isEmpty()) && each.sizeBytes() > bytesLeft) break;
      formers.add(each);
      bytesLeft -= each.sizeBytes();
    }
    return new Result.Removed(map.revision(), there.size(), formers);
  }

  /// The revision of this command, which it takes with its first change.
  private long takeRevision() {
    if (hasRevision) return map.revision();
    hasRevision = true;
    return map.takeRevision();
  }
}
