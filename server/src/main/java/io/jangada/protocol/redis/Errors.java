package io.jangada.protocol.redis;

import io.jangada.kv.Result;
import io.jangada.node.Outcome;

/// What is said where a command was not done, or may not have been. Clients read the prefix: none
/// of theirs means that a command may be sent again whose outcome is not known.
final class Errors {
  static final String VALUE_TOO_LONG =
      "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
  static final String NO_AUTH = "NOAUTH Authentication required.";
  static final String NO_AUTH_IN_HELLO =
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH"
          + " <user> <pass> option can be used to authenticate the client and select the RESP"
          + " protocol version at the same time";
  static final String NO_PASSWORDS =
      "ERR AUTH <password> called without any password configured for the default user. Are you"
          + " sure your configuration is correct?";
  static final String WRONG_PASSWORD =
      "WRONGPASS invalid username-password pair or user is disabled.";
  static final String NOT_DONE = "TRYAGAIN no leader is known, nothing was done";
  static final String UNKNOWN = "UNKNOWN it may or may not have been done";
  static final String NOT_WATCHED =
      "EXECABORT Transaction discarded because a watched key could not be read.";
  static final String NO_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

  private Errors() {}

  /// Null where it was done.
  static String of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done(Result.Refused(Result.Reason reason)) -> of(reason);
      case Outcome.Done _ -> null;
      case Outcome.NoMemory() -> NO_MEMORY;
      case Outcome.NotLeader _ -> NOT_DONE;
      case Outcome.Busy(String reason) -> "TRYAGAIN " + reason + ", nothing was done";
      case Outcome.Refused(String reason) -> "ERR " + reason;
      case Outcome.Unknown() -> UNKNOWN;
    };
  }

  static String of(Result.Reason reason) {
    return switch (reason) {
      case KEY_TOO_LONG -> "ERR key is too long";
      case VALUE_TOO_LONG -> VALUE_TOO_LONG;
      case UNKNOWN_PLACE ->
          "ERR invalid cursor: another member gave it, or this one before it started again";
      case NOT_A_NUMBER -> RefusedException.NOT_AN_INTEGER;
      case OVERFLOW -> "ERR increment or decrement would overflow";
      case TRANSACTION_TOO_LARGE -> "ERR transaction is too long";
      case RESULT_TOO_LARGE -> "ERR the values are too long for one reply";
      case NO_USER, STALE_USER -> NO_AUTH;
      case PERMISSION_DENIED -> "NOPERM this user has no permissions to access one of the keys";
      default -> "ERR " + reason;
    };
  }
}
