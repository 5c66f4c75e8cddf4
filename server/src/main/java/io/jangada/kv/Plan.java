package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result.Reason;
import java.util.ArrayDeque;
import java.util.Queue;

/// What is known of a transaction that is decided ahead before any of its steps is done.
///
/// All comparisons, those of nested transactions too, are made on the state as it is then, so it is
/// known which steps will be done. It is refused as a whole if one of these
/// - names a lease that is not there: [Reason#LEASE_NOT_FOUND];
/// - is guarded by [Condition.Present] and its key is not there: [Reason#KEY_NOT_FOUND], though
///   another step put it;
/// - reads at a revision that cannot be read: [Reason#FUTURE_REVISION], [Result.Compacted];
/// - may bring the results, or the keys that are looked at, beyond what they may have
///   ([ResultBound]): [Reason#RESULT_TOO_LARGE].
///
/// What is read at a revision that is named is read here, for no step can change it.
final class Plan {
  private final Commands commands;
  private final Keyspace keys;
  private final long firstReadable;
  private final ResultBound bound;

  /// Whether all comparisons hold, of each transaction that is done, in that order.
  private final Queue<Boolean> decisions = new ArrayDeque<>();

  private final Queue<Result.Ranged> formers = new ArrayDeque<>();

  /// @param firstReadable the first revision that may be read
  Plan(Commands commands, long firstReadable) {
    this.commands = commands;
    this.keys = commands.keys;
    this.firstReadable = firstReadable;
    this.bound = new ResultBound(keys);
  }

  /// Decides. Returns why it cannot be done; null if it can.
  Result make(Operation.Transaction transaction) {
    boolean succeeds = Comparisons.hold(keys, transaction.compares(), bound::look);
    if (bound.isExceeded()) return new Result.Refused(Reason.RESULT_TOO_LARGE);
    decisions.add(succeeds);
    for (Operation.Step step : succeeds ? transaction.then() : transaction.otherwise()) {
      Result objection = objection(step);
      if (objection != null) return objection;
      if (bound.isExceeded()) return new Result.Refused(Reason.RESULT_TOO_LARGE);
    }
    return null;
  }

  /// Of the next transaction that is done.
  boolean nextDecision() {
    return decisions.remove();
  }

  /// Of the next range at a revision that is named.
  Result nextFormer() {
    return formers.remove();
  }

  private Result objection(Operation.Step step) {
    return switch (step) {
      case Operation.Get(Bytes key) -> {
        bound.show(key);
        yield null;
      }
      case Operation.Range range when range.revision() != 0 -> readFormer(range);
      case Operation.Range range -> {
        bound.show(range);
        yield null;
      }
      case Operation.Write write -> {
        bound.change(write.key(), new Change.Set(write.value(), 0));
        yield missing(write.key(), write.condition());
      }
      case Operation.Put put -> {
        if (put.former()) bound.show(put.key());
        bound.change(put.key(), put.change());
        boolean isLeaseGone =
            put.lifetime() instanceof Lifetime.Leased(long lease) && !commands.isAlive(lease);
        yield isLeaseGone
            ? new Result.Refused(Reason.LEASE_NOT_FOUND)
            : missing(put.key(), put.condition());
      }
      case Operation.Copy(Bytes from, Bytes to, boolean _) -> {
        bound.copy(from, to);
        yield null;
      }
      case Operation.Delete delete -> {
        bound.remove(KeyRange.of(delete.key()));
        yield missing(delete.key(), delete.condition());
      }
      case Operation.DeleteRange(KeyRange range, boolean former) -> {
        if (former) bound.show(new Operation.Range(range));
        bound.remove(range);
        yield null;
      }
      case Operation.Transaction inner -> make(inner);
    };
  }

  private Result missing(Bytes key, Condition condition) {
    boolean isMissing = condition instanceof Condition.Present && keys.find(key) == NONE;
    return isMissing ? new Result.Refused(Reason.KEY_NOT_FOUND) : null;
  }

  private Result readFormer(Operation.Range range) {
    if (range.revision() > commands.revision()) return new Result.Refused(Reason.FUTURE_REVISION);
    if (range.revision() < firstReadable) return new Result.Compacted(commands.compacted());
    var former = Ranges.readAt(keys, range, commands.revision(), bound.room());
    bound.shown(range, former);
    formers.add(former.ranged());
    return null;
  }
}
