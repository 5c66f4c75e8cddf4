package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.harness.Waiting;
import io.jangada.protocol.etcd.api.LeaseGrantRequest;
import io.jangada.protocol.etcd.api.LeaseGrantResponse;
import io.jangada.protocol.etcd.api.LeaseKeepAliveRequest;
import io.jangada.protocol.etcd.api.LeaseKeepAliveResponse;
import io.jangada.protocol.etcd.api.LeaseRevokeRequest;
import io.jangada.protocol.etcd.api.LeaseTimeToLiveRequest;
import io.jangada.protocol.etcd.api.LeaseTimeToLiveResponse;
import io.jangada.server.Fleet;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a client of leases sees that looks closely.
@Timeout(60)
class LeaseTest {
  private static final String LEASE = "/etcdserverpb.Lease/";

  private static LeaseGrantResponse grant(RawGrpc client, long lease, long seconds) {
    return client.call(
        LEASE + "LeaseGrant",
        LeaseGrantRequest.newBuilder().setID(lease).setTTL(seconds).build(),
        LeaseGrantResponse.getDefaultInstance());
  }

  private static LeaseTimeToLiveResponse timeToLive(RawGrpc client, long lease) {
    return client.call(
        LEASE + "LeaseTimeToLive",
        LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build(),
        LeaseTimeToLiveResponse.getDefaultInstance());
  }

  private static LeaseKeepAliveRequest keepAlive(long lease) {
    return LeaseKeepAliveRequest.newBuilder().setID(lease).build();
  }

  @Test
  void leasesAreKeptAliveInOrderAndRunOutWhenNothingElseHappens(@TempDir Path folder)
      throws Exception {
    try (Fleet fleet = Fleet.withEtcd(folder, 1)) {
      fleet.startAll();
      fleet.leader();
      try (RawGrpc client = RawGrpc.connect(fleet.etcdAt(0))) {
        assertThat(grant(client, -5, -1).getTTL()).isEqualTo(1);
        assertThat(grant(client, 7, 40).getTTL()).isEqualTo(40);
        keepAllAlive(client);
        assertThat(Waiting.until(20_000, () -> timeToLive(client, 7).getTTL() < 39)).isTrue();
        LeaseTimeToLiveResponse none = timeToLive(client, 8);
        assertThat(none.getTTL()).isEqualTo(-1);
        assertThat(none.getGrantedTTL()).isZero();
        var revoke = LeaseRevokeRequest.newBuilder().setID(8).build();
        assertThat(client.fail(LEASE + "LeaseRevoke", revoke))
            .isEqualTo(new RawGrpc.End(5, "etcdserver: requested lease not found"));
      }
    }
  }

  /// More at once than one question has room for; most are not there.
  private static void keepAllAlive(RawGrpc client) {
    var stream = client.open(LEASE + "LeaseKeepAlive", LeaseKeepAliveResponse.getDefaultInstance());
    for (long lease = 1; lease <= 5_000; lease++) stream.send(keepAlive(lease));
    stream.halfClose();
    for (long lease = 1; lease <= 5_000; lease++) {
      LeaseKeepAliveResponse kept = stream.next();
      assertThat(kept.getID()).isEqualTo(lease);
      assertThat(kept.getTTL()).isEqualTo(lease == 7 ? 40 : 0);
    }
    assertThat(stream.end().isOk()).isTrue();
  }
}
