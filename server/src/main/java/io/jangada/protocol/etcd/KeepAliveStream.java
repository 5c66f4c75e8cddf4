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
import java.util.List;

/// A stream of keep-alives: one answer for each, in their order.
final class KeepAliveStream implements Receiver<LeaseKeepAliveRequest> {
  private static final int WAITING_MAX = 1_024;
  private static final long MILLIS = 1_000;

  /// A keep-alive that is not answered.
  private static final class Waiting {
    /// Null while it is not there.
    LeaseKeepAliveResponse response;
  }

  private final Call call;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean isHalfClosed;

  KeepAliveStream(Call call) {
    this.call = call;
  }

  @Override
  public void message(LeaseKeepAliveRequest request) {
    if (waiting.size() >= WAITING_MAX || !call.isReady()) {
      call.end(Errors.TOO_MANY_REQUESTS);
      return;
    }
    Waiting one = new Waiting();
    waiting.add(one);
    call.submit(
        new Operation.KeepAlive(List.of(request.getID())),
        0,
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result.KeptAlive(List<Long> millis)))
            answer(one, response(request.getID(), millis.getFirst(), moment));
          else call.end(Errors.of(call, outcome));
        });
  }

  /// Null where it is not permitted.
  private static LeaseKeepAliveResponse response(long lease, long millis, Moment moment) {
    if (millis == Result.KeptAlive.DENIED) return null;
    return LeaseKeepAliveResponse.newBuilder()
        .setHeader(Headers.of(moment))
        .setID(lease)
        .setTTL(millis / MILLIS)
        .build();
  }

  private void answer(Waiting one, LeaseKeepAliveResponse response) {
    if (response == null) {
      call.end(Errors.PERMISSION_DENIED);
      return;
    }
    one.response = response;
    while (!waiting.isEmpty() && waiting.peek().response != null)
      call.send(waiting.poll().response);
    if (isHalfClosed && waiting.isEmpty()) call.end(Status.OK);
  }

  @Override
  public void halfClosed() {
    isHalfClosed = true;
    if (waiting.isEmpty()) call.end(Status.OK);
  }
}
