package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Users;
import io.jangada.protocol.etcd.api.AuthRoleAddRequest;
import io.jangada.protocol.etcd.api.AuthRoleAddResponse;
import io.jangada.protocol.etcd.api.AuthRoleDeleteRequest;
import io.jangada.protocol.etcd.api.AuthRoleDeleteResponse;
import io.jangada.protocol.etcd.api.AuthRoleGetRequest;
import io.jangada.protocol.etcd.api.AuthRoleGetResponse;
import io.jangada.protocol.etcd.api.AuthRoleGrantPermissionRequest;
import io.jangada.protocol.etcd.api.AuthRoleGrantPermissionResponse;
import io.jangada.protocol.etcd.api.AuthRoleListRequest;
import io.jangada.protocol.etcd.api.AuthRoleListResponse;
import io.jangada.protocol.etcd.api.AuthRoleRevokePermissionRequest;
import io.jangada.protocol.etcd.api.AuthRoleRevokePermissionResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Method;
import java.util.List;

/// The calls of the service Auth that are about roles.
final class RoleCalls {
  private static final String ROLE = AuthCalls.AUTH + "Role";

  /// The end of a range that has none.
  private static final ByteString NO_END = ByteString.copyFrom(new byte[1]);

  List<Method<?>> methods() {
    return List.of(
        Method.unary(ROLE + "Add", AuthRoleAddRequest.getDefaultInstance(), this::add),
        Method.unary(ROLE + "Get", AuthRoleGetRequest.getDefaultInstance(), this::get),
        Method.unary(ROLE + "List", AuthRoleListRequest.getDefaultInstance(), this::list),
        Method.unary(ROLE + "Delete", AuthRoleDeleteRequest.getDefaultInstance(), this::delete),
        Method.unary(
            ROLE + "GrantPermission",
            AuthRoleGrantPermissionRequest.getDefaultInstance(),
            this::grant),
        Method.unary(
            ROLE + "RevokePermission",
            AuthRoleRevokePermissionRequest.getDefaultInstance(),
            this::revoke));
  }

  private void add(Call call, AuthRoleAddRequest request) {
    if (request.getName().isEmpty()) {
      call.end(Errors.ROLE_EMPTY);
      return;
    }
    AuthCalls.change(
        call,
        List.of("role", "add", request.getName()),
        new AuthChange.AddRole(Bytes.utf8(request.getName())),
        header -> AuthRoleAddResponse.newBuilder().setHeader(header).build());
  }

  private void get(Call call, AuthRoleGetRequest request) {
    AuthCalls.read(
        call,
        new Operation.GetRole(Bytes.utf8(request.getRole())),
        Result.FoundRole.class,
        (found, header) -> {
          var response = AuthRoleGetResponse.newBuilder().setHeader(header);
          if (found.role().name().equals(Users.ROOT))
            response.addPerm(message(new Permission(Permission.Kind.READ_WRITE, KeyRange.ALL)));
          else found.role().permissions().forEach(one -> response.addPerm(message(one)));
          call.answer(response.build());
        });
  }

  private void list(Call call, AuthRoleListRequest request) {
    AuthCalls.read(
        call,
        new Operation.ListRoles(),
        Result.NameList.class,
        (all, header) ->
            call.answer(
                AuthRoleListResponse.newBuilder()
                    .setHeader(header)
                    .addAllRoles(AuthCalls.texts(all.names()))
                    .build()));
  }

  private void delete(Call call, AuthRoleDeleteRequest request) {
    AuthCalls.change(
        call,
        List.of("role", "delete", request.getRole()),
        new AuthChange.DeleteRole(Bytes.utf8(request.getRole())),
        header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build());
  }

  private void grant(Call call, AuthRoleGrantPermissionRequest request) {
    if (!request.hasPerm()) {
      call.end(Errors.PERMISSION_NOT_GIVEN);
      return;
    }
    var wanted = request.getPerm();
    Permission.Kind kind =
        switch (wanted.getPermType()) {
          case READ -> Permission.Kind.READ;
          case WRITE -> Permission.Kind.WRITE;
          case READWRITE -> Permission.Kind.READ_WRITE;
          case UNRECOGNIZED -> null;
        };
    if (kind == null) {
      call.end(Errors.INVALID_AUTH_MANAGEMENT);
      return;
    }
    KeyRange keys = KeyValues.range(wanted.getKey(), wanted.getRangeEnd());
    AuthCalls.change(
        call,
        List.of("role", "grant-permission", request.getName(), kind.name()),
        new AuthChange.GrantPermission(Bytes.utf8(request.getName()), new Permission(kind, keys)),
        header -> AuthRoleGrantPermissionResponse.newBuilder().setHeader(header).build());
  }

  private void revoke(Call call, AuthRoleRevokePermissionRequest request) {
    KeyRange keys = KeyValues.range(request.getKey(), request.getRangeEnd());
    AuthCalls.change(
        call,
        List.of("role", "revoke-permission", request.getRole()),
        new AuthChange.RevokePermission(Bytes.utf8(request.getRole()), keys),
        header -> AuthRoleRevokePermissionResponse.newBuilder().setHeader(header).build());
  }

  private static io.jangada.protocol.etcd.api.Permission message(Permission permission) {
    KeyRange keys = permission.keys();
    var message =
        io.jangada.protocol.etcd.api.Permission.newBuilder()
            .setPermTypeValue(number(permission.kind()))
            .setKey(KeyValues.byteString(keys.from()));
    if (keys.to() == null) message.setRangeEnd(NO_END);
    else if (!keys.isOneKey()) message.setRangeEnd(KeyValues.byteString(keys.to()));
    return message.build();
  }

  private static int number(Permission.Kind kind) {
    return switch (kind) {
      case READ -> io.jangada.protocol.etcd.api.Permission.Type.READ_VALUE;
      case WRITE -> io.jangada.protocol.etcd.api.Permission.Type.WRITE_VALUE;
      case READ_WRITE -> io.jangada.protocol.etcd.api.Permission.Type.READWRITE_VALUE;
    };
  }
}
