package io.jangada.protocol.etcd;

import io.jangada.kv.Operation;
import io.jangada.protocol.rpc.Call;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/// Counts the ranges of a transaction that the store did not, one after the other.
final class TxnCounts {
  private final Call call;
  private final Iterator<Operation.Range> asked;
  private final Consumer<Iterator<Long>> then;
  private final List<Long> counts = new ArrayList<>();

  private TxnCounts(Call call, Iterator<Operation.Range> asked, Consumer<Iterator<Long>> then) {
    this.call = call;
    this.asked = asked;
    this.then = then;
  }

  /// @param then gets the counts in the same order, unless the call ends before
  static void begin(Call call, List<Operation.Range> asked, Consumer<Iterator<Long>> then) {
    new TxnCounts(call, asked.iterator(), then).countNext();
  }

  private void countNext() {
    if (asked.hasNext())
      // Where it fails, what the transaction wrote is there nevertheless.
      RangeCount.begin(call, asked.next(), this::counted, _ -> call.end(Errors.TIMED_OUT));
    else then.accept(counts.iterator());
  }

  private void counted(long count) {
    counts.add(count);
    countNext();
  }
}
