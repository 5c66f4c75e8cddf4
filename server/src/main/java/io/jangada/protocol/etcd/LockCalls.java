package io.jangada.protocol.etcd;

import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.protocol.etcd.api.LockRequest;
import io.jangada.protocol.etcd.api.LockResponse;
import io.jangada.protocol.etcd.api.UnlockRequest;
import io.jangada.protocol.etcd.api.UnlockResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Method;
import io.jangada.protocol.rpc.Moment;
import java.util.List;

/// The service Lock.
final class LockCalls {
  private static final String LOCK = "/v3lockpb.Lock/";

  List<Method<?>> methods() {
    return List.of(
        Method.unary(LOCK + "Lock", LockRequest.getDefaultInstance(), LockCalls::lock),
        Method.unary(LOCK + "Unlock", UnlockRequest.getDefaultInstance(), LockCalls::unlock));
  }

  private static void lock(Call call, LockRequest request) {
    Candidacy.begin(
        call,
        new Candidacy.Asked(request.getName(), request.getLease(), null),
        (own, moment) -> call.answer(locked(own, moment)));
  }

  private static LockResponse locked(Candidacy own, Moment moment) {
    return LockResponse.newBuilder()
        .setHeader(Headers.of(moment))
        .setKey(KeyValues.byteString(own.key()))
        .build();
  }

  private static void unlock(Call call, UnlockRequest request) {
    if (request.getKey().isEmpty()) {
      call.end(Errors.KEY_NOT_PROVIDED);
      return;
    }
    var delete = new Operation.DeleteRange(KeyRange.of(KeyValues.bytes(request.getKey())), false);
    call.submit(
        delete,
        request.getKey().size(),
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result.Removed removed))
            call.answer(
                UnlockResponse.newBuilder()
                    .setHeader(Headers.of(moment, removed.revision()))
                    .build());
          else call.end(Errors.of(call, outcome));
        });
  }
}
