package io.jangada.protocol.etcd;

import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.protocol.etcd.api.RangeStreamResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Code;
import io.jangada.protocol.rpc.Moment;
import io.jangada.protocol.rpc.Status;

/// A range that is sent part by part, as the client takes them. Nothing is gathered.
final class RangeStreaming {
  private final Call call;
  private final RangeQuery query;
  private Moment begun;
  private long revision;
  private long count;
  private long sent;

  private RangeStreaming(Call call, RangeQuery query) {
    this.call = call;
    this.query = query;
  }

  static void begin(Call call, RangeRequest request) {
    Status objection = RangeQuery.objection(request);
    if (objection == null) objection = tooSpecial(request);
    if (objection != null) {
      call.end(objection);
      return;
    }
    RangeQuery query = RangeQuery.of(request);
    call.lasts();
    new RangeStreaming(call, query).read(query.operation(), query.consistency());
  }

  private static Status tooSpecial(RangeRequest request) {
    boolean isSorted =
        request.getSortTarget() != RangeRequest.SortTarget.KEY
            || request.getSortOrder() == RangeRequest.SortOrder.DESCEND;
    boolean isFiltered =
        request.getMinModRevision() != 0
            || request.getMaxModRevision() != 0
            || request.getMinCreateRevision() != 0
            || request.getMaxCreateRevision() != 0;
    return isSorted || isFiltered
        ? new Status(Code.UNIMPLEMENTED, "a range stream is neither sorted nor filtered")
        : null;
  }

  private void read(Operation.Range range, ReadConsistency consistency) {
    call.read(
        range,
        consistency,
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result.Ranged part)) take(part, moment);
          else call.end(Errors.of(call, outcome));
        });
  }

  private void take(Result.Ranged part, Moment moment) {
    if (begun == null) {
      if (Compaction.covers(moment, query.request().getRevision())) {
        call.end(Errors.COMPACTED);
        return;
      }
      begun = moment;
      revision = part.revision();
      count = part.count();
    } else if (query.isCountOnly()) {
      count += part.count();
    }
    RangeResponse.Builder chunk = RangeResponse.newBuilder();
    long limit = query.request().getLimit() > 0 ? query.request().getLimit() : Long.MAX_VALUE;
    for (KeyValue one : part.entries()) if (sent++ < limit) chunk.addKvs(query.message(one));
    boolean isLast = part.rest() == null || sent > limit;
    if (!isLast) {
      send(chunk);
      awaitNext(part.rest());
      return;
    }
    chunk.setHeader(Headers.of(begun, revision)).setMore(sent > limit);
    if (count >= 0) {
      end(chunk.setCount(count));
      return;
    }
    RangeCount.begin(
        call,
        RangeQuery.count(query.operation().keys(), revision),
        all -> end(chunk.setCount(all)),
        outcome -> call.end(Errors.of(call, outcome)));
  }

  private void send(RangeResponse.Builder chunk) {
    call.send(RangeStreamResponse.newBuilder().setRangeResponse(chunk).build());
  }

  private void end(RangeResponse.Builder last) {
    send(last);
    call.end(Status.OK);
  }

  private void awaitNext(KeyRange rest) {
    if (call.isReady()) readOn(rest);
    else call.whenReady(() -> readOn(rest));
  }

  private void readOn(KeyRange rest) {
    int found = (int) Math.min(sent, Integer.MAX_VALUE - 1);
    read(query.operation(rest, revision, found), new ReadConsistency.Local());
  }
}
