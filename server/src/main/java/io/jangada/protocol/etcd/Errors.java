package io.jangada.protocol.etcd;

import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.watch.WatchEnd;
import io.jangada.protocol.auth.PasswordHash;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Code;
import io.jangada.protocol.rpc.Status;

/// What clients are told when something fails: etcd's codes and sentences, which they compare.
final class Errors {
  static final Status KEY_NOT_PROVIDED = invalid("key is not provided");
  static final Status KEY_NOT_FOUND = invalid("key not found");
  static final Status VALUE_PROVIDED = invalid("value is provided");
  static final Status LEASE_PROVIDED = invalid("lease is provided");
  static final Status TOO_MANY_OPS = invalid("too many operations in txn request");
  static final Status DUPLICATE_KEY = invalid("duplicate key given in txn request");
  static final Status UNKNOWN_COMPARE = invalid("invalid compare option");
  static final Status INVALID_SORT = invalid("invalid sort option");
  static final Status TOO_LARGE = invalid("request is too large");
  static final Status USER_EMPTY = invalid("user name is empty");
  static final Status ROLE_EMPTY = invalid("role name is empty");
  static final Status AUTHENTICATION_FAILED =
      invalid("authentication failed, invalid user ID or password");
  static final Status AUTH_NOT_ENABLED =
      of(Code.FAILED_PRECONDITION, "authentication is not enabled");
  static final Status PERMISSION_NOT_GIVEN = invalid("permission not given");
  static final Status INVALID_AUTH_MANAGEMENT = invalid("invalid auth management");
  static final Status PASSWORD_TOO_LONG =
      invalid("a password has at most " + PasswordHash.PASSWORD_BYTES_MAX + " bytes");
  static final Status HASHED_PASSWORD =
      invalid("hashedPassword is not taken: passwords are not hashed with bcrypt here");
  static final Status INVALID_TOKEN = of(Code.UNAUTHENTICATED, "invalid auth token");
  static final Status PERMISSION_DENIED = of(Code.PERMISSION_DENIED, "permission denied");
  static final Status LEASE_NOT_FOUND = of(Code.NOT_FOUND, "requested lease not found");
  static final Status TTL_TOO_LARGE = of(Code.OUT_OF_RANGE, "too large lease TTL");
  static final Status LEASE_EXISTS = of(Code.FAILED_PRECONDITION, "lease already exists");
  static final Status COMPACTED =
      of(Code.OUT_OF_RANGE, "mvcc: required revision has been compacted");
  static final Status FUTURE =
      of(Code.OUT_OF_RANGE, "mvcc: required revision is a future revision");
  static final Status NO_SPACE = of(Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded");
  static final Status TOO_MANY_REQUESTS = of(Code.RESOURCE_EXHAUSTED, "too many requests");
  static final Status RESPONSE_TOO_LARGE =
      of(Code.RESOURCE_EXHAUSTED, "the response would be too large");
  static final Status NO_LEADER = of(Code.UNAVAILABLE, "no leader");
  static final Status LEADER_CHANGED = of(Code.UNAVAILABLE, "leader changed");
  static final Status TIMED_OUT = of(Code.UNAVAILABLE, "request timed out");

  static final Status ALARMS_ARE_OWN =
      of(
          Code.FAILED_PRECONDITION,
          "alarms are raised by what they warn of, and go with it; none can be set");
  static final Status NO_DOWNGRADE = of(Code.FAILED_PRECONDITION, "no inflight downgrade job");
  static final Status DOWNGRADE_FORMAT = invalid("wrong downgrade target version format");
  static final Status DOWNGRADE_VERSION = invalid("invalid downgrade target version");

  static final Status SESSION_EXPIRED = new Status(Code.UNKNOWN, "mutex: session is expired");
  static final Status NOT_ELECTED = new Status(Code.UNKNOWN, "election: not leader");
  static final Status NO_ELECTED = new Status(Code.UNKNOWN, "election: no leader");
  static final Status LEADER_MISSING =
      new Status(Code.UNKNOWN, "\"leader\" field must be provided");

  private Errors() {}

  static Status of(Code code, String text) {
    return new Status(code, "etcdserver: " + text);
  }

  private static Status invalid(String text) {
    return of(Code.INVALID_ARGUMENT, text);
  }

  /// Why there is no result that the call is for.
  static Status of(Call call, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done(Result.Refused(Result.Reason reason)) -> of(call, reason);
      case Outcome.Done(Result.Compacted _) -> COMPACTED;
      case Outcome.NotLeader(int leader) -> leader < 0 ? NO_LEADER : LEADER_CHANGED;
      case Outcome.Busy _ -> TOO_MANY_REQUESTS;
      case Outcome.NoMemory _ -> NO_SPACE;
      case Outcome.Refused(String reason) -> of(Code.FAILED_PRECONDITION, reason);
      case Outcome.Unknown _ -> TIMED_OUT;
      case Outcome.Done(Result result) -> of(Code.UNKNOWN, "unexpected result " + result);
    };
  }

  /// How a change of members ended.
  static Status of(MemberChange.End end) {
    return switch (end.kind()) {
      case DONE -> Status.OK;
      case BAD_URLS -> invalid("given member URLs are invalid");
      case URLS_EXIST -> precondition("Peer URLs already exists");
      case UNKNOWN_MEMBER -> of(Code.NOT_FOUND, "member not found");
      case UNHEALTHY -> of(Code.UNAVAILABLE, "unhealthy cluster");
      case TOO_FEW_STARTED ->
          precondition("re-configuration failed due to not enough started members");
      case NO_LEARNER -> precondition("can only promote a learner member");
      case LEARNER_BEHIND ->
          precondition("can only promote a learner member which is in sync with leader");
      case NOT_LEADER -> precondition("not leader");
      case BAD_TRANSFEREE -> precondition("bad leader transferee");
      case NO_LEADER -> NO_LEADER;
      case UNKNOWN -> TIMED_OUT;
      case REFUSED -> precondition(end.text());
    };
  }

  /// Why nothing was done.
  private static Status of(Call call, Result.Reason reason) {
    return switch (reason) {
      case KEY_TOO_LONG, VALUE_TOO_LONG, TRANSACTION_TOO_LARGE -> TOO_LARGE;
      case LEASE_NOT_FOUND -> LEASE_NOT_FOUND;
      case LEASE_EXISTS -> LEASE_EXISTS;
      case KEY_NOT_FOUND, UNKNOWN_PLACE -> KEY_NOT_FOUND;
      case TOO_MANY_LEASES -> of(Code.RESOURCE_EXHAUSTED, "too many leases");
      case FUTURE_REVISION -> FUTURE;
      case RESULT_TOO_LARGE -> RESPONSE_TOO_LARGE;
      case NO_USER -> call.hasBadToken() ? INVALID_TOKEN : USER_EMPTY;
      case STALE_USER -> INVALID_TOKEN;
      case PERMISSION_DENIED -> PERMISSION_DENIED;
      case USER_EXISTS -> precondition("user name already exists");
      case USER_NOT_FOUND -> precondition("user name not found");
      case ROLE_EXISTS -> precondition("role name already exists");
      case ROLE_NOT_FOUND -> precondition("role name not found");
      case ROLE_NOT_GRANTED -> precondition("role is not granted to the user");
      case PERMISSION_NOT_GRANTED -> precondition("permission is not granted to the role");
      case ROOT_USER_NEEDED -> precondition("root user does not exist");
      case ROOT_ROLE_NEEDED -> precondition("root user does not have root role");
      case INVALID_AUTH_MANAGEMENT -> INVALID_AUTH_MANAGEMENT;
      case INVALID_NAME -> invalid("user or role name is not valid");
      case TOO_MANY_USERS -> of(Code.RESOURCE_EXHAUSTED, "too many users or roles");
      case NOT_A_NUMBER, OVERFLOW, MALFORMED -> of(Code.INTERNAL, "unexpected refusal " + reason);
    };
  }

  /// Why a watch ended of which the client does not know.
  static Status of(WatchEnd end) {
    return switch (end) {
      case CANCELLED -> of(Code.CANCELLED, "watch canceled");
      case BUSY, TOO_MANY -> TOO_MANY_REQUESTS;
      case PERMISSION_DENIED -> PERMISSION_DENIED;
      case NO_LEADER -> NO_LEADER;
      case REMOVED, DATA_DIFFERS, STOPPED -> of(Code.UNAVAILABLE, "server stopped");
    };
  }

  private static Status precondition(String text) {
    return of(Code.FAILED_PRECONDITION, text);
  }
}
