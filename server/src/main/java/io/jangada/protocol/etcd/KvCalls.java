package io.jangada.protocol.etcd;

import com.google.protobuf.Message;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.etcd.api.CompactionRequest;
import io.jangada.protocol.etcd.api.DeleteRangeRequest;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Method;
import io.jangada.protocol.rpc.Moment;
import io.jangada.protocol.rpc.Status;
import java.util.List;
import java.util.stream.Stream;

/// The service KV.
final class KvCalls {
  private static final String KV = "/etcdserverpb.KV/";

  private final EtcdSettings.Requests limits;

  KvCalls(EtcdState state) {
    this.limits = state.settings().requests();
  }

  List<Method<?>> methods() {
    return List.of(
        Method.unary(KV + "Range", RangeRequest.getDefaultInstance(), KvCalls::range),
        Method.unary(KV + "RangeStream", RangeRequest.getDefaultInstance(), RangeStreaming::begin),
        Method.unary(KV + "Put", PutRequest.getDefaultInstance(), this::put),
        Method.unary(KV + "DeleteRange", DeleteRangeRequest.getDefaultInstance(), this::delete),
        Method.unary(KV + "Txn", TxnRequest.getDefaultInstance(), this::transact),
        Method.unary(KV + "Compact", CompactionRequest.getDefaultInstance(), Compaction::begin));
  }

  private static void range(Call call, RangeRequest request) {
    Status objection = RangeQuery.objection(request);
    if (objection != null) call.end(objection);
    else RangeReading.begin(call, RangeQuery.of(request));
  }

  private void put(Call call, PutRequest request) {
    try {
      Operation.Put put = TxnReader.put(request);
      int bytes = need(request);
      call.submit(
          put,
          bytes,
          (outcome, moment) -> {
            switch (outcome) {
              case Outcome.Done(Result.Changed changed) ->
                  call.answer(TxnWriter.put(changed, Headers.of(moment, changed.revision())));
              // It was to keep the value or the lease of a key that is not there.
              case Outcome.Done(Result.NotFound _) -> call.end(Errors.KEY_NOT_FOUND);
              default -> call.end(Errors.of(call, outcome));
            }
          });
    } catch (TxnReader.Objection e) {
      call.end(e.status());
    }
  }

  private void delete(Call call, DeleteRangeRequest request) {
    try {
      Operation.DeleteRange delete = TxnReader.delete(request);
      call.submit(
          showsMany(delete) ? alone(delete) : delete,
          need(request),
          (outcome, moment) -> {
            switch (outcome) {
              case Outcome.Done(Result.Removed removed) -> answer(call, removed, moment);
              case Outcome.Done(Result.Transacted done)
                  when done.results().getFirst() instanceof Result.Removed removed ->
                  answer(call, removed, moment);
              default -> call.end(Errors.of(call, outcome));
            }
          });
    } catch (TxnReader.Objection e) {
      call.end(e.status());
    }
  }

  private static boolean showsMany(Operation.DeleteRange delete) {
    return delete.former() && !delete.keys().isOneKey();
  }

  /// It is refused before anything is removed if it would show more than a result may.
  private static Operation.Transaction alone(Operation.DeleteRange delete) {
    return new Operation.Transaction(
        List.of(), List.of(delete), List.of(), Operation.Decision.AHEAD);
  }

  private static void answer(Call call, Result.Removed removed, Moment moment) {
    call.answer(TxnWriter.delete(removed, Headers.of(moment, removed.revision())));
  }

  private void transact(Call call, TxnRequest request) {
    try {
      Operation.Transaction transaction = TxnReader.read(request, limits.txnOpsMax());
      int bytes = need(request);
      Call.Reply reply =
          (outcome, moment) -> {
            if (outcome instanceof Outcome.Done(Result.Transacted done))
              TxnCounts.begin(
                  call,
                  TxnWriter.uncounted(request, done),
                  counts -> {
                    var header = Headers.of(moment, done.revision());
                    call.answer(TxnWriter.response(request, done, header, counts));
                  });
            else call.end(Errors.of(call, outcome));
          };
      if (isRead(request))
        call.read(new Operation.ReadTransaction(transaction), consistency(request), reply);
      else call.submit(transaction, bytes, reply);
    } catch (TxnReader.Objection e) {
      call.end(e.status());
    }
  }

  /// Whether it changes nothing, whatever is there. One that holds another counts as one that may.
  private static boolean isRead(TxnRequest request) {
    return ops(request).allMatch(RequestOp::hasRequestRange);
  }

  private static Stream<RequestOp> ops(TxnRequest request) {
    return Stream.concat(request.getSuccessList().stream(), request.getFailureList().stream());
  }

  /// One that asks for nothing but what may be stale may be.
  private static ReadConsistency consistency(TxnRequest request) {
    boolean isLocal =
        ops(request).findAny().isPresent()
            && ops(request).allMatch(one -> one.getRequestRange().getSerializable());
    return isLocal ? new ReadConsistency.Local() : new ReadConsistency.Follower();
  }

  /// What a request takes, if that is no more than it may.
  private int need(Message request) throws TxnReader.Objection {
    int bytes = request.getSerializedSize();
    if (bytes > limits.bytesMax()) throw new TxnReader.Objection(Errors.TOO_LARGE);
    return bytes;
  }
}
