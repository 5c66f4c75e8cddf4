package io.jangada.protocol.etcd;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.etcd.api.LeaseGrantRequest;
import io.jangada.protocol.etcd.api.LeaseGrantResponse;
import io.jangada.protocol.etcd.api.LeaseKeepAliveRequest;
import io.jangada.protocol.etcd.api.LeaseLeasesRequest;
import io.jangada.protocol.etcd.api.LeaseLeasesResponse;
import io.jangada.protocol.etcd.api.LeaseRevokeRequest;
import io.jangada.protocol.etcd.api.LeaseRevokeResponse;
import io.jangada.protocol.etcd.api.LeaseStatus;
import io.jangada.protocol.etcd.api.LeaseTimeToLiveRequest;
import io.jangada.protocol.etcd.api.LeaseTimeToLiveResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Method;
import java.util.List;

/// The service Lease. Times are in seconds here, and in milliseconds in the store.
final class LeaseCalls {
  private static final String LEASE = "/etcdserverpb.Lease/";
  private static final long MILLIS = 1_000;
  private static final long TTL_MAX = Operation.LEASE_MILLIS_MAX / MILLIS;

  /// A shorter lease is made this long.
  private static final long TTL_MIN = 1;

  List<Method<?>> methods() {
    return List.of(
        Method.unary(LEASE + "LeaseGrant", LeaseGrantRequest.getDefaultInstance(), this::grant),
        Method.unary(LEASE + "LeaseRevoke", LeaseRevokeRequest.getDefaultInstance(), this::revoke),
        Method.streaming(
            LEASE + "LeaseKeepAlive",
            LeaseKeepAliveRequest.getDefaultInstance(),
            KeepAliveStream::new),
        Method.unary(
            LEASE + "LeaseTimeToLive",
            LeaseTimeToLiveRequest.getDefaultInstance(),
            this::timeToLive),
        Method.unary(LEASE + "LeaseLeases", LeaseLeasesRequest.getDefaultInstance(), this::leases));
  }

  private void grant(Call call, LeaseGrantRequest request) {
    if (request.getTTL() > TTL_MAX) {
      call.end(Errors.TTL_TOO_LARGE);
      return;
    }
    long seconds = Math.max(TTL_MIN, request.getTTL());
    call.submit(
        new Operation.Grant(request.getID(), seconds * MILLIS),
        0,
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result.Granted(long lease, long ttlMillis)))
            call.answer(
                LeaseGrantResponse.newBuilder()
                    .setHeader(Headers.of(moment))
                    .setID(lease)
                    .setTTL(seconds(ttlMillis))
                    .build());
          else call.end(Errors.of(call, outcome));
        });
  }

  /// A time to live as clients have it, which take 0 for the end. Other protocols have shorter
  /// ones.
  static long seconds(long ttlMillis) {
    return Math.ceilDiv(ttlMillis, MILLIS);
  }

  private void revoke(Call call, LeaseRevokeRequest request) {
    call.submit(
        new Operation.Revoke(request.getID()),
        0,
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result.Removed removed))
            call.answer(
                LeaseRevokeResponse.newBuilder()
                    .setHeader(Headers.of(moment, removed.revision()))
                    .build());
          else call.end(Errors.of(call, outcome));
        });
  }

  private void timeToLive(Call call, LeaseTimeToLiveRequest request) {
    LeaseTimeToLiveResponse.Builder response =
        LeaseTimeToLiveResponse.newBuilder().setID(request.getID());
    call.read(
        new Operation.GetLease(request.getID(), request.getKeys()),
        new ReadConsistency.Follower(),
        (outcome, moment) -> {
          switch (outcome) {
            case Outcome.Done(Result.Leased lease) -> {
              response
                  .setHeader(Headers.of(moment))
                  .setTTL(Math.max(0, lease.leftMillis() - moment.sinceMillis()) / MILLIS)
                  .setGrantedTTL(seconds(lease.ttlMillis()));
              if (!request.getKeys()) call.answer(response.build());
              else if (mayLackKeys(lease)) call.end(Errors.RESPONSE_TOO_LARGE);
              else call.answer(withKeys(response, lease));
            }
            case Outcome.Done(Result.Refused(Result.Reason reason))
                when reason == Result.Reason.LEASE_NOT_FOUND ->
                call.answer(response.setTTL(-1).setHeader(Headers.of(moment)).build());
            default -> call.end(Errors.of(call, outcome));
          }
        });
  }

  /// Whether the keys may be but the first, as many as go into one result.
  private static boolean mayLackKeys(Result.Leased lease) {
    long bytes = KvLimits.KEY_BYTES_HARD_MAX;
    for (Bytes key : lease.keys()) bytes += Integer.BYTES + key.length();
    return bytes > KvLimits.RESULT_BYTES_MAX;
  }

  private static LeaseTimeToLiveResponse withKeys(
      LeaseTimeToLiveResponse.Builder response, Result.Leased lease) {
    lease.keys().forEach(key -> response.addKeys(KeyValues.byteString(key)));
    return response.build();
  }

  private void leases(Call call, LeaseLeasesRequest request) {
    call.read(
        new Operation.ListLeases(),
        new ReadConsistency.Follower(),
        (outcome, moment) -> {
          if (!(outcome instanceof Outcome.Done(Result.LeaseList(List<Long> leases)))) {
            call.end(Errors.of(call, outcome));
            return;
          }
          LeaseLeasesResponse.Builder response =
              LeaseLeasesResponse.newBuilder().setHeader(Headers.of(moment));
          for (long lease : leases) response.addLeases(LeaseStatus.newBuilder().setID(lease));
          call.answer(response.build());
        });
  }
}
