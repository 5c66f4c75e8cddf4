package io.jangada.protocol.memcached;

import io.jangada.kv.KeyValue;
import io.jangada.kv.Result;
import io.jangada.protocol.port.Counters;

/// Counts what became of a meta command.
record MetaTally(MetaRequest request) implements Tally {
  /// Where nothing was there, and the value is gone at once.
  private static final Tally STORE_OR_NOTHING =
      Tally.storing(result -> Replies.isDone(result) || Tally.isMiss(result));

  @Override
  public void count(Result result, Counters counters) {
    switch (request.kind()) {
      case MG -> countGet(result, counters);
      case MS -> countStore(first(result), counters);
      case MD -> countDelete(result, counters);
      case MA -> countSum(first(result), counters);
    }
  }

  /// Of two changes, one of which is done.
  private static Result first(Result result) {
    return result instanceof Result.Transacted done ? done.results().getFirst() : result;
  }

  /// A key that is created is found. One that is touched and not found counts for no touch.
  private void countGet(Result result, Counters counters) {
    boolean isMiss = Tally.isMiss(result);
    if (isMiss && request.has('N')) {
      Stats.CMD_GET.count(counters);
      Stats.GET_HITS.count(counters);
      Stats.TOTAL_ITEMS.count(counters);
    } else if (!isMiss && request.has('T')) {
      TOUCH.count(result, counters);
    } else {
      GET.count(result, counters);
      if (request.has('N') && isCreated((Result.Marked) result)) Stats.TOTAL_ITEMS.count(counters);
    }
  }

  private static boolean isCreated(Result.Marked marked) {
    KeyValue entry = marked.entry();
    return marked.isGranted()
        && !marked.isStale()
        && entry.value().isEmpty()
        && entry.revisions().created() == entry.revisions().modified();
  }

  private void countStore(Result result, Counters counters) {
    char mode = request.mode('S');
    if (request.has('C') && (mode == 'S' || mode == 'R')) CAS.count(result, counters);
    else if (mode == 'S' || mode == 'E') STORE_OR_NOTHING.count(result, counters);
    else STORE.count(result, counters);
  }

  /// One that only marks the value is not counted. To memcached a condition that is not met is a
  /// miss.
  private void countDelete(Result result, Counters counters) {
    if (result instanceof Result.Mismatch) Stats.DELETE_MISSES.count(counters);
    else if (!(result instanceof Result.Changed)) DELETE.count(result, counters);
  }

  private void countSum(Result result, Counters counters) {
    boolean isCreated = result instanceof Result.Changed changed && changed.number() == null;
    boolean isDown = request.mode('I') == 'D' || request.mode('I') == '-';
    if (isCreated) Stats.TOTAL_ITEMS.count(counters);
    else if (!(result instanceof Result.Mismatch)) (isDown ? DECR : INCR).count(result, counters);
  }
}
