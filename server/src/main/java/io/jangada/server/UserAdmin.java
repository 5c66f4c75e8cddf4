package io.jangada.server;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Right;
import io.jangada.kv.auth.Role;
import io.jangada.node.Outcome;
import io.jangada.node.Replica;
import io.jangada.protocol.text.AdminReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Carries out the `admin` lines about users and roles.
final class UserAdmin {
  private final Replica replica;
  private final ReplicaQueries queries;

  UserAdmin(Replica replica, ReplicaQueries queries) {
    this.replica = replica;
    this.queries = queries;
  }

  /// @param caller null for a client that did not say who it is
  AdminReply run(UserLine line, Caller caller) {
    Operation operation = operation(line);
    Outcome outcome = queries.outcome(reply -> replica.submit(caller, operation, null, reply));
    return switch (outcome) {
      case Outcome.Done(Result result) -> reply(result);
      case Outcome.NotLeader(int leader) -> AdminCommands.redirect(leader);
      case Outcome.Busy(String reason) -> AdminCommands.refused(reason);
      case Outcome.NoMemory() -> AdminCommands.refused(Outcome.NoMemory.REASON);
      case Outcome.Refused(String reason) -> AdminCommands.refused(reason);
      case Outcome.Unknown() ->
          AdminCommands.refused("the outcome is unknown: the change may be committed now or later");
    };
  }

  private static Operation operation(UserLine line) {
    return switch (line) {
      case UserLine.AuthStatus() -> new Operation.AuthStatus();
      case UserLine.ListUsers() -> new Operation.ListUsers();
      case UserLine.ListRoles() -> new Operation.ListRoles();
      case UserLine.ShowUser(Bytes name) -> new Operation.GetUser(name);
      case UserLine.ShowRole(Bytes name) -> new Operation.GetRole(name);
      case UserLine.Change(var change) -> new Operation.ChangeUsers(change);
    };
  }

  private static AdminReply reply(Result result) {
    return switch (result) {
      case Result.UsersChanged(long authRevision) ->
          JsonObjectBuilder.ok().put("says", "done").put("authRevision", authRevision).reply();
      case Result.AuthState(boolean isEnabled, long authRevision, int users, int roles) ->
          JsonObjectBuilder.ok()
              .put("enabled", isEnabled)
              .put("authRevision", authRevision)
              .put("userCount", users)
              .put("roleCount", roles)
              .reply();
      case Result.NameList(List<Bytes> names) ->
          JsonObjectBuilder.ok().put("names", texts(names)).reply();
      case Result.FoundUser(Bytes _, boolean hasPassword, List<Bytes> roles) ->
          JsonObjectBuilder.ok().put("hasPassword", hasPassword).put("roles", texts(roles)).reply();
      case Result.FoundRole(Role role) ->
          JsonObjectBuilder.ok().put("permissions", permissions(role)).reply();
      case Result.Refused(Result.Reason reason) -> AdminCommands.refused(text(reason));
      default -> throw new IllegalStateException("users were asked for, and came " + result);
    };
  }

  private static Json texts(List<Bytes> names) {
    List<Json> texts = new ArrayList<>();
    for (Bytes name : names) texts.add(new Json.Str(name.toUtf8()));
    return new Json.Arr(texts);
  }

  private static Json permissions(Role role) {
    List<Json> texts = new ArrayList<>();
    for (Permission one : role.permissions())
      texts.add(new Json.Str(word(one.kind()) + " " + text(one.keys())));
    for (Right right : role.rights()) texts.add(new Json.Str("right " + word(right)));
    return new Json.Arr(texts);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace("_", "");
  }

  private static String text(KeyRange keys) {
    if (keys.equals(KeyRange.ALL)) return "--all";
    String from = AdminWord.of(keys.from());
    if (keys.isOneKey()) return from;
    if (keys.equals(KeyRange.prefix(keys.from()))) return from + " --prefix";
    return keys.to() == null ? from + " --from-key" : from + " " + AdminWord.of(keys.to());
  }

  /// Why it was refused, for people.
  static String text(Result.Reason reason) {
    return switch (reason) {
      case NO_USER -> "users are checked here: say who you are";
      case STALE_USER -> "the user is gone, or its password has changed";
      case PERMISSION_DENIED -> "permission denied";
      case USER_EXISTS -> "there is such a user already";
      case USER_NOT_FOUND -> "there is no such user";
      case ROLE_EXISTS -> "there is such a role already";
      case ROLE_NOT_FOUND -> "there is no such role";
      case ROLE_NOT_GRANTED -> "the user has no such role";
      case PERMISSION_NOT_GRANTED -> "the role has no such permission";
      case ROOT_USER_NEEDED -> "there must be a user root first";
      case ROOT_ROLE_NEEDED -> "the user root must have the role root first";
      case INVALID_AUTH_MANAGEMENT ->
          "while users are checked there must be a user root with the role root; and a permission"
              + " must be for one key or more";
      case INVALID_NAME -> "a name has 1 to 256 bytes of UTF-8";
      case TOO_MANY_USERS -> "there are as many users, roles or permissions as there may be";
      default -> "it is refused: " + word(reason);
    };
  }
}
