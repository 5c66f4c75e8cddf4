package io.jangada.protocol.etcd;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.rpc.Call;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Counts a range, part by part, that changed so much since its revision that the store did not.
final class RangeCount {
  private final Call call;
  private final LongConsumer then;
  private final Consumer<Outcome> failed;
  private long count;

  private RangeCount(Call call, LongConsumer then, Consumer<Outcome> failed) {
    this.call = call;
    this.then = then;
    this.failed = failed;
  }

  /// @param range at a revision that it names
  static void begin(Call call, Operation.Range range, LongConsumer then, Consumer<Outcome> failed) {
    new RangeCount(call, then, failed).read(RangeQuery.count(range.keys(), range.revision()));
  }

  private void read(Operation.Range part) {
    call.read(
        part,
        new ReadConsistency.Follower(),
        (outcome, _) -> {
          if (!(outcome instanceof Outcome.Done(Result.Ranged found))) {
            failed.accept(outcome);
            return;
          }
          count += found.count();
          if (found.rest() == null) then.accept(count);
          else read(RangeQuery.count(found.rest(), part.revision()));
        });
  }
}
