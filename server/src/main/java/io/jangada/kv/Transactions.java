package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result.Reason;
import java.util.ArrayList;
import java.util.List;

/// One transaction: its comparisons, and the steps of one of its branches.
///
/// No step can fail in a way that would have to be undone. What could is found out before the
/// first: a lease that is not there. What a step may come to beyond that is its own result.
final class Transactions {
  private final Commands commands;
  private final Keyspace keys;

  /// The room that is left for results.
  private long bytesLeft = KvLimits.RESULT_BYTES_MAX;

  Transactions(Commands commands) {
    this.commands = commands;
    this.keys = commands.keys;
  }

  Result execute(Operation.Transaction transaction) {
    if (!areLeasesAlive(transaction)) return new Result.Refused(Reason.LEASE_NOT_FOUND);
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
    boolean succeeds = true;
    for (Compare compare : transaction.compares()) succeeds = succeeds && holds(compare);
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
      case Operation.Delete delete -> commands.delete(delete, keys.head(delete.key()));
      case Operation.DeleteRange delete -> {
        var removed = commands.deleteRange(delete, Ranges.Room.left(bytesLeft));
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
    Ranges.Room room = Ranges.Room.left(bytesLeft);
    Result result = commands.read(range, commands.compacted(), room);
    if (result instanceof Result.Ranged ranged)
      for (KeyValue entry : ranged.entries()) bytesLeft -= entry.sizeBytes();
    return result;
  }

  // ---- comparisons ----

  private boolean holds(Compare compare) {
    KeyRange range = compare.keys();
    if (range.isOneKey()) return holds(compare, keys.find(range.from()));
    if (range.isEmpty() || keys.ordered.count(range.from(), range.to()) == 0)
      return holds(compare, NONE);
    return keys.ordered.scan(
        range.from(), range.to(), false, head -> !keys.hasValue(head) || holds(compare, head));
  }

  private boolean holds(Compare compare, int head) {
    return switch (compare) {
      case Compare.Value value ->
          head != NONE && value.relation().holds(keys.value(head).compareTo(value.value()));
      case Compare.Number number ->
          number.relation().holds(Long.compare(numberOf(head, number.field()), number.number()));
    };
  }

  private long numberOf(int head, Compare.Field field) {
    if (head == NONE) return 0;
    return switch (field) {
      case CREATED -> keys.nodes.created(head);
      case MODIFIED -> keys.nodes.revision(head);
      case CHANGES -> keys.nodes.changes(head);
      case LEASE -> keys.term(head) == null ? 0 : keys.term(head).lease;
    };
  }
}
