package io.jangada.protocol.etcd;

import io.jangada.protocol.etcd.api.HealthCheckRequest;
import io.jangada.protocol.etcd.api.HealthCheckResponse;
import io.jangada.protocol.etcd.api.HealthCheckResponse.ServingStatus;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Code;
import io.jangada.protocol.rpc.Method;
import io.jangada.protocol.rpc.Status;
import java.util.List;

/// The service grpc.health.v1.Health. A call is begun when the port serves, and not before: an
/// answer means that clients are served. What is asked about is the member, which is called "".
final class HealthCalls {
  private static final String HEALTH = "/grpc.health.v1.Health/";
  private static final Status UNKNOWN = new Status(Code.NOT_FOUND, "unknown service");

  List<Method<?>> methods() {
    return List.of(
        Method.unary(HEALTH + "Check", HealthCheckRequest.getDefaultInstance(), this::check),
        Method.unary(HEALTH + "Watch", HealthCheckRequest.getDefaultInstance(), this::watch));
  }

  private void check(Call call, HealthCheckRequest request) {
    if (request.getService().isEmpty()) call.answer(status(ServingStatus.SERVING));
    else call.end(UNKNOWN);
  }

  /// The stream stays open: it ends with the member.
  private void watch(Call call, HealthCheckRequest request) {
    boolean isKnown = request.getService().isEmpty();
    call.lasts();
    call.send(status(isKnown ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN));
  }

  private static HealthCheckResponse status(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }
}
