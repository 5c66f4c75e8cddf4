package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Method;
import java.util.List;

/// The service KV.
final class KvCalls {
  private static final String KV = "/etcdserverpb.KV/";

  private final EtcdState state;

  KvCalls(EtcdState state) {
    this.state = state;
  }

  List<Method<?>> methods() {
    return List.of(
        Method.unary(KV + "Range", RangeRequest.getDefaultInstance(), this::range),
        Method.unary(KV + "Put", PutRequest.getDefaultInstance(), this::put));
  }

  private void put(Call call, PutRequest request) {
    if (request.getKey().isEmpty()) {
      call.end(Errors.KEY_NOT_PROVIDED);
      return;
    }
    Operation.Put put = put(request);
    call.submit(
        put,
        request.getKey().size() + request.getValue().size(),
        (outcome, moment) -> {
          switch (outcome) {
            case Outcome.Done(Result.Changed changed) -> {
              PutResponse.Builder response =
                  PutResponse.newBuilder().setHeader(Headers.of(moment, changed.revision()));
              if (changed.former() != null) response.setPrevKv(KeyValues.message(changed.former()));
              call.answer(response.build());
            }
            case Outcome.Done(Result.Refused(Result.Reason reason)) ->
                call.end(Errors.of(call, reason));
            default -> call.end(Errors.of(outcome));
          }
        });
  }

  private static Operation.Put put(PutRequest request) {
    Change change = new Change.Set(bytes(request.getValue()), 0);
    return new Operation.Put(
        bytes(request.getKey()),
        change,
        request.getLease() == 0 ? new Lifetime.ForEver() : new Lifetime.Leased(request.getLease()),
        new Condition.Always(),
        request.getPrevKv());
  }

  static Bytes bytes(ByteString bytes) {
    return Bytes.wrap(bytes.toByteArray());
  }

  private void range(Call call, RangeRequest request) {
    if (request.getKey().isEmpty()) {
      call.end(Errors.KEY_NOT_PROVIDED);
      return;
    }
    var range =
        new Operation.Range(
            KeyValues.range(request.getKey(), request.getRangeEnd()),
            0,
            Operation.Selection.ALL,
            Operation.Page.ALL);
    ReadConsistency consistency =
        request.getSerializable() ? new ReadConsistency.Local() : new ReadConsistency.Follower();
    call.read(
        range,
        consistency,
        request.getKey().size(),
        (outcome, moment) -> {
          switch (outcome) {
            case Outcome.Done(Result.Ranged ranged) -> {
              RangeResponse.Builder response =
                  RangeResponse.newBuilder().setHeader(Headers.of(moment)).setCount(ranged.count());
              ranged.entries().forEach(one -> response.addKvs(KeyValues.message(one)));
              call.answer(response.build());
            }
            case Outcome.Done(Result.Refused(Result.Reason reason)) ->
                call.end(Errors.of(call, reason));
            default -> call.end(Errors.of(outcome));
          }
        });
  }
}
