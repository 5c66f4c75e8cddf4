package io.jangada.protocol.etcd;

import io.jangada.kv.Result;
import io.jangada.protocol.etcd.api.DeleteRangeResponse;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.etcd.api.ResponseOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.etcd.api.TxnResponse;
import java.util.List;

/// Makes a transaction's response. The headers of what is in it hold a revision alone, and that of
/// a transaction in it holds nothing.
final class TxnWriter {
  private TxnWriter() {}

  static TxnResponse response(TxnRequest request, Result.Transacted result, ResponseHeader header) {
    TxnResponse.Builder response =
        TxnResponse.newBuilder().setHeader(header).setSucceeded(result.succeeded());
    List<RequestOp> ops = result.succeeded() ? request.getSuccessList() : request.getFailureList();
    for (int i = 0; i < ops.size(); i++)
      response.addResponses(response(ops.get(i), result.results().get(i), header.getRevision()));
    return response.build();
  }

  private static ResponseOp response(RequestOp op, Result result, long revision) {
    ResponseHeader header = ResponseHeader.newBuilder().setRevision(revision).build();
    ResponseOp.Builder response = ResponseOp.newBuilder();
    switch (result) {
      case Result.Ranged ranged -> {
        RangeQuery query = RangeQuery.of(op.getRequestRange());
        response.setResponseRange(query.response(header, ranged.entries(), ranged.count()));
      }
      case Result.Changed changed -> response.setResponsePut(put(changed, header));
      case Result.Removed removed -> response.setResponseDeleteRange(delete(removed, header));
      case Result.Transacted inner -> {
        ResponseHeader empty = ResponseHeader.newBuilder().setRevision(revision).build();
        TxnResponse nested = response(op.getRequestTxn(), inner, empty);
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
