package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result.Reason;
import java.util.ArrayList;
import java.util.List;

/// One transaction: its comparisons, and the steps of one of its branches.
///
/// No step can fail in a way that would have to be undone. What could is found out before the
/// first: a lease that is not there, or all that is in a [Plan] if it is decided ahead. What a step
/// may come to beyond that is its own result.
final class Transactions {
  private final Commands commands;
  private final Keyspace keys;

  /// The room that is left for results.
  private long bytesLeft = KvLimits.RESULT_BYTES_MAX;

  /// What was decided ahead; null for nothing.
  private Plan plan;

  Transactions(Commands commands) {
    this.commands = commands;
    this.keys = commands.keys;
  }

  Result execute(Operation.Transaction transaction) {
    if (madeBytes(transaction) > KvLimits.TRANSACTION_BYTES_MAX)
      return new Result.Refused(Reason.TRANSACTION_TOO_LARGE);
    if (transaction.decision() == Operation.Decision.AHEAD)
      return ahead(transaction, commands.compacted());
    if (!areLeasesAlive(transaction)) return new Result.Refused(Reason.LEASE_NOT_FOUND);
    return branch(transaction);
  }

  /// How many bytes several steps make of values that are there, whatever the length of these: what
  /// few bytes make has the bound of what many bring.
  private long madeBytes(Operation.Transaction transaction) {
    if (Sizes.makingSteps(transaction) < 2) return 0;
    ResultBound bound = new ResultBound(keys);
    change(transaction, bound);
    return bound.madeBytes();
  }

  private static void change(Operation.Transaction transaction, ResultBound bound) {
    for (Operation.Step step : transaction.steps()) {
      switch (step) {
        case Operation.Write write -> bound.change(write.key(), new Change.Set(write.value(), 0));
        case Operation.Put put -> bound.change(put.key(), put.change());
        case Operation.Copy(Bytes from, Bytes to, boolean _) -> bound.copy(from, to);
        case Operation.Transaction inner -> change(inner, bound);
        case Operation.Get _, Operation.Range _, Operation.Delete _, Operation.DeleteRange _ -> {}
      }
    }
  }

  /// Does one that is decided ahead.
  ///
  /// @param firstReadable the first revision that may be read
  Result ahead(Operation.Transaction transaction, long firstReadable) {
    plan = new Plan(commands, firstReadable);
    Result refusal = plan.make(transaction);
    if (refusal != null) return refusal;
    bytesLeft = Long.MAX_VALUE;
    return branch(transaction);
  }

  private boolean areLeasesAlive(Operation.Transaction transaction) {
    return areLeasesAlive(transaction.then()) && areLeasesAlive(transaction.otherwise());
  }

  private boolean areLeasesAlive(List<Operation.Step> steps) {
    for (Operation.Step step : steps) {
      if (step instanceof Operation.Put put
          && put.lifetime() instanceof Lifetime.Leased(long lease)
          && !commands.isAlive(lease)) return false;
      if (step instanceof Operation.Transaction inner && !areLeasesAlive(inner)) return false;
    }
    return true;
  }

  private Result.Transacted branch(Operation.Transaction transaction) {
    boolean succeeds =
        plan == null ? Comparisons.hold(keys, transaction.compares()) : plan.nextDecision();
    List<Result> results = new ArrayList<>();
    for (Operation.Step step : succeeds ? transaction.then() : transaction.otherwise())
      results.add(step(step));
    return new Result.Transacted(commands.revision(), succeeds, results);
  }

  private Result step(Operation.Step step) {
    if (shownBytes(step) > bytesLeft) return new Result.Refused(Reason.RESULT_TOO_LARGE);
    return switch (step) {
      case Operation.Get(Bytes key) -> {
        bytesLeft -= sizeOf(key);
        yield KvStore.get(keys, key);
      }
      case Operation.Range range -> range(range);
      case Operation.Write write -> commands.write(write, keys.head(write.key()));
      case Operation.Put put -> {
        Result result = commands.put(put, keys.head(put.key()));
        if (result instanceof Result.Changed changed && changed.former() != null)
          bytesLeft -= changed.former().sizeBytes();
        yield result;
      }
      case Operation.Copy copy -> commands.copy(copy);
      case Operation.Delete delete -> commands.delete(delete, keys.head(delete.key()));
      case Operation.DeleteRange delete -> {
        var removed = commands.deleteRange(delete, room());
        for (KeyValue former : removed.formers()) bytesLeft -= former.sizeBytes();
        yield removed;
      }
      case Operation.Transaction inner -> branch(inner);
    };
  }

  /// What a step shows of a value that it names.
  private long shownBytes(Operation.Step step) {
    return switch (step) {
      case Operation.Get(Bytes key) -> sizeOf(key);
      case Operation.Put put when put.former() -> sizeOf(put.key());
      case Operation.Put _,
          Operation.Range _,
          Operation.Write _,
          Operation.Copy _,
          Operation.Delete _,
          Operation.DeleteRange _,
          Operation.Transaction _ ->
          0;
    };
  }

  private long sizeOf(Bytes key) {
    int node = keys.find(key);
    return node == NONE ? 0 : keys.sizeOf(node, true);
  }

  private Result range(Operation.Range range) {
    if (plan != null && range.revision() != 0) return plan.nextFormer();
    Result result = commands.read(range, commands.compacted(), room());
    if (result instanceof Result.Ranged ranged)
      for (KeyValue entry : ranged.entries()) bytesLeft -= entry.sizeBytes();
    return result;
  }

  private Ranges.Room room() {
    return plan == null ? Ranges.Room.left(bytesLeft) : Ranges.Room.WHOLE;
  }
}
