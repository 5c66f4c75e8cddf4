package io.jangada.demo;

import io.jangada.cli.Durations;
import io.jangada.cli.ExitCode;
import io.jangada.cli.shell.LineWords;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.TimeToLive;
import io.jangada.node.Outcome;
import io.jangada.raft.Membership;

/// An answer in words, and as an exit code.
///
/// @param text what it came to
/// @param code one of [ExitCode]
record ReplyText(String text, int code) {
  /// @param answer to `operation`
  static ReplyText of(Operation operation, DemoClient.Answer answer) {
    ReplyText plain = of(operation, answer.outcome());
    return new ReplyText(plain.text + "   [" + circumstances(operation, answer) + "]", plain.code);
  }

  private static ReplyText of(Operation operation, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done(Result result) -> of(operation, result);
      case Outcome.NotLeader(int leader) ->
          new ReplyText(
              leader == Membership.NONE
                  ? "not done: no leader"
                  : "not done: " + EventNarrator.name(leader) + " leads, and does not answer",
              ExitCode.UNAVAILABLE);
      case Outcome.Busy(String reason) ->
          new ReplyText("not done, try again: " + reason, ExitCode.UNAVAILABLE);
      case Outcome.NoMemory() ->
          new ReplyText("not done: " + Outcome.NoMemory.REASON, ExitCode.FAILED);
      case Outcome.Refused(String reason) -> new ReplyText("refused: " + reason, ExitCode.FAILED);
      case Outcome.Unknown() ->
          new ReplyText("UNKNOWN: it may have taken effect, or may yet", ExitCode.FAILED);
    };
  }

  private static ReplyText of(Operation operation, Result result) {
    return switch (result) {
      case Result.Written(long version, long _) ->
          new ReplyText("ok, version " + version, ExitCode.OK);
      case Result.Found found ->
          new ReplyText(
              LineWords.quote(found.value().toUtf8())
                  + expiry(found)
                  + ", version "
                  + found.version(),
              ExitCode.OK);
      case Result.NotFound() -> new ReplyText("no such key", ExitCode.KEY_NOT_FOUND);
      case Result.Exists(long version) ->
          new ReplyText(
              "not changed: it is there, version " + version, ExitCode.PRECONDITION_FAILED);
      case Result.Mismatch(long version) ->
          new ReplyText(
              "not changed: another value is there" + (version == 0 ? "" : ", version " + version),
              ExitCode.PRECONDITION_FAILED);
      case Result.Deleted(long version) ->
          new ReplyText(version == 0 ? "deleted" : "deleted, version " + version, ExitCode.OK);
      case Result.Expired(int count) -> new ReplyText("expired " + count, ExitCode.OK);
      case Result.Forgotten() ->
          new ReplyText(
              "UNKNOWN: it came too late to tell whether it was done before", ExitCode.FAILED);
      case Result.Refused(Result.Reason reason) -> refused(operation, reason);
      case Result.Advanced _ -> throw new IllegalStateException("no line asks for " + result);
    };
  }

  private static String expiry(Result.Found found) {
    long ttl = found.ttl();
    if (ttl == 0) return "";
    String time = ttl < 0 ? TimeToLive.seconds(ttl) + " s" : Durations.ofMillis(ttl);
    return ", expires " + time + " after it was written";
  }

  private static ReplyText refused(Operation operation, Result.Reason reason) {
    String why =
        switch (reason) {
          case MALFORMED -> "the log holds what is no command";
          case KEY_TOO_LONG -> "the key is longer than a member takes";
          case VALUE_TOO_LONG -> "the value is longer than a member takes";
          case TRANSACTION_TOO_LARGE -> "the transaction is larger than a member takes";
          case LEASE_NOT_FOUND -> "there is no such lease";
          case LEASE_EXISTS -> "there is such a lease already";
          case TOO_MANY_LEASES -> "there are as many leases as there may be";
          case NOT_A_NUMBER -> "the value is no number";
          case OVERFLOW -> "the sum is greater, or less, than a number can be";
          case FUTURE_REVISION -> "there is no such revision yet";
          case RESULT_TOO_LARGE -> "the transaction would show too much";
          case NO_USER -> "users are checked, and no user asks";
          case STALE_USER -> "the user is gone, or has another password";
          case PERMISSION_DENIED -> "permission denied";
          case USER_EXISTS -> "there is such a user already";
          case USER_NOT_FOUND -> "there is no such user";
          case ROLE_EXISTS -> "there is such a role already";
          case ROLE_NOT_FOUND -> "there is no such role";
          case ROLE_NOT_GRANTED -> "the user does not have that role";
          case PERMISSION_NOT_GRANTED -> "the role does not have that permission";
          case ROOT_USER_NEEDED -> "there is no user root";
          case ROOT_ROLE_NEEDED -> "the user root does not have the role root";
          case INVALID_AUTH_MANAGEMENT -> "invalid auth management";
          case INVALID_NAME -> "that is no name";
          case TOO_MANY_USERS -> "there are as many users and roles as there may be";
          case KEY_NOT_FOUND, UNKNOWN_PLACE -> "there is no such key";
        };
    return new ReplyText("refused: " + why, ExitCode.FAILED);
  }

  private static String circumstances(Operation operation, DemoClient.Answer answer) {
    Leadership.Lead by = answer.by();
    String took = Durations.ofNanos(answer.tookNanos());
    if (!(answer.outcome() instanceof Outcome.Done) || !by.isKnown()) return "after " + took;
    String where = EventNarrator.name(by.member()) + " in term " + by.term() + ", " + took;
    return (operation instanceof Operation.Get ? "read through " : "committed by ") + where;
  }
}
