package io.jangada.protocol.etcd;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.protocol.etcd.api.LeaseKeepAliveRequest;
import io.jangada.protocol.etcd.api.LeaseKeepAliveResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;
import io.jangada.protocol.rpc.Receiver;
import io.jangada.protocol.rpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A stream of keep-alives: one answer for each, in their order. A client asks for all its leases
/// at once: what comes while the replica is asked waits, and makes up its next question.
final class KeepAliveStream implements Receiver<LeaseKeepAliveRequest> {
  private static final int WAITING_MAX = 1 << 17;
  private static final int TOGETHER_MAX = 1_000;

  /// What a request takes that waits, about.
  private static final int WAITING_BYTES = 32;

  private final Call call;
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();
  private boolean isAsking;
  private boolean isHalfClosed;

  KeepAliveStream(Call call) {
    this.call = call;
  }

  @Override
  public void message(LeaseKeepAliveRequest request) {
    if (waiting.size() >= WAITING_MAX || !call.port().waiting().tryTake(WAITING_BYTES)) {
      fail(Errors.TOO_MANY_REQUESTS);
      return;
    }
    waiting.add(request.getID());
    askOrEnd();
  }

  @Override
  public void halfClosed() {
    isHalfClosed = true;
    askOrEnd();
  }

  @Override
  public void ready() {
    askOrEnd();
  }

  private void askOrEnd() {
    if (isAsking) return;
    if (!waiting.isEmpty() && call.isReady()) ask();
    else if (waiting.isEmpty() && isHalfClosed) call.end(Status.OK);
  }

  private void ask() {
    List<Long> leases = new ArrayList<>();
    while (leases.size() < TOGETHER_MAX && !waiting.isEmpty()) leases.add(waiting.poll());
    call.port().waiting().give((long) WAITING_BYTES * leases.size());
    isAsking = true;
    call.submit(
        new Operation.KeepAlive(leases),
        Long.BYTES * leases.size(),
        (outcome, moment) -> {
          isAsking = false;
          if (outcome instanceof Outcome.Done(Result.KeptAlive(List<Long> ttlMillis)))
            answer(leases, ttlMillis, moment);
          else fail(Errors.of(call, outcome));
        });
  }

  private void answer(List<Long> leases, List<Long> ttlMillis, Moment moment) {
    for (int i = 0; i < leases.size(); i++) {
      long millis = ttlMillis.get(i);
      if (millis == Result.KeptAlive.DENIED) {
        fail(Errors.PERMISSION_DENIED);
        return;
      }
      call.send(
          LeaseKeepAliveResponse.newBuilder()
              .setHeader(Headers.of(moment))
              .setID(leases.get(i))
              .setTTL(LeaseCalls.seconds(millis))
              .build());
    }
    askOrEnd();
  }

  private void fail(Status status) {
    call.end(status);
    cancelled();
  }

  @Override
  public void cancelled() {
    call.port().waiting().give((long) WAITING_BYTES * waiting.size());
    waiting.clear();
  }
}
