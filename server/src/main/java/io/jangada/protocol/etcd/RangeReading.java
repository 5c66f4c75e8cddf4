package io.jangada.protocol.etcd;

import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;
import io.jangada.protocol.rpc.Status;
import java.util.ArrayList;
import java.util.List;

/// A range on its way from the replica to one response, part by part, all of one revision. What is
/// gathered is bounded for all calls of the port together. While the connection takes no more it is
/// let go, and read again when it does.
final class RangeReading {
  /// How often it is begun again. Each time takes as long as a whole reading.
  private static final int OVERTAKEN_MAX = 4;

  private final Call call;
  private final RangeQuery query;
  private final List<KeyValue> found = new ArrayList<>();
  private Moment begun;
  private long revision;
  private long count;
  private long heldBytes;
  private int overtaken;

  private RangeReading(Call call, RangeQuery query) {
    this.call = call;
    this.query = query;
  }

  /// Reads it, and answers the call.
  static void begin(Call call, RangeQuery query) {
    var reading = new RangeReading(call, query);
    call.whenCancelled(reading::release);
    reading.begin();
  }

  private void begin() {
    read(query.operation(), query.consistency());
  }

  private void read(Operation.Range range, ReadConsistency consistency) {
    call.read(
        range,
        consistency,
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result.Ranged part)) take(part, moment);
          else if (isOvertaken(outcome)) beginAgain();
          else fail(Errors.of(call, outcome));
        });
  }

  /// Whether its revision, which the client did not choose, is given up before it is read.
  private boolean isOvertaken(Outcome outcome) {
    return query.request().getRevision() <= 0
        && overtaken < OVERTAKEN_MAX
        && PrefixReading.Reader.isOvertaken(outcome);
  }

  private void beginAgain() {
    overtaken++;
    release();
    begun = null;
    begin();
  }

  private void take(Result.Ranged part, Moment moment) {
    if (!call.isReady()) {
      release();
      begun = null;
      call.whenReady(this::begin);
      return;
    }
    if (begun == null) {
      if (Compaction.covers(moment, query.request().getRevision())) {
        fail(Errors.COMPACTED);
        return;
      }
      begun = moment;
      revision = part.revision();
      count = part.count();
    } else if (query.isCountOnly()) {
      count += part.count();
    }
    if (!hold(part)) {
      fail(Errors.TOO_MANY_REQUESTS);
      return;
    }
    found.addAll(part.entries());
    if (part.rest() != null && !query.isEnough(found.size())) {
      // This member has applied that revision: it needs to ask no other.
      read(query.operation(part.rest(), revision, found.size()), new ReadConsistency.Local());
    } else if (count < 0) {
      RangeCount.begin(
          call,
          RangeQuery.count(query.operation().keys(), revision),
          all -> {
            count = all;
            answer();
          },
          outcome -> fail(Errors.of(call, outcome)));
    } else {
      answer();
    }
  }

  private boolean hold(Result.Ranged part) {
    long bytes = 0;
    for (KeyValue one : part.entries()) bytes += one.sizeBytes();
    if (bytes > 0 && !call.port().gathered().tryTake(bytes)) return false;
    heldBytes += bytes;
    return true;
  }

  private void answer() {
    call.answer(query.response(Headers.of(begun), found, count));
    release();
  }

  private void fail(Status status) {
    call.end(status);
    release();
  }

  private void release() {
    call.port().gathered().give(heldBytes);
    heldBytes = 0;
    found.clear();
  }
}
