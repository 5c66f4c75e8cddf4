package io.jangada.demo;

import io.jangada.cli.Durations;
import io.jangada.cli.ExitCode;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.raft.Membership;

/// An answer in words, and as an exit code.
///
/// @param text what it came to
/// @param code one of [ExitCode]
record Wording(String text, int code) {
  /// @param answer to `operation`
  static Wording of(Operation operation, Client.Answer answer) {
    Wording plain = of(operation, answer.outcome());
    return new Wording(plain.text + "   [" + circumstances(operation, answer) + "]", plain.code);
  }

  private static Wording of(Operation operation, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done(Result result) -> of(operation, result);
      case Outcome.NotLeader(int leader) ->
          new Wording(
              leader == Membership.NONE
                  ? "not done: nobody leads"
                  : "not done: " + Story.name(leader) + " leads, and does not answer",
              ExitCode.UNAVAILABLE);
      case Outcome.Busy(String reason) ->
          new Wording("not done, try again: " + reason, ExitCode.UNAVAILABLE);
      case Outcome.NoMemory() ->
          new Wording("not done: " + Outcome.NoMemory.REASON, ExitCode.FAILED);
      case Outcome.Refused(String reason) -> new Wording("refused: " + reason, ExitCode.FAILED);
      case Outcome.Unknown() ->
          new Wording("UNKNOWN: it may have taken effect, or may yet", ExitCode.FAILED);
    };
  }

  private static Wording of(Operation operation, Result result) {
    return switch (result) {
      case Result.Written(long version) -> new Wording("ok, version " + version, ExitCode.OK);
      case Result.Found found ->
          new Wording(
              Words.quote(found.value().toUtf8()) + expiry(found) + ", version " + found.version(),
              ExitCode.OK);
      case Result.NotFound() -> new Wording("no such key", ExitCode.KEY_NOT_FOUND);
      case Result.Exists(long version) ->
          new Wording("not changed: it is there, version " + version, ExitCode.PRECONDITION_FAILED);
      case Result.Mismatch(long version) ->
          new Wording(
              "not changed: another value is there" + (version == 0 ? "" : ", version " + version),
              ExitCode.PRECONDITION_FAILED);
      case Result.Deleted(long version) ->
          new Wording(version == 0 ? "deleted" : "deleted, version " + version, ExitCode.OK);
      case Result.Expired(int count) -> new Wording("expired " + count, ExitCode.OK);
      case Result.Forgotten() ->
          new Wording(
              "UNKNOWN: it came too late to tell whether it was done before", ExitCode.FAILED);
      case Result.Refused(Result.Reason reason) -> refused(operation, reason);
    };
  }

  private static String expiry(Result.Found found) {
    return found.ttlMillis() == 0
        ? ""
        : ", expires " + Durations.ofMillis(found.ttlMillis()) + " after it was written";
  }

  private static Wording refused(Operation operation, Result.Reason reason) {
    String why =
        switch (reason) {
          case MALFORMED -> "the log holds what is no command";
          case KEY_TOO_LONG -> "the key is longer than a member takes";
          case VALUE_TOO_LONG -> "the value is longer than a member takes";
        };
    return new Wording("refused: " + why, ExitCode.FAILED);
  }

  private static String circumstances(Operation operation, Client.Answer answer) {
    Leadership.Lead by = answer.by();
    String took = Durations.ofNanos(answer.tookNanos());
    if (!(answer.outcome() instanceof Outcome.Done) || !by.isKnown()) return "after " + took;
    String where = Story.name(by.member()) + " in term " + by.term() + ", " + took;
    return (operation instanceof Operation.Get ? "read through " : "committed by ") + where;
  }
}
