package io.jangada.protocol.etcd;

import static io.jangada.protocol.etcd.WatchClient.bytes;
import static io.jangada.protocol.etcd.WatchClient.on;
import static io.jangada.protocol.etcd.WatchClient.onPrefix;
import static io.jangada.protocol.etcd.WatchClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import io.jangada.codec.Json;
import io.jangada.protocol.etcd.api.AuthEnableRequest;
import io.jangada.protocol.etcd.api.AuthRoleAddRequest;
import io.jangada.protocol.etcd.api.AuthRoleGrantPermissionRequest;
import io.jangada.protocol.etcd.api.AuthRoleRevokePermissionRequest;
import io.jangada.protocol.etcd.api.AuthUserAddRequest;
import io.jangada.protocol.etcd.api.AuthUserGrantRoleRequest;
import io.jangada.protocol.etcd.api.AuthenticateRequest;
import io.jangada.protocol.etcd.api.AuthenticateResponse;
import io.jangada.protocol.etcd.api.Permission;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.WatchResponse;
import io.jangada.server.Fleet;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What watches and their streams end with, and what slow clients cost.
@Timeout(90)
class WatchEndTest {
  private static final String AUTH = "/etcdserverpb.Auth/";
  private static final RawGrpc.End NO_LEADER = new RawGrpc.End(14, "etcdserver: no leader");

  @TempDir private Path folder;

  private Fleet start(int size) throws Exception {
    Fleet fleet = Fleet.withEtcd(folder, size);
    fleet.startAll();
    fleet.leader();
    fleet.awaitHistory();
    return fleet;
  }

  private static void auth(RawGrpc grpc, String name, Message request, String... metadata) {
    grpc.call(AUTH + name, request, Empty.getDefaultInstance(), metadata);
  }

  private static String token(RawGrpc grpc, String user) {
    var request = AuthenticateRequest.newBuilder().setName(user).setPassword("p").build();
    return grpc.call(AUTH + "Authenticate", request, AuthenticateResponse.getDefaultInstance())
        .getToken();
  }

  private static void addUser(RawGrpc grpc, String user, String role) {
    auth(grpc, "UserAdd", AuthUserAddRequest.newBuilder().setName(user).setPassword("p").build());
    auth(grpc, "RoleAdd", AuthRoleAddRequest.newBuilder().setName(role).build());
    auth(
        grpc,
        "UserGrantRole",
        AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
  }

  @Test
  @DisplayName(
      "a watch that is not permitted is refused in the long form, and ends when it is not any more")
  void permissions() throws Exception {
    try (Fleet fleet = start(1);
        RawGrpc grpc = RawGrpc.connect(fleet.etcdAt(0))) {
      addUser(grpc, "root", "root");
      addUser(grpc, "ann", "reader");
      var permission =
          Permission.newBuilder().setPermType(Permission.Type.READ).setKey(bytes("a")).build();
      auth(
          grpc,
          "RoleGrantPermission",
          AuthRoleGrantPermissionRequest.newBuilder()
              .setName("reader")
              .setPerm(permission)
              .build());
      auth(grpc, "AuthEnable", AuthEnableRequest.getDefaultInstance());
      String ann = token(grpc, "ann");
      try (WatchClient client = new WatchClient(fleet.etcdAt(0), "token", ann);
          WatchClient nobody = new WatchClient(fleet.etcdAt(0));
          WatchClient silent = new WatchClient(fleet.etcdAt(0), "token", ann);
          WatchClient stranger = new WatchClient(fleet.etcdAt(0), "authorization", "Bearer x")) {
        assertRefused(
            client.create(on("b")),
            "rpc error: code = PermissionDenied desc = etcdserver: permission denied");
        assertRefused(
            nobody.create(on("a")),
            "rpc error: code = InvalidArgument desc = etcdserver: user name is empty");
        assertRefused(
            stranger.create(on("a")),
            "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token");
        WatchResponse created = client.create(on("a"));
        assertThat(created.getCanceled()).isFalse();
        assertThat(created.getWatchId()).as("a refused watch took no number").isZero();
        silent.create(on("a"));
        silent.stream.halfClose();
        auth(
            grpc,
            "RoleRevokePermission",
            AuthRoleRevokePermissionRequest.newBuilder()
                .setRole("reader")
                .setKey(bytes("a"))
                .build(),
            "token",
            token(grpc, "root"));
        WatchResponse canceled = client.stream.next();
        assertThat(canceled.getCanceled()).isTrue();
        assertThat(canceled.getCreated()).isFalse();
        assertThat(canceled.getCancelReason()).endsWith("etcdserver: permission denied");
        assertRefused(client.create(on("a")), canceled.getCancelReason());
        assertThat(silent.stream.next().getCancelReason()).endsWith("permission denied");
        assertThat(silent.stream.end()).as("nothing can come").isEqualTo(new RawGrpc.End(0, ""));
      }
    }
  }

  private static void assertRefused(WatchResponse answer, String reason) {
    assertThat(answer.getCreated()).isTrue();
    assertThat(answer.getCanceled()).isTrue();
    assertThat(answer.getWatchId()).isEqualTo(-1);
    assertThat(answer.getCancelReason()).isEqualTo(reason);
    assertThat(answer.hasHeader()).isTrue();
  }

  @Test
  @DisplayName("who wants a leader is sent away where there is none; others are served on")
  void leaderless() throws Exception {
    try (Fleet fleet = start(2)) {
      int left = fleet.leader();
      int lost = fleet.other(left);
      try (WatchClient needs = new WatchClient(fleet.etcdAt(left), "hasleader", "true");
          WatchClient idle = new WatchClient(fleet.etcdAt(left), "hasleader", "true");
          WatchClient other = new WatchClient(fleet.etcdAt(left))) {
        needs.create(on("a"));
        other.create(on("a"));
        fleet.kill(lost);
        assertThat(needs.stream.end()).isEqualTo(NO_LEADER);
        assertThat(idle.stream.end()).isEqualTo(NO_LEADER);
        var late =
            needs.grpc.open(
                WatchClient.WATCH, WatchResponse.getDefaultInstance(), "hasleader", "true");
        assertThat(late.end()).isEqualTo(NO_LEADER);
        var local = RangeRequest.newBuilder().setKey(bytes("a")).setSerializable(true).build();
        assertThat(needs.grpc.fail("/etcdserverpb.KV/Range", local, "hasleader", "true"))
            .isEqualTo(NO_LEADER);
        assertThat(needs.grpc.fail("/etcdserverpb.KV/Range", local).isOk()).isTrue();
        fleet.start(lost);
        fleet.leader();
        other.put("a", "back");
        assertThat(WatchClient.texts(other.events(0, 1))).containsExactly("a=back");
        fleet.kill(left);
        assertThat(other.stream.end().code()).isIn(14, -1);
      }
    }
  }

  @Test
  @DisplayName("a client that does not read holds no events, holds nobody up, and gets all later")
  void slow() throws Exception {
    int watches = 1_000;
    int changes = 100;
    try (Fleet fleet = start(1);
        WatchClient slow =
            new WatchClient(
                RawGrpc.connect(
                    fleet.etcdAt(0), Http2Settings.defaultSettings().initialWindowSize(16 << 10)));
        WatchClient quick = new WatchClient(fleet.etcdAt(0))) {
      for (int i = 0; i < watches; i++) slow.stream.send(request(onPrefix("k")));
      for (int i = 0; i < watches; i++) assertThat(slow.stream.next().getCreated()).isTrue();
      // One that does not read leaves room for others in the connection's window of 64 KiB.
      slow.stream.reads(false);
      var neighbour = slow.grpc.open(WatchClient.WATCH, WatchResponse.getDefaultInstance());
      neighbour.send(request(onPrefix("k")));
      assertThat(neighbour.next().getCreated()).isTrue();
      quick.create(onPrefix("k"));
      ByteString value = ByteString.copyFrom(new byte[1_000]);
      for (int i = 0; i < changes; i++) slow.put("k" + i % 7, value);
      assertThat(quick.events(0, changes)).hasSize(changes);
      for (int got = 0; got < changes; ) got += neighbour.next().getEventsCount();
      Json.Obj counts = (Json.Obj) fleet.status(0).need("watches");
      assertThat(counts.number("events", Integer.MAX_VALUE)).isLessThan(4_000);
      assertThat(counts.number("lagging", Integer.MAX_VALUE)).isGreaterThan(watches - 10);
      quick.askProgress();
      assertThat(quick.stream.next().getWatchId()).isEqualTo(-1);

      slow.askProgress();
      slow.stream.reads(true);
      long[] last = new long[watches];
      int[] got = new int[watches];
      for (int total = 0; total < watches * changes; ) {
        WatchResponse next = slow.stream.next();
        int id = (int) next.getWatchId();
        for (var event : next.getEventsList()) {
          assertThat(event.getKv().getModRevision()).isGreaterThan(last[id]);
          last[id] = event.getKv().getModRevision();
        }
        got[id] += next.getEventsCount();
        total += next.getEventsCount();
      }
      assertThat(got).containsOnly(changes);
      slow.askProgress();
      assertThat(slow.stream.next().getWatchId()).isEqualTo(-1);
      slow.put("k", value);
      for (int i = 0; i < watches; i++) assertThat(slow.stream.next().getEventsCount()).isOne();
    }
  }
}
