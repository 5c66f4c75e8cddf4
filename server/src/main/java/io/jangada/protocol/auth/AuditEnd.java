package io.jangada.protocol.auth;

import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import java.util.Locale;
import java.util.Objects;

/// What became of what a client asked for.
///
/// @param reason why; empty where there is nothing to say
/// @param revision of the change or of the state that was read; 0 for none
public record AuditEnd(Kind kind, String reason, long revision) {
  public enum Kind {
    DONE,
    /// It had no effect.
    REFUSED,
    /// It may have taken effect, or may yet.
    UNKNOWN,
    /// It had no effect: a limit is reached.
    BUSY
  }

  private static final int REASON_CHARS_MAX = 512;

  public AuditEnd {
    Objects.requireNonNull(kind);
    if (reason.length() > REASON_CHARS_MAX) reason = reason.substring(0, REASON_CHARS_MAX) + "…";
  }

  public static AuditEnd done(long revision) {
    return new AuditEnd(Kind.DONE, "", revision);
  }

  public static AuditEnd refused(String reason) {
    return new AuditEnd(Kind.REFUSED, reason, 0);
  }

  public static AuditEnd busy(String reason) {
    return new AuditEnd(Kind.BUSY, reason, 0);
  }

  /// @param leader 0 or more where one is known
  public static AuditEnd notLeader(int leader) {
    return refused(leader < 0 ? "not the leader" : "not the leader, which is server " + leader);
  }

  public static AuditEnd of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done(Result result) -> of(result);
      case Outcome.NotLeader(int leader) -> notLeader(leader);
      case Outcome.Busy(String reason) -> busy(reason);
      case Outcome.NoMemory() -> refused(Outcome.NoMemory.REASON);
      case Outcome.Refused(String reason) -> refused(reason);
      case Outcome.Unknown() -> new AuditEnd(Kind.UNKNOWN, "", 0);
    };
  }

  private static AuditEnd of(Result result) {
    return switch (result) {
      case Result.Written written -> done(written.version());
      case Result.Found found -> done(found.version());
      case Result.Deleted deleted -> done(deleted.version());
      case Result.Changed changed -> done(changed.revision());
      case Result.Removed removed -> done(removed.revision());
      case Result.Ranged ranged -> done(ranged.revision());
      case Result.Noted noted -> done(noted.revision());
      case Result.Marked _, Result.Scanned _ -> done(0);
      case Result.Transacted done when done.succeeded() -> done(done.revision());
      case Result.Transacted done ->
          new AuditEnd(Kind.DONE, "a comparison did not hold", done.revision());
      case Result.NotFound _ -> new AuditEnd(Kind.DONE, "not found", 0);
      case Result.Granted _,
          Result.KeptAlive _,
          Result.Leased _,
          Result.LeaseList _,
          Result.Expired _,
          Result.OfUsers _ ->
          done(0);
      case Result.Exists _ -> refused("the key exists");
      case Result.Mismatch _ -> refused("the key differs from what was expected");
      case Result.Compacted _ -> refused("compacted");
      case Result.Forgotten _ -> refused("forgotten");
      case Result.Refused refused ->
          refused(refused.reason().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    };
  }
}
