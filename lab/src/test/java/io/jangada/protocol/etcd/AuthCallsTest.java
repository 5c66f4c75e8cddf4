package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.jangada.protocol.etcd.RawGrpc.End;
import io.jangada.protocol.etcd.api.AuthDisableRequest;
import io.jangada.protocol.etcd.api.AuthDisableResponse;
import io.jangada.protocol.etcd.api.AuthEnableRequest;
import io.jangada.protocol.etcd.api.AuthEnableResponse;
import io.jangada.protocol.etcd.api.AuthRoleAddRequest;
import io.jangada.protocol.etcd.api.AuthRoleAddResponse;
import io.jangada.protocol.etcd.api.AuthRoleGetRequest;
import io.jangada.protocol.etcd.api.AuthRoleGetResponse;
import io.jangada.protocol.etcd.api.AuthRoleGrantPermissionRequest;
import io.jangada.protocol.etcd.api.AuthRoleGrantPermissionResponse;
import io.jangada.protocol.etcd.api.AuthStatusRequest;
import io.jangada.protocol.etcd.api.AuthStatusResponse;
import io.jangada.protocol.etcd.api.AuthUserAddRequest;
import io.jangada.protocol.etcd.api.AuthUserAddResponse;
import io.jangada.protocol.etcd.api.AuthUserDeleteRequest;
import io.jangada.protocol.etcd.api.AuthUserGetRequest;
import io.jangada.protocol.etcd.api.AuthUserGetResponse;
import io.jangada.protocol.etcd.api.AuthUserGrantRoleRequest;
import io.jangada.protocol.etcd.api.AuthUserGrantRoleResponse;
import io.jangada.protocol.etcd.api.AuthUserListRequest;
import io.jangada.protocol.etcd.api.AuthenticateRequest;
import io.jangada.protocol.etcd.api.AuthenticateResponse;
import io.jangada.protocol.etcd.api.DefragmentRequest;
import io.jangada.protocol.etcd.api.HashKVRequest;
import io.jangada.protocol.etcd.api.MemberListRequest;
import io.jangada.protocol.etcd.api.MemberListResponse;
import io.jangada.protocol.etcd.api.MemberRemoveRequest;
import io.jangada.protocol.etcd.api.Permission;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.SnapshotRequest;
import io.jangada.protocol.etcd.api.StatusRequest;
import io.jangada.protocol.etcd.api.StatusResponse;
import io.jangada.server.Fleet;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The users of a server, as etcd's clients make them and are them.
@Timeout(90)
class AuthCallsTest {
  private static final String AUTH = "/etcdserverpb.Auth/";
  private static final String PUT = "/etcdserverpb.KV/Put";
  private static final String STATUS = "/etcdserverpb.Maintenance/Status";
  private static final End DENIED = new End(7, "etcdserver: permission denied");
  private static final End NOBODY = new End(3, "etcdserver: user name is empty");

  private RawGrpc client;

  @Test
  void whoMayDoWhat(@TempDir Path folder) throws Exception {
    try (Fleet fleet = Fleet.withEtcd(folder, 1)) {
      fleet.startAll();
      fleet.leader();
      try (RawGrpc connected = RawGrpc.connect(fleet.etcdAt(0))) {
        client = connected;
        makeUsers();
        enable();
        forNobody();
        String shop = token("shop");
        forAUser(shop);
        forRoot(token("root"));
        // Where users are not checked, nobody looks at tokens.
        client.call(PUT, put("b"), PutResponse.getDefaultInstance(), "token", shop);
      }
    }
  }

  private static AuthUserAddRequest user(String name) {
    return AuthUserAddRequest.newBuilder().setName(name).setPassword(name + "pw").build();
  }

  private static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  private static AuthenticateRequest login(String name, String password) {
    return AuthenticateRequest.newBuilder().setName(name).setPassword(password).build();
  }

  private String token(String name) {
    return client
        .call(
            AUTH + "Authenticate",
            login(name, name + "pw"),
            AuthenticateResponse.getDefaultInstance())
        .getToken();
  }

  private void grantRole(String user, String role) {
    client.call(
        AUTH + "UserGrantRole",
        AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build(),
        AuthUserGrantRoleResponse.getDefaultInstance());
  }

  private static AuthRoleGrantPermissionRequest permission(String from, String to) {
    return AuthRoleGrantPermissionRequest.newBuilder()
        .setName("app")
        .setPerm(
            Permission.newBuilder()
                .setPermType(Permission.Type.READWRITE)
                .setKey(ByteString.copyFromUtf8(from))
                .setRangeEnd(ByteString.copyFromUtf8(to)))
        .build();
  }

  private void makeUsers() {
    assertThat(client.fail(AUTH + "Authenticate", login("root", "rootpw")))
        .isEqualTo(new End(9, "etcdserver: authentication is not enabled"));
    for (String name : new String[] {"root", "shop"})
      client.call(AUTH + "UserAdd", user(name), AuthUserAddResponse.getDefaultInstance());
    assertThat(client.fail(AUTH + "UserAdd", user("shop")))
        .isEqualTo(new End(9, "etcdserver: user name already exists"));
    assertThat(client.fail(AUTH + "UserAdd", user(""))).isEqualTo(NOBODY);
    AuthUserAddRequest hashed =
        AuthUserAddRequest.newBuilder().setName("h").setHashedPassword("JDJhJDEw").build();
    assertThat(client.fail(AUTH + "UserAdd", hashed).code()).isEqualTo(3);
    for (String name : new String[] {"app", "root"})
      client.call(
          AUTH + "RoleAdd",
          AuthRoleAddRequest.newBuilder().setName(name).build(),
          AuthRoleAddResponse.getDefaultInstance());
    client.call(
        AUTH + "RoleGrantPermission",
        permission("app/", "app0"),
        AuthRoleGrantPermissionResponse.getDefaultInstance());
    assertThat(client.fail(AUTH + "RoleGrantPermission", permission("b", "a")))
        .isEqualTo(new End(3, "etcdserver: invalid auth management"));
    assertThat(
            client.fail(
                AUTH + "RoleGrantPermission",
                AuthRoleGrantPermissionRequest.newBuilder().setName("app").build()))
        .isEqualTo(new End(3, "etcdserver: permission not given"));
    grantRole("shop", "app");
    assertThat(client.fail(AUTH + "AuthEnable", AuthEnableRequest.getDefaultInstance()))
        .isEqualTo(new End(9, "etcdserver: root user does not have root role"));
    grantRole("root", "root");
  }

  private void enable() {
    var enable = AuthEnableRequest.getDefaultInstance();
    client.call(AUTH + "AuthEnable", enable, AuthEnableResponse.getDefaultInstance());
    AuthStatusResponse status =
        client.call(
            AUTH + "AuthStatus",
            AuthStatusRequest.getDefaultInstance(),
            AuthStatusResponse.getDefaultInstance());
    assertThat(status.getEnabled()).isTrue();
    assertThat(status.getAuthRevision()).isGreaterThan(1);
  }

  private void forNobody() {
    assertThat(client.fail(PUT, put("a"))).isEqualTo(NOBODY);
    assertThat(client.fail(STATUS, StatusRequest.getDefaultInstance())).isEqualTo(NOBODY);
    assertThat(
            client.fail("/etcdserverpb.Cluster/MemberList", MemberListRequest.getDefaultInstance()))
        .isEqualTo(NOBODY);
    assertThat(client.fail(PUT, put("a"), "token", "none"))
        .isEqualTo(new End(16, "etcdserver: invalid auth token"));
    assertThat(client.fail(AUTH + "Authenticate", login("shop", "wrong")))
        .isEqualTo(new End(3, "etcdserver: authentication failed, invalid user ID or password"));
  }

  private void forAUser(String token) {
    client.call(PUT, put("app/1"), PutResponse.getDefaultInstance(), "token", token);
    client.call(
        STATUS,
        StatusRequest.getDefaultInstance(),
        StatusResponse.getDefaultInstance(),
        "authorization",
        "Bearer " + token);
    client.call(
        "/etcdserverpb.Cluster/MemberList",
        MemberListRequest.getDefaultInstance(),
        MemberListResponse.getDefaultInstance(),
        "token",
        token);
    AuthUserGetRequest self = AuthUserGetRequest.newBuilder().setName("shop").build();
    assertThat(
            client
                .call(
                    AUTH + "UserGet",
                    self,
                    AuthUserGetResponse.getDefaultInstance(),
                    "token",
                    token)
                .getRolesList())
        .containsExactly("app");
    denied(token, PUT, put("a"));
    denied(token, AUTH + "UserList", AuthUserListRequest.getDefaultInstance());
    denied(token, AUTH + "UserAdd", user("more"));
    denied(token, AUTH + "AuthDisable", AuthDisableRequest.getDefaultInstance());
    denied(token, "/etcdserverpb.Cluster/MemberRemove", MemberRemoveRequest.getDefaultInstance());
    String maintenance = "/etcdserverpb.Maintenance/";
    denied(token, maintenance + "Defragment", DefragmentRequest.getDefaultInstance());
    denied(token, maintenance + "HashKV", HashKVRequest.getDefaultInstance());
    denied(token, maintenance + "Snapshot", SnapshotRequest.getDefaultInstance());
  }

  private void denied(String token, String path, Message request) {
    assertThat(client.fail(path, request, "token", token)).as(path).isEqualTo(DENIED);
  }

  private void forRoot(String token) {
    AuthRoleGetRequest root = AuthRoleGetRequest.newBuilder().setRole("root").build();
    AuthRoleGetResponse found =
        client.call(
            AUTH + "RoleGet", root, AuthRoleGetResponse.getDefaultInstance(), "token", token);
    assertThat(found.getPermList())
        .containsExactly(
            Permission.newBuilder()
                .setPermType(Permission.Type.READWRITE)
                .setRangeEnd(ByteString.copyFrom(new byte[1]))
                .build());
    AuthUserDeleteRequest delete = AuthUserDeleteRequest.newBuilder().setName("root").build();
    assertThat(client.fail(AUTH + "UserDelete", delete, "token", token))
        .isEqualTo(new End(3, "etcdserver: invalid auth management"));
    client.call(
        AUTH + "AuthDisable",
        AuthDisableRequest.getDefaultInstance(),
        AuthDisableResponse.getDefaultInstance(),
        "token",
        token);
  }
}
