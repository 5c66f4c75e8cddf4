package io.jangada.protocol.etcd;

import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.protocol.etcd.api.DeleteRangeResponse;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.etcd.api.ResponseOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.etcd.api.TxnResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// Makes a transaction's response. The headers of what is in it hold a revision alone, and that of
/// a transaction in it holds nothing.
final class TxnWriter {
  private TxnWriter() {}

  /// The ranges whose keys the store did not count, in order.
  static List<Operation.Range> uncounted(TxnRequest request, Result.Transacted result) {
    List<Operation.Range> uncounted = new ArrayList<>();
    gather(request, result, uncounted);
    return uncounted;
  }

  private static void gather(
      TxnRequest request, Result.Transacted result, List<Operation.Range> into) {
    List<RequestOp> ops = ops(request, result);
    for (int i = 0; i < ops.size(); i++) {
      if (result.results().get(i) instanceof Result.Ranged ranged && ranged.count() < 0) {
        KeyRange keys = RangeQuery.of(ops.get(i).getRequestRange()).operation().keys();
        into.add(RangeQuery.count(keys, ranged.revision()));
      } else if (result.results().get(i) instanceof Result.Transacted inner) {
        gather(ops.get(i).getRequestTxn(), inner, into);
      }
    }
  }

  private static List<RequestOp> ops(TxnRequest request, Result.Transacted result) {
    return result.succeeded() ? request.getSuccessList() : request.getFailureList();
  }

  /// @param counts of the ranges that were [#uncounted]
  static TxnResponse response(
      TxnRequest request, Result.Transacted result, ResponseHeader header, Iterator<Long> counts) {
    TxnResponse.Builder response =
        TxnResponse.newBuilder().setHeader(header).setSucceeded(result.succeeded());
    List<RequestOp> ops = ops(request, result);
    for (int i = 0; i < ops.size(); i++)
      response.addResponses(
          response(ops.get(i), result.results().get(i), header.getRevision(), counts));
    return response.build();
  }

  private static ResponseOp response(
      RequestOp op, Result result, long revision, Iterator<Long> counts) {
    ResponseHeader header = ResponseHeader.newBuilder().setRevision(revision).build();
    ResponseOp.Builder response = ResponseOp.newBuilder();
    switch (result) {
      case Result.Ranged ranged -> {
        RangeQuery query = RangeQuery.of(op.getRequestRange());
        long count = ranged.count() < 0 ? counts.next() : ranged.count();
        response.setResponseRange(query.response(header, ranged.entries(), count));
      }
      case Result.Changed changed -> response.setResponsePut(put(changed, header));
      case Result.Removed removed -> response.setResponseDeleteRange(delete(removed, header));
      case Result.Transacted inner -> {
        ResponseHeader empty = ResponseHeader.newBuilder().setRevision(revision).build();
        TxnResponse nested = response(op.getRequestTxn(), inner, empty, counts);
        response.setResponseTxn(nested.toBuilder().setHeader(ResponseHeader.getDefaultInstance()));
      }
      default -> throw new IllegalStateException("a step came to " + result);
    }
    return response.build();
  }

  static PutResponse put(Result.Changed changed, ResponseHeader header) {
    PutResponse.Builder response = PutResponse.newBuilder().setHeader(header);
    if (changed.former() != null) response.setPrevKv(KeyValues.message(changed.former()));
    return response.build();
  }

  static DeleteRangeResponse delete(Result.Removed removed, ResponseHeader header) {
    DeleteRangeResponse.Builder response =
        DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(removed.count());
    removed.formers().forEach(one -> response.addPrevKvs(KeyValues.message(one)));
    return response.build();
  }
}
