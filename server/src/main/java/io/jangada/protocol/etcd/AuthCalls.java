package io.jangada.protocol.etcd;

import com.google.protobuf.Message;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Right;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.auth.PasswordHash;
import io.jangada.protocol.etcd.api.AuthDisableRequest;
import io.jangada.protocol.etcd.api.AuthDisableResponse;
import io.jangada.protocol.etcd.api.AuthEnableRequest;
import io.jangada.protocol.etcd.api.AuthEnableResponse;
import io.jangada.protocol.etcd.api.AuthStatusRequest;
import io.jangada.protocol.etcd.api.AuthStatusResponse;
import io.jangada.protocol.etcd.api.AuthUserAddRequest;
import io.jangada.protocol.etcd.api.AuthUserAddResponse;
import io.jangada.protocol.etcd.api.AuthUserChangePasswordRequest;
import io.jangada.protocol.etcd.api.AuthUserChangePasswordResponse;
import io.jangada.protocol.etcd.api.AuthUserDeleteRequest;
import io.jangada.protocol.etcd.api.AuthUserDeleteResponse;
import io.jangada.protocol.etcd.api.AuthUserGetRequest;
import io.jangada.protocol.etcd.api.AuthUserGetResponse;
import io.jangada.protocol.etcd.api.AuthUserGrantRoleRequest;
import io.jangada.protocol.etcd.api.AuthUserGrantRoleResponse;
import io.jangada.protocol.etcd.api.AuthUserListRequest;
import io.jangada.protocol.etcd.api.AuthUserListResponse;
import io.jangada.protocol.etcd.api.AuthUserRevokeRoleRequest;
import io.jangada.protocol.etcd.api.AuthUserRevokeRoleResponse;
import io.jangada.protocol.etcd.api.AuthenticateRequest;
import io.jangada.protocol.etcd.api.AuthenticateResponse;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Code;
import io.jangada.protocol.rpc.Method;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/// The service Auth, but for what is about roles alone ([RoleCalls]): the users are the store's
/// own, and a token is one that any member accepts.
final class AuthCalls {
  static final String AUTH = "/etcdserverpb.Auth/";

  private static final int SIGNING_KEY_BYTES = 32;

  private final SecureRandom random = new SecureRandom();

  List<Method<?>> methods() {
    List<Method<?>> all = new ArrayList<>();
    all.addAll(
        List.of(
            Method.unary(AUTH + "AuthEnable", AuthEnableRequest.getDefaultInstance(), this::enable),
            Method.unary(
                AUTH + "AuthDisable", AuthDisableRequest.getDefaultInstance(), this::disable),
            Method.unary(AUTH + "AuthStatus", AuthStatusRequest.getDefaultInstance(), this::status),
            Method.unary(
                AUTH + "Authenticate",
                AuthenticateRequest.getDefaultInstance(),
                this::authenticate)));
    all.addAll(userMethods());
    all.addAll(new RoleCalls().methods());
    return all;
  }

  private List<Method<?>> userMethods() {
    return List.of(
        Method.unary(AUTH + "UserAdd", AuthUserAddRequest.getDefaultInstance(), this::add),
        Method.unary(AUTH + "UserGet", AuthUserGetRequest.getDefaultInstance(), this::get),
        Method.unary(AUTH + "UserList", AuthUserListRequest.getDefaultInstance(), this::list),
        Method.unary(AUTH + "UserDelete", AuthUserDeleteRequest.getDefaultInstance(), this::delete),
        Method.unary(
            AUTH + "UserChangePassword",
            AuthUserChangePasswordRequest.getDefaultInstance(),
            this::changePassword),
        Method.unary(
            AUTH + "UserGrantRole", AuthUserGrantRoleRequest.getDefaultInstance(), this::grant),
        Method.unary(
            AUTH + "UserRevokeRole", AuthUserRevokeRoleRequest.getDefaultInstance(), this::revoke));
  }

  // ---- what both kinds of calls do ----

  /// Has users or roles changed.
  ///
  /// @param words that say it in the audit trail, without secrets
  static void change(
      Call call, List<String> words, AuthChange change, Function<ResponseHeader, Message> answer) {
    AdminRecord.begin(call, words);
    call.submit(
        new Operation.ChangeUsers(change),
        (int) change.sizeBytes(),
        (outcome, moment) -> {
          AdminRecord.of(call, words, outcome);
          if (outcome instanceof Outcome.Done(Result.UsersChanged _))
            call.answer(answer.apply(Headers.of(moment)));
          else call.end(Errors.of(call, outcome));
        });
  }

  /// Reads users or roles, as they are now.
  ///
  /// @param answer gets what was found, of the kind that the read has
  static <R extends Result> void read(
      Call call, Operation.UsersRead read, Class<R> kind, Answering<R> answer) {
    call.read(
        read,
        new ReadConsistency.Follower(),
        (outcome, moment) -> {
          if (outcome instanceof Outcome.Done(Result found) && kind.isInstance(found))
            answer.accept(kind.cast(found), Headers.of(moment));
          else call.end(Errors.of(call, outcome));
        });
  }

  @FunctionalInterface
  interface Answering<R> {
    void accept(R found, ResponseHeader header);
  }

  static List<String> texts(List<Bytes> names) {
    return names.stream().map(Bytes::toUtf8).toList();
  }

  // ---- whether users are checked ----

  private void enable(Call call, AuthEnableRequest request) {
    byte[] key = new byte[SIGNING_KEY_BYTES];
    random.nextBytes(key);
    change(
        call,
        List.of("auth", "enable"),
        new AuthChange.Enable(Bytes.wrap(key)),
        header -> AuthEnableResponse.newBuilder().setHeader(header).build());
  }

  private void disable(Call call, AuthDisableRequest request) {
    change(
        call,
        List.of("auth", "disable"),
        new AuthChange.Disable(),
        header -> AuthDisableResponse.newBuilder().setHeader(header).build());
  }

  private void status(Call call, AuthStatusRequest request) {
    read(
        call,
        new Operation.AuthStatus(),
        Result.AuthState.class,
        (state, header) ->
            call.answer(
                AuthStatusResponse.newBuilder()
                    .setHeader(header)
                    .setEnabled(state.isEnabled())
                    .setAuthRevision(state.authRevision())
                    .build()));
  }

  /// A wrong password costs a hash, which a thread computes that is not the connection's.
  private void authenticate(Call call, AuthenticateRequest request) {
    read(
        call,
        new Operation.AuthStatus(),
        Result.AuthState.class,
        (state, header) -> {
          if (!state.isEnabled()) {
            call.end(Errors.AUTH_NOT_ENABLED);
            return;
          }
          AdminRecord.beginAuthentication(call, request.getName());
          call.port()
              .authenticator()
              .authenticate(
                  Bytes.utf8(request.getName()),
                  request.getPasswordBytes().toByteArray(),
                  call.connection().address(),
                  answer -> call.post(() -> authenticated(call, request, answer, header)));
        });
  }

  private static void authenticated(
      Call call, AuthenticateRequest request, Answer answer, ResponseHeader header) {
    AdminRecord.ofAuthentication(call, request.getName(), answer);
    switch (answer) {
      case Answer.Granted(_, String token) when token.isEmpty() ->
          call.end(Errors.AUTH_NOT_ENABLED);
      case Answer.Granted(_, String token) ->
          call.answer(AuthenticateResponse.newBuilder().setHeader(header).setToken(token).build());
      case Answer.Refused _ -> call.end(Errors.AUTHENTICATION_FAILED);
      case Answer.Unavailable(String reason) -> call.end(Errors.of(Code.UNAVAILABLE, reason));
    }
  }

  // ---- users ----

  private void add(Call call, AuthUserAddRequest request) {
    if (request.getName().isEmpty()) {
      call.end(Errors.USER_EMPTY);
      return;
    }
    Consumer<Bytes> add =
        hash ->
            change(
                call,
                List.of("user", "add", request.getName()),
                new AuthChange.AddUser(Bytes.utf8(request.getName()), hash),
                header -> AuthUserAddResponse.newBuilder().setHeader(header).build());
    if (!request.getHashedPassword().isEmpty()) call.end(Errors.HASHED_PASSWORD);
    else if (request.getOptions().getNoPassword()) add.accept(null);
    else hash(call, request.getPasswordBytes().toByteArray(), add);
  }

  private void changePassword(Call call, AuthUserChangePasswordRequest request) {
    if (!request.getHashedPassword().isEmpty()) {
      call.end(Errors.HASHED_PASSWORD);
      return;
    }
    hash(
        call,
        request.getPasswordBytes().toByteArray(),
        hash ->
            change(
                call,
                List.of("user", "passwd", request.getName()),
                new AuthChange.ChangePassword(Bytes.utf8(request.getName()), hash),
                header -> AuthUserChangePasswordResponse.newBuilder().setHeader(header).build()));
  }

  /// Hashes a password, if its client may change users: that takes long, and is done by a thread
  /// that is not the connection's.
  private static void hash(Call call, byte[] password, Consumer<Bytes> then) {
    if (password.length > PasswordHash.PASSWORD_BYTES_MAX) {
      call.end(Errors.PASSWORD_TOO_LONG);
      return;
    }
    read(
        call,
        new Operation.CheckRight(Right.USERS),
        Result.AuthState.class,
        (_, _) ->
            call.port()
                .authenticator()
                .hash(
                    password,
                    call.connection().address(),
                    hash -> call.post(() -> hashed(call, hash, then))));
  }

  private static void hashed(Call call, PasswordHash hash, Consumer<Bytes> then) {
    if (hash == null) call.end(Errors.TOO_MANY_REQUESTS);
    else then.accept(Bytes.utf8(hash.text()));
  }

  private void get(Call call, AuthUserGetRequest request) {
    read(
        call,
        new Operation.GetUser(Bytes.utf8(request.getName())),
        Result.FoundUser.class,
        (user, header) ->
            call.answer(
                AuthUserGetResponse.newBuilder()
                    .setHeader(header)
                    .addAllRoles(texts(user.roles()))
                    .build()));
  }

  private void list(Call call, AuthUserListRequest request) {
    read(
        call,
        new Operation.ListUsers(),
        Result.NameList.class,
        (all, header) ->
            call.answer(
                AuthUserListResponse.newBuilder()
                    .setHeader(header)
                    .addAllUsers(texts(all.names()))
                    .build()));
  }

  private void delete(Call call, AuthUserDeleteRequest request) {
    change(
        call,
        List.of("user", "delete", request.getName()),
        new AuthChange.DeleteUser(Bytes.utf8(request.getName())),
        header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build());
  }

  private void grant(Call call, AuthUserGrantRoleRequest request) {
    change(
        call,
        List.of("user", "grant", request.getUser(), request.getRole()),
        new AuthChange.GrantRole(Bytes.utf8(request.getUser()), Bytes.utf8(request.getRole())),
        header -> AuthUserGrantRoleResponse.newBuilder().setHeader(header).build());
  }

  private void revoke(Call call, AuthUserRevokeRoleRequest request) {
    change(
        call,
        List.of("user", "revoke", request.getName(), request.getRole()),
        new AuthChange.RevokeRole(Bytes.utf8(request.getName()), Bytes.utf8(request.getRole())),
        header -> AuthUserRevokeRoleResponse.newBuilder().setHeader(header).build());
  }
}
