package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result.Reason;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Users;
import io.jangada.kv.memory.Term;
import java.util.List;
import java.util.function.LongConsumer;

/// What commands do to keys and leases, and under which revisions.
///
/// An entry of the log has two parts: what is due goes, and then the command does its work
/// ([Transactions] where it has many steps). Each part takes a revision with its first change, and
/// has it for all others.
final class Commands {
  /// How many leases end with one entry at most.
  private static final int LEASES_ENDED_MAX = 16;

  final Keyspace keys;
  final Leases leases;
  final LeaseCommands ofLeases;
  private final Guards guards;
  private final Users users;
  private final int expiriesMax;

  /// Gets what the digest shall hold of what is due and goes.
  private final LongConsumer expired;

  private long index;
  private long clusterTimeMillis;
  private boolean isPristine = true;
  private boolean countsChanges;
  private boolean countsRevisions;
  private long revision;

  /// Whether the present part has its revision.
  private boolean isTaken;

  /// How many keys were removed because they were due, and how many leases for it.
  private int due;

  private int leasesEnded;
  private boolean areValuesGone;

  /// The cluster time at which all keys go, 0 for none.
  private long flushMillis;

  /// Whether these are being removed because it is that time.
  private boolean isFlushing;

  /// What is being removed; null for nothing.
  private Removal removal;

  /// The lease whose keys these are, or null.
  private Leases.Lease ending;

  /// How many keys may still be looked at in this turn.
  private int allowed;

  Commands(Keyspace keys, Users users, int expiriesMax, LongConsumer expired) {
    this.keys = keys;
    this.leases = keys.leases;
    this.ofLeases = new LeaseCommands(keys, this::clusterTimeMillis);
    this.guards = new Guards(keys, this::clusterTimeMillis);
    this.users = users;
    this.expiriesMax = expiriesMax;
    this.expired = expired;
  }

  // ---- where the store stands ----

  /// The index of the last entry, 0 before the first.
  long index() {
    return index;
  }

  void index(long index) {
    this.index = index;
  }

  long clusterTimeMillis() {
    return clusterTimeMillis;
  }

  void clusterTimeMillis(long millis) {
    clusterTimeMillis = Math.max(clusterTimeMillis, millis);
  }

  boolean countsChanges() {
    return countsChanges;
  }

  void countChanges() {
    countsChanges = true;
  }

  boolean countsRevisions() {
    return countsRevisions;
  }

  /// The revision of the latest change.
  long revision() {
    if (countsRevisions) return revision;
    return isPristine ? 0 : index;
  }

  /// Whether no command was ever applied.
  boolean isPristine() {
    return isPristine;
  }

  /// A command was applied.
  void used() {
    isPristine = false;
  }

  /// Has revisions counted from now on, if they are not yet.
  void countRevisions() {
    if (!countsRevisions) countRevisionsFrom(isPristine ? 1 : index - 1);
  }

  void countRevisionsFrom(long revision) {
    this.revision = revision;
    countsRevisions = true;
    countsChanges = true;
    keys.history.compacted(revision);
  }

  /// The first revision that can be read.
  long compacted() {
    return keys.history.keeps() ? keys.history.compacted() : revision();
  }

  /// The revision of the present part, from its first change on.
  long taken() {
    if (!countsRevisions) return index;
    if (!isTaken) {
      isTaken = true;
      revision++;
    }
    return revision;
  }

  // ---- what is due ----

  /// When the next value or lease is due, `Long.MAX_VALUE` for never.
  long nextDeadlineMillis() {
    Term first = keys.expiry.first();
    Leases.Lease lease = leases.first();
    long ofValue = first == null ? Long.MAX_VALUE : first.deadlineMillis;
    long ofAll = flushMillis == 0 ? Long.MAX_VALUE : flushMillis;
    long ofValues = Math.min(ofValue, ofAll);
    return lease == null ? ofValues : Math.min(ofValues, lease.deadlineMillis);
  }

  long flushMillis() {
    return flushMillis;
  }

  /// Has all keys go at a cluster time, 0 for none.
  void flushAt(long millis) {
    flushMillis = millis;
  }

  /// Begins with what is due.
  void beginDue() {
    isTaken = false;
    due = 0;
    leasesEnded = 0;
    areValuesGone = false;
  }

  /// Goes on with what is due. Returns whether no more of it is to go now.
  boolean removeDue() {
    if (!areValuesGone && !removeDueValues()) return false;
    areValuesGone = true;
    while (removeOn()) {
      if (flushMillis > 0 && flushMillis <= clusterTimeMillis) {
        flushMillis = 0;
        isFlushing = true;
        removeAll();
        due += (int) removal.count();
        continue;
      }
      Leases.Lease lease = leasesEnded < LEASES_ENDED_MAX ? leases.first() : null;
      if (lease == null || lease.deadlineMillis > clusterTimeMillis) return true;
      leasesEnded++;
      due += lease.size();
      end(lease);
    }
    return false;
  }

  private boolean removeDueValues() {
    for (Term first = keys.expiry.first();
        due < expiriesMax && first != null && first.deadlineMillis <= clusterTimeMillis;
        first = keys.expiry.first()) {
      if (allowed <= 0) return false;
      expire(first.node());
      due++;
      allowed--;
    }
    return true;
  }

  private void expire(int head) {
    expired.accept(keys.nodes.revision(head));
    keys.remove(head, taken());
  }

  /// Begins to end a lease; its keys go under a revision of their own.
  private void end(Leases.Lease lease) {
    if (lease.size() > 0) isTaken = false;
    ending = lease;
    removal = new Removal.OfLease(keys, lease);
  }

  // ---- what is removed some at a time ----

  /// Allows to look at so many more keys in this turn.
  void allow(int keysMax) {
    allowed = keysMax;
  }

  /// Goes on with what is being removed. Returns whether nothing is left of it.
  private boolean removeOn() {
    if (removal == null) return true;
    while (!removal.isDone()) {
      if (allowed <= 0) return false;
      allowed -= removal.step(allowed, this::remove);
    }
    if (ending != null) {
      if (removal.count() > 0) isTaken = false;
      leases.remove(ending);
    }
    if (isFlushing) isTaken = false;
    isFlushing = false;
    ending = null;
    removal = null;
    return true;
  }

  /// Begins to remove all keys.
  private void removeAll() {
    var room = new Ranges.Room(0, 0, Ranges.Use.ALONE);
    removal = new Removal.OfRange(keys, new Operation.DeleteRange(KeyRange.ALL, false), room);
  }

  private void remove(int head) {
    if (ending != null) expire(head);
    else if (isFlushing) expire(head);
    else keys.remove(head, taken());
  }

  /// Goes on with a command that [#execute] left. Returns what it came to, or null while it is not
  /// done.
  Result goOn() {
    Removal mine = removal;
    if (!removeOn()) return null;
    return new Result.Removed(revision(), mine.count(), mine.formers());
  }

  /// The head of a key, after its value is removed if it is due: the bound on [#removeDue] may have
  /// left it.
  private int headNotDue(Bytes key) {
    int head = keys.head(key);
    Term term = head == NONE ? null : keys.term(head);
    if (term == null || !term.isRunning || term.lease != 0) return head;
    if (term.deadlineMillis > clusterTimeMillis) return head;
    expire(head);
    return keys.head(key);
  }

  private void removeDue(Operation.Transaction transaction) {
    for (Compare compare : transaction.compares())
      if (compare.keys().isOneKey()) headNotDue(compare.keys().from());
    for (Operation.Step step : transaction.then()) removeDue(step);
    for (Operation.Step step : transaction.otherwise()) removeDue(step);
  }

  private void removeDue(Operation.Step step) {
    switch (step) {
      case Operation.Get(Bytes key) -> headNotDue(key);
      case Operation.Write write -> headNotDue(write.key());
      case Operation.Put put -> headNotDue(put.key());
      case Operation.Delete delete -> headNotDue(delete.key());
      case Operation.Copy(Bytes from, Bytes to, boolean _) -> {
        headNotDue(from);
        headNotDue(to);
      }
      case Operation.Range range when range.keys().isOneKey() -> headNotDue(range.keys().from());
      case Operation.DeleteRange(KeyRange range, boolean _) when range.isOneKey() ->
          headNotDue(range.from());
      case Operation.Transaction inner -> removeDue(inner);
      case Operation.Range _, Operation.DeleteRange _ -> {}
    }
  }

  // ---- commands ----

  /// Does the work of a command, or begins with it: then null is returned, and [#goOn] does it.
  Result execute(Operation.Command command) {
    return switch (command) {
      case Operation.Write write -> {
        int head = headNotDue(write.key());
        isTaken = false;
        yield write(write, head);
      }
      case Operation.Delete delete -> {
        int head = headNotDue(delete.key());
        isTaken = false;
        yield delete(delete, head);
      }
      case Operation.Put put -> {
        int head = headNotDue(put.key());
        isTaken = false;
        yield put(put, head);
      }
      case Operation.Copy copy -> {
        removeDue(copy);
        isTaken = false;
        yield copy(copy);
      }
      case Operation.Claim claim -> {
        headNotDue(claim.key());
        isTaken = false;
        yield new Marks(keys).claim(claim, this);
      }
      case Operation.Flush(long delayMillis) -> flush(delayMillis);
      case Operation.DeleteRange delete -> {
        removeDue(delete);
        isTaken = false;
        var room = new Ranges.Room(KvLimits.RESULT_BYTES_MAX, Integer.MAX_VALUE, Ranges.Use.ALONE);
        removal = new Removal.OfRange(keys, delete, room);
        yield null;
      }
      case Operation.Transaction transaction -> {
        removeDue(transaction);
        isTaken = false;
        yield new Transactions(this).execute(transaction);
      }
      case Operation.Expire() -> new Result.Expired(due);
      case Operation.Grant grant -> ofLeases.grant(grant, index);
      case Operation.Revoke(long lease) -> revoke(lease);
      case Operation.KeepAlive(List<Long> numbers) -> ofLeases.keepAlive(numbers, _ -> true);
      case Operation.Compact(long to) -> compact(to);
      case Operation.KeepHistory(boolean keeps) -> {
        keys.history.compacted(compacted());
        keys.history.keeps(keeps);
        keys.history.compacted(compacted());
        yield new Result.Noted(revision());
      }
      case Operation.CountRevisions() -> new Result.Noted(revision());
      case Operation.ChangeUsers(AuthChange change) -> users.change(change);
    };
  }

  private Result flush(long delayMillis) {
    flushMillis = delayMillis == 0 ? 0 : clusterTimeMillis + delayMillis;
    if (delayMillis > 0) return new Result.Noted(revision());
    isTaken = false;
    removeAll();
    return null;
  }

  Result write(Operation.Write write, int head) {
    countsChanges |= write.condition().needsCounting();
    Result objection = guards.objection(head, write.condition());
    if (objection != null) return objection;
    int node = keys.put(head, write.key(), write.value(), taken());
    stamp(node);
    keys.nodes.flags(node, 0);
    keys.nodes.marks(node, 0);
    if (write.ttl() != 0) keys.end(node, guards.termOf(write.ttl()));
    return new Result.Written(keys.nodes.revision(node), keys.nodes.changes(node));
  }

  /// Counts a change of the head's value; several under one revision are one.
  private void stamp(int head) {
    var nodes = keys.nodes;
    boolean isFirst = nodes.created(head) == 0;
    if (isFirst || !keys.isChanged(head)) {
      long changes = isFirst || !countsChanges ? 1 : nodes.changes(head) + 1;
      nodes.changes(head, changes);
      if (isFirst || !countsRevisions) nodes.created(head, nodes.revision(head) - changes + 1);
      keys.changed(head);
    }
  }

  Result delete(Operation.Delete delete, int head) {
    countsChanges |= delete.condition().needsCounting();
    if (!keys.hasValue(head)) return Result.NotFound.INSTANCE;
    Result objection = guards.objection(head, delete.condition());
    if (objection != null) return objection;
    long at = taken();
    keys.remove(head, at);
    return new Result.Deleted(at);
  }

  Result put(Operation.Put put, int head) {
    countsChanges |= put.condition().needsCounting();
    Result objection = guards.objection(head, put.condition());
    if (objection != null) return objection;
    boolean isThere = keys.hasValue(head);
    Changes.Outcome next = Changes.make(put.change(), isThere ? keys.value(head) : null);
    if (next.reason() != null) return new Result.Refused(next.reason());
    if (next.value() == null) return Result.NotFound.INSTANCE;
    if (put.lifetime() instanceof Lifetime.Leased(long lease) && !isAlive(lease))
      return new Result.Refused(Reason.LEASE_NOT_FOUND);
    boolean isLate =
        put.condition() instanceof Condition.UniqueOrLater(long unique)
            && guards.unique(head) > unique;
    KeyValue former = put.former() && isThere ? keys.toKeep(head, true) : null;
    Lifetime lifetime = isLate ? new Lifetime.Same() : put.lifetime();
    Term term = guards.termOf(lifetime, isThere ? keys.term(head) : null);
    boolean isSame =
        switch (put.change()) {
          case Change.Keep _, Change.Rewrite _, Change.Invalidate _ -> true;
          case Change.Set _, Change.Add _, Change.AddDecimal _, Change.Extend _, Change.Replace _ ->
              false;
        };
    int length = next.value().length();
    int node = head;
    if (isSame) keys.putSame(head, taken());
    else node = keys.put(head, put.key(), next.value(), taken());
    if (!(put.change() instanceof Change.Keep)) stamp(node);
    if (put.change() instanceof Change.Set(Bytes _, int flags)) keys.nodes.flags(node, flags);
    keys.nodes.marks(node, Marks.after(put.change(), isLate, keys.nodes.marks(node)));
    keys.end(node, term);
    return new Result.Changed(
        keys.nodes.revision(node),
        keys.nodes.changes(node),
        length,
        put.change() instanceof Change.Add || put.change() instanceof Change.AddDecimal
            ? next.value()
            : null,
        former);
  }

  Result copy(Operation.Copy copy) {
    int from = keys.head(copy.from());
    if (!keys.hasValue(from)) return Result.NotFound.INSTANCE;
    int to = keys.head(copy.to());
    if (keys.hasValue(to) && !copy.replaces()) return new Result.Exists(keys.nodes.revision(to));
    Term term = guards.termOf(new Lifetime.Same(), keys.term(from));
    int flags = keys.nodes.flags(from);
    // What is there is about to be moved.
    int node = keys.put(to, copy.to(), keys.value(from).compact(), taken());
    stamp(node);
    keys.nodes.flags(node, flags);
    keys.nodes.marks(node, 0);
    keys.end(node, term);
    return new Result.Written(keys.nodes.revision(node), keys.nodes.changes(node));
  }

  /// Removes a range as a part of something else: all at once.
  Result.Removed deleteRange(Operation.DeleteRange delete, Ranges.Room room) {
    Removal whole = new Removal.OfRange(keys, delete, room);
    whole.finish(head -> keys.remove(head, taken()));
    return new Result.Removed(revision(), whole.count(), whole.formers());
  }

  // ---- leases ----

  /// Whether there is such a lease and it is not due.
  boolean isAlive(long number) {
    return ofLeases.isAlive(number);
  }

  private Result revoke(long number) {
    Leases.Lease lease = leases.get(number);
    if (lease == null) return new Result.Refused(Reason.LEASE_NOT_FOUND);
    end(lease);
    return null;
  }

  /// Reads a range as of the revision that it asks for.
  ///
  /// @param firstReadable the first revision that may be read
  Result read(Operation.Range range, long firstReadable, Ranges.Room room) {
    if (range.revision() > revision()) return new Result.Refused(Reason.FUTURE_REVISION);
    if (range.revision() == 0 || range.revision() == revision())
      return Ranges.read(keys, range, revision(), room);
    if (range.revision() < firstReadable) return new Result.Compacted(compacted());
    return Ranges.readAt(keys, range, revision(), room).ranged();
  }

  // ---- history ----

  private Result compact(long to) {
    if (to <= compacted()) return new Result.Compacted(compacted());
    if (to > revision()) return new Result.Refused(Reason.FUTURE_REVISION);
    keys.history.compacted(to);
    return new Result.Noted(revision());
  }
}
