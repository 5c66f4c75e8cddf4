package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.jangada.harness.Waiting;
import io.jangada.protocol.etcd.RawGrpc.End;
import io.jangada.protocol.etcd.api.AlarmRequest;
import io.jangada.protocol.etcd.api.AlarmResponse;
import io.jangada.protocol.etcd.api.DefragmentRequest;
import io.jangada.protocol.etcd.api.DefragmentResponse;
import io.jangada.protocol.etcd.api.DowngradeRequest;
import io.jangada.protocol.etcd.api.HashKVRequest;
import io.jangada.protocol.etcd.api.HashKVResponse;
import io.jangada.protocol.etcd.api.HealthCheckRequest;
import io.jangada.protocol.etcd.api.HealthCheckResponse;
import io.jangada.protocol.etcd.api.HealthCheckResponse.ServingStatus;
import io.jangada.protocol.etcd.api.Member;
import io.jangada.protocol.etcd.api.MemberAddRequest;
import io.jangada.protocol.etcd.api.MemberAddResponse;
import io.jangada.protocol.etcd.api.MemberListRequest;
import io.jangada.protocol.etcd.api.MemberListResponse;
import io.jangada.protocol.etcd.api.MemberPromoteRequest;
import io.jangada.protocol.etcd.api.MemberRemoveRequest;
import io.jangada.protocol.etcd.api.MemberRemoveResponse;
import io.jangada.protocol.etcd.api.MemberUpdateRequest;
import io.jangada.protocol.etcd.api.MoveLeaderRequest;
import io.jangada.protocol.etcd.api.MoveLeaderResponse;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.SnapshotRequest;
import io.jangada.protocol.etcd.api.SnapshotResponse;
import io.jangada.protocol.etcd.api.StatusRequest;
import io.jangada.protocol.etcd.api.StatusResponse;
import io.jangada.server.Fleet;
import io.jangada.server.OptionalPort;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Operators ask three servers what they ask etcd's.
@Timeout(90)
class AdminCallsTest {
  private static final String CLUSTER = "/etcdserverpb.Cluster/Member";
  private static final String MAINTENANCE = "/etcdserverpb.Maintenance/";
  private static final int SIZE = 3;

  @TempDir private static Path folder;

  private static Fleet fleet;
  private static final List<RawGrpc> CLIENTS = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withEtcd(folder, SIZE);
    fleet.startAll();
    fleet.leader();
    for (int id = 0; id < SIZE; id++) CLIENTS.add(RawGrpc.connect(fleet.etcdAt(id)));
  }

  @AfterAll
  static void stop() throws Exception {
    for (RawGrpc one : CLIENTS) one.close();
    fleet.close();
  }

  private static <A extends Message> A call(int id, String path, Message request, A answer) {
    return CLIENTS.get(id).call(path, request, answer);
  }

  private static End fail(int id, String path, Message request) {
    return CLIENTS.get(id).fail(path, request);
  }

  private static StatusResponse status(int id) {
    return call(
        id,
        MAINTENANCE + "Status",
        StatusRequest.getDefaultInstance(),
        StatusResponse.getDefaultInstance());
  }

  private static MemberListResponse list(int id) {
    return call(
        id,
        CLUSTER + "List",
        MemberListRequest.newBuilder().setLinearizable(true).build(),
        MemberListResponse.getDefaultInstance());
  }

  private static int put(String key) {
    ByteString bytes = ByteString.copyFromUtf8(key);
    PutResponse done =
        call(
            0,
            "/etcdserverpb.KV/Put",
            PutRequest.newBuilder().setKey(bytes).setValue(bytes).build(),
            PutResponse.getDefaultInstance());
    return (int) done.getHeader().getRevision();
  }

  private static int follower(int leader) {
    return (leader + 1) % SIZE;
  }

  @Test
  void membersAreKnownByNameAndUrl() throws Exception {
    for (int id = 0; id < SIZE; id++) {
      MemberListResponse list = list(id);
      assertThat(list.getHeader().getRevision()).isZero();
      assertThat(list.getHeader().getMemberId()).isEqualTo(Headers.memberId(id));
      for (int member = 0; member < SIZE; member++)
        assertThat(list.getMembers(member))
            .isEqualTo(
                Member.newBuilder()
                    .setID(Headers.memberId(member))
                    .setName("server-" + member)
                    .addPeerURLs("http://127.0.0.1:" + fleet.at(member).logPort())
                    .addClientURLs("http://127.0.0.1:" + fleet.at(member).port(OptionalPort.ETCD))
                    .build());
    }
    // A client with another configuration learns it from the membership.
    assertThat(Waiting.until(20_000, AdminCallsTest::areRecorded)).isTrue();
  }

  private static boolean areRecorded() {
    var known = fleet.server(0).replica().raft().membership().addresses();
    return known.size() == SIZE
        && known.values().stream().allMatch(text -> text.contains(" name=server-"));
  }

  @Test
  void aMemberIsAddedAndRemovedByWayOfAnyMember() throws Exception {
    int asked = follower(fleet.leader());
    String url = "http://127.0.0.1:1";
    MemberAddRequest add =
        MemberAddRequest.newBuilder().addPeerURLs(url).setIsLearner(true).build();
    MemberAddResponse added =
        call(asked, CLUSTER + "Add", add, MemberAddResponse.getDefaultInstance());
    Member expected =
        Member.newBuilder()
            .setID(Headers.memberId(SIZE))
            .addPeerURLs(url)
            .setIsLearner(true)
            .build();
    assertThat(added.getMember()).isEqualTo(expected);
    assertThat(added.getMembersList()).hasSize(SIZE + 1).contains(expected);
    assertThat(fail(asked, CLUSTER + "Add", add))
        .isEqualTo(new End(9, "etcdserver: Peer URLs already exists"));
    MemberAddRequest bad = MemberAddRequest.newBuilder().addPeerURLs("127.0.0.1:1").build();
    assertThat(fail(asked, CLUSTER + "Add", bad))
        .isEqualTo(new End(3, "etcdserver: given member URLs are invalid"));
    MemberPromoteRequest promote =
        MemberPromoteRequest.newBuilder().setID(expected.getID()).build();
    assertThat(fail(asked, CLUSTER + "Promote", promote))
        .isEqualTo(
            new End(
                9, "etcdserver: can only promote a learner member which is in sync with leader"));
    MemberRemoveRequest remove = MemberRemoveRequest.newBuilder().setID(expected.getID()).build();
    MemberRemoveResponse removed =
        call(asked, CLUSTER + "Remove", remove, MemberRemoveResponse.getDefaultInstance());
    assertThat(removed.getMembersList()).hasSize(SIZE);
    End unknown = new End(5, "etcdserver: member not found");
    assertThat(fail(asked, CLUSTER + "Remove", remove)).isEqualTo(unknown);
    assertThat(fail(asked, CLUSTER + "Update", MemberUpdateRequest.getDefaultInstance()))
        .isEqualTo(unknown);
  }

  @Test
  void aMemberSaysHowItStands() throws Exception {
    put("stands");
    int leader = fleet.leader();
    StatusResponse status = status(follower(leader));
    assertThat(status.getVersion()).isEqualTo(Versions.SERVER);
    assertThat(status.getLeader()).isEqualTo(Headers.memberId(leader));
    assertThat(status.getErrorsList()).isEmpty();
    assertThat(status.getIsLearner()).isFalse();
    assertThat(status.getRaftIndex()).isPositive();
    assertThat(status.getDbSize()).isGreaterThanOrEqualTo(status.getDbSizeInUse()).isPositive();
    AlarmResponse alarms =
        call(
            0,
            MAINTENANCE + "Alarm",
            AlarmRequest.getDefaultInstance(),
            AlarmResponse.getDefaultInstance());
    assertThat(alarms.hasHeader()).isTrue();
    assertThat(alarms.getAlarmsList()).isEmpty();
    DefragmentResponse done =
        call(
            0,
            MAINTENANCE + "Defragment",
            DefragmentRequest.getDefaultInstance(),
            DefragmentResponse.getDefaultInstance());
    assertThat(done.hasHeader()).isTrue();
    DowngradeRequest cancel =
        DowngradeRequest.newBuilder().setAction(DowngradeRequest.DowngradeAction.CANCEL).build();
    assertThat(fail(0, MAINTENANCE + "Downgrade", cancel))
        .isEqualTo(new End(9, "etcdserver: no inflight downgrade job"));
    HealthCheckResponse health =
        call(
            0,
            "/grpc.health.v1.Health/Check",
            HealthCheckRequest.getDefaultInstance(),
            HealthCheckResponse.getDefaultInstance());
    assertThat(health.getStatus()).isEqualTo(ServingStatus.SERVING);
    HealthCheckRequest other = HealthCheckRequest.newBuilder().setService("other").build();
    assertThat(fail(0, "/grpc.health.v1.Health/Check", other))
        .isEqualTo(new End(5, "unknown service"));
  }

  private static HashKVResponse hash(int id, long revision) {
    return call(
        id,
        MAINTENANCE + "HashKV",
        HashKVRequest.newBuilder().setRevision(revision).build(),
        HashKVResponse.getDefaultInstance());
  }

  /// A new cluster keeps history from a moment after its first leader on.
  private static boolean isHistoryKept() {
    int before = put("hash-0");
    put("hash-0");
    HashKVRequest former = HashKVRequest.newBuilder().setRevision(before).build();
    return fail(0, MAINTENANCE + "HashKV", former).isOk();
  }

  @Test
  void membersHaveTheSameHashOfOneRevision() throws Exception {
    assertThat(Waiting.until(20_000, AdminCallsTest::isHistoryKept)).isTrue();
    int before = put("hash-1");
    int after = put("hash-2");
    for (int id = 0; id < SIZE; id++) {
      int member = id;
      assertThat(Waiting.until(20_000, () -> status(member).getHeader().getRevision() >= after))
          .isTrue();
      assertThat(hash(id, before).getHash()).isEqualTo(hash(0, before).getHash());
      assertThat(hash(id, after).getHash()).isEqualTo(hash(0, after).getHash());
      assertThat(hash(id, before).getHashRevision()).isEqualTo(before);
    }
    assertThat(hash(0, before).getHash()).isNotEqualTo(hash(0, after).getHash());
    HashKVRequest future = HashKVRequest.newBuilder().setRevision(1L << 40).build();
    assertThat(fail(0, MAINTENANCE + "HashKV", future).code()).isEqualTo(11);
  }

  @Test
  void aSnapshotIsABackupWithItsHash() throws Exception {
    put("snapshot");
    var stream =
        CLIENTS.get(1).open(MAINTENANCE + "Snapshot", SnapshotResponse.getDefaultInstance());
    stream.send(SnapshotRequest.getDefaultInstance());
    stream.halfClose();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    SnapshotResponse part;
    do {
      part = stream.next();
      data.writeBytes(part.getBlob().toByteArray());
    } while (part.getRemainingBytes() > 0);
    assertThat(data.size()).isPositive();
    assertThat(data.size() % 512).isZero();
    assertThat(Arrays.copyOf(data.toByteArray(), 8)).asString().isEqualTo("JNGDBKUP");
    assertThat(stream.next().getBlob().toByteArray())
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(data.toByteArray()));
    assertThat(stream.end().isOk()).isTrue();
  }

  @Test
  void leadershipIsMovedByTheLeader() throws Exception {
    int leader = fleet.leader();
    int next = follower(leader);
    MoveLeaderRequest move =
        MoveLeaderRequest.newBuilder().setTargetID(Headers.memberId(next)).build();
    assertThat(fail(next, MAINTENANCE + "MoveLeader", move))
        .isEqualTo(new End(9, "etcdserver: not leader"));
    assertThat(fail(leader, MAINTENANCE + "MoveLeader", MoveLeaderRequest.getDefaultInstance()))
        .isEqualTo(new End(9, "etcdserver: bad leader transferee"));
    MoveLeaderResponse done =
        call(leader, MAINTENANCE + "MoveLeader", move, MoveLeaderResponse.getDefaultInstance());
    assertThat(done.hasHeader()).isTrue();
    assertThat(status(leader).getLeader()).isEqualTo(Headers.memberId(next));
  }
}
