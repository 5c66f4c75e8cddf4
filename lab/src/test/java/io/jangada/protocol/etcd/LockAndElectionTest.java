package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.jangada.harness.Waiting;
import io.jangada.protocol.etcd.api.CampaignRequest;
import io.jangada.protocol.etcd.api.CampaignResponse;
import io.jangada.protocol.etcd.api.CompactionRequest;
import io.jangada.protocol.etcd.api.CompactionResponse;
import io.jangada.protocol.etcd.api.LeaderKey;
import io.jangada.protocol.etcd.api.LeaderRequest;
import io.jangada.protocol.etcd.api.LeaderResponse;
import io.jangada.protocol.etcd.api.LeaseGrantRequest;
import io.jangada.protocol.etcd.api.LeaseGrantResponse;
import io.jangada.protocol.etcd.api.LeaseRevokeRequest;
import io.jangada.protocol.etcd.api.LeaseRevokeResponse;
import io.jangada.protocol.etcd.api.LeaseTimeToLiveRequest;
import io.jangada.protocol.etcd.api.LeaseTimeToLiveResponse;
import io.jangada.protocol.etcd.api.LockRequest;
import io.jangada.protocol.etcd.api.LockResponse;
import io.jangada.protocol.etcd.api.ProclaimRequest;
import io.jangada.protocol.etcd.api.ProclaimResponse;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.protocol.etcd.api.ResignRequest;
import io.jangada.protocol.etcd.api.ResignResponse;
import io.jangada.protocol.etcd.api.UnlockRequest;
import io.jangada.protocol.etcd.api.UnlockResponse;
import io.jangada.server.Fleet;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that let the server lock and elect for them, at a member that does not lead. Each test
/// has names of its own for what is locked.
@Timeout(60)
class LockAndElectionTest {
  private static final String LOCK = "/v3lockpb.Lock/Lock";
  private static final String ELECTION = "/v3electionpb.Election/";
  private static final int OUT_OF_RANGE = 11;
  private static final int UNKNOWN = 2;
  private static final long LONG = 600;

  private static Fleet fleet;
  private static int follower;
  private static RawGrpc client;
  private static long lastLease = 100;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    fleet = Fleet.withEtcd(folder, 3);
    fleet.startAll();
    follower = (fleet.leader() + 1) % 3;
    client = RawGrpc.connect(fleet.etcdAt(follower));
  }

  @AfterAll
  static void stop() {
    client.close();
    fleet.close();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static long grant(long seconds) {
    var request = LeaseGrantRequest.newBuilder().setID(++lastLease).setTTL(seconds).build();
    client.call("/etcdserverpb.Lease/LeaseGrant", request, LeaseGrantResponse.getDefaultInstance());
    return lastLease;
  }

  private static void revoke(long lease) {
    client.call(
        "/etcdserverpb.Lease/LeaseRevoke",
        LeaseRevokeRequest.newBuilder().setID(lease).build(),
        LeaseRevokeResponse.getDefaultInstance());
  }

  private static RangeResponse keys(String name) {
    var range =
        RangeRequest.newBuilder().setKey(utf8(name + "/")).setRangeEnd(utf8(name + "0")).build();
    return client.call("/etcdserverpb.KV/Range", range, RangeResponse.getDefaultInstance());
  }

  private static void awaitKeys(String name, int count) throws InterruptedException {
    assertThat(Waiting.until(20_000, () -> keys(name).getCount() == count)).isTrue();
  }

  private static LockRequest lockRequest(String name, long lease) {
    return LockRequest.newBuilder().setName(utf8(name)).setLease(lease).build();
  }

  private static String lock(String name, long lease) {
    var request = lockRequest(name, lease);
    return client.call(LOCK, request, LockResponse.getDefaultInstance()).getKey().toStringUtf8();
  }

  /// Has another client wait for the lock, as the second under its name.
  private static RawGrpc.Stream<LockResponse> wait(
      RawGrpc other, String name, long lease, String... metadata) throws InterruptedException {
    var waiter = other.open(LOCK, LockResponse.getDefaultInstance(), metadata);
    waiter.send(lockRequest(name, lease));
    waiter.halfClose();
    awaitKeys(name, 2);
    return waiter;
  }

  private static void unlock(String key) {
    client.call(
        "/v3lockpb.Lock/Unlock",
        UnlockRequest.newBuilder().setKey(utf8(key)).build(),
        UnlockResponse.getDefaultInstance());
  }

  @Test
  void aLockChangesHandsWhenItIsUnlockedOrItsLeaseEnds() throws Exception {
    long first = grant(LONG);
    long second = grant(2);
    String key = lock("boat", first);
    assertThat(key).isEqualTo("boat/" + Long.toHexString(first));
    assertThat(lock("boat", first)).as("re-entrant by lease").isEqualTo(key);
    var waiter = wait(client, "boat", second);
    unlock(key);
    LockResponse locked = waiter.next();
    assertThat(locked.getKey().toStringUtf8()).isEqualTo("boat/" + Long.toHexString(second));
    assertThat(locked.getHeader().getRevision()).isPositive();
    unlock("boat/no such key");
    // Nothing keeps the second lease alive.
    assertThat(lock("boat", first)).isEqualTo(key);
    unlock(key);
  }

  @Test
  void ofThreeTheLastIsNextWhenBothOthersAreGone() throws Exception {
    long[] leases = {grant(LONG), grant(LONG), grant(LONG)};
    lock("raft", leases[0]);
    var second = wait(client, "raft", leases[1]);
    var third = client.open(LOCK, LockResponse.getDefaultInstance());
    third.send(lockRequest("raft", leases[2]));
    third.halfClose();
    awaitKeys("raft", 3);
    revoke(leases[1]);
    assertThat(second.end()).isEqualTo(new RawGrpc.End(UNKNOWN, "mutex: session is expired"));
    assertThat(third.next(50)).isNull();
    revoke(leases[0]);
    assertThat(third.next().getKey().toStringUtf8()).endsWith(Long.toHexString(leases[2]));
  }

  @Test
  void theKeyOfAWaiterThatGivesUpIsRemoved() throws Exception {
    String key = lock("oar", grant(LONG));
    wait(client, "oar", grant(LONG)).cancel();
    awaitKeys("oar", 1);
    var late = wait(client, "oar", grant(LONG), "grpc-timeout", "500m");
    assertThat(late.end()).isEqualTo(new RawGrpc.End(4, "context deadline exceeded"));
    awaitKeys("oar", 1);
    try (RawGrpc other = RawGrpc.connect(fleet.etcdAt(follower))) {
      wait(other, "oar", 0);
    }
    awaitKeys("oar", 1);
    assertThat(keys("oar").getKvs(0).getKey().toStringUtf8()).isEqualTo(key);
  }

  @Test
  void aLockWithoutALeaseGetsOneForAMinute() {
    lock("mast", 0);
    var request =
        LeaseTimeToLiveRequest.newBuilder().setID(keys("mast").getKvs(0).getLease()).build();
    LeaseTimeToLiveResponse lease =
        client.call(
            "/etcdserverpb.Lease/LeaseTimeToLive",
            request,
            LeaseTimeToLiveResponse.getDefaultInstance());
    assertThat(lease.getGrantedTTL()).isEqualTo(60);
    assertThat(client.fail(LOCK, lockRequest("mast", 99)))
        .isEqualTo(new RawGrpc.End(5, "etcdserver: requested lease not found"));
  }

  private static RawGrpc.Stream<CampaignResponse> campaign(String name, long lease, String value) {
    var one = client.open(ELECTION + "Campaign", CampaignResponse.getDefaultInstance());
    one.send(
        CampaignRequest.newBuilder()
            .setName(utf8(name))
            .setLease(lease)
            .setValue(utf8(value))
            .build());
    one.halfClose();
    return one;
  }

  private static LeaderRequest leaderRequest(String name) {
    return LeaderRequest.newBuilder().setName(utf8(name)).build();
  }

  private static RawGrpc.Stream<LeaderResponse> observe(RawGrpc from, String name) {
    var observer = from.open(ELECTION + "Observe", LeaderResponse.getDefaultInstance());
    observer.send(leaderRequest(name));
    observer.halfClose();
    return observer;
  }

  private static ProclaimRequest proclaimRequest(LeaderKey leader, ByteString value) {
    return ProclaimRequest.newBuilder().setLeader(leader).setValue(value).build();
  }

  private static void proclaim(LeaderKey leader, ByteString value) {
    client.call(
        ELECTION + "Proclaim",
        proclaimRequest(leader, value),
        ProclaimResponse.getDefaultInstance());
  }

  private static String value(LeaderResponse response) {
    assertThat(response.getHeader().getRevision()).isPositive();
    return response.getKv().getValue().toStringUtf8();
  }

  @Test
  void electorsLeadOneAfterTheOther() throws Exception {
    var observer = observe(client, "crew");
    assertThat(client.fail(ELECTION + "Leader", leaderRequest("crew")))
        .isEqualTo(new RawGrpc.End(UNKNOWN, "election: no leader"));
    long lease = grant(LONG);
    LeaderKey ann = campaign("crew", lease, "ann").next().getLeader();
    assertThat(ann.getRev()).isEqualTo(keys("crew").getKvs(0).getCreateRevision());
    assertThat(value(observer.next())).isEqualTo("ann");
    var bob = campaign("crew", grant(LONG), "bob");
    awaitKeys("crew", 2);
    proclaim(ann, utf8("ann is well"));
    assertThat(value(observer.next())).isEqualTo("ann is well");
    LeaderResponse leader =
        client.call(
            ELECTION + "Leader", leaderRequest("crew"), LeaderResponse.getDefaultInstance());
    assertThat(value(leader)).isEqualTo("ann is well");
    assertThat(campaign("crew", lease, "ann again").next().getLeader()).isEqualTo(ann);
    assertThat(value(observer.next())).isEqualTo("ann again");
    ResignRequest resign = ResignRequest.newBuilder().setLeader(ann).build();
    client.call(ELECTION + "Resign", resign, ResignResponse.getDefaultInstance());
    assertThat(bob.next().getLeader().getRev()).isGreaterThan(ann.getRev());
    assertThat(value(observer.next())).isEqualTo("bob");
    assertThat(client.fail(ELECTION + "Proclaim", proclaimRequest(ann, ByteString.EMPTY)))
        .isEqualTo(new RawGrpc.End(UNKNOWN, "election: not leader"));
    assertThat(client.fail(ELECTION + "Resign", ResignRequest.getDefaultInstance()))
        .isEqualTo(new RawGrpc.End(UNKNOWN, "\"leader\" field must be provided"));
    client.call(ELECTION + "Resign", resign, ResignResponse.getDefaultInstance());
  }

  /// It is told of what there is when it reads again.
  @Test
  void aSlowObserverOutlivesTheHistory() throws Exception {
    LeaderKey leader = campaign("sail", grant(LONG), "").next().getLeader();
    ByteString value = utf8("x".repeat(100_000));
    try (RawGrpc slow = RawGrpc.connect(fleet.etcdAt(follower))) {
      var observer = observe(slow, "sail");
      observer.next();
      observer.reads(false);
      for (int i = 0; i < 10; i++) proclaim(leader, value.concat(utf8("" + i)));
      long revision = keys("sail").getHeader().getRevision();
      var compaction = CompactionRequest.newBuilder().setRevision(revision);
      client.call(
          "/etcdserverpb.KV/Compact", compaction.build(), CompactionResponse.getDefaultInstance());
      var before =
          RangeRequest.newBuilder()
              .setKey(utf8("sail"))
              .setRevision(revision - 1)
              .setSerializable(true);
      try (RawGrpc same = RawGrpc.connect(fleet.etcdAt(follower))) {
        Waiting.until(
            RawGrpc.PATIENCE_MILLIS,
            () -> same.fail("/etcdserverpb.KV/Range", before.build()).code() == OUT_OF_RANGE);
      }
      observer.reads(true);
      int told = 0;
      for (String seen = ""; !seen.endsWith("9"); told++) seen = value(observer.next());
      assertThat(told).isBetween(1, 9);
    }
  }
}
