package io.jangada.protocol.maelstrom;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;

/// The body of a reply to a client.
sealed interface ReplyBody {
  /// @param type what the success is called
  record Ok(String type) implements ReplyBody {}

  /// @param value the value's canonical JSON
  record Value(Bytes value) implements ReplyBody {}

  record Failure(ErrorCode error, String text) implements ReplyBody {}

  /// Writes the members of the answer's body. A success has no member beside these: Maelstrom
  /// refuses it otherwise.
  default void write(JsonGenerator out, long inReplyTo) {
    switch (this) {
      case Ok(String type) -> out.writeStringProperty("type", type);
      case Value(Bytes value) -> {
        out.writeStringProperty("type", ClientRequest.Kind.READ.ok);
        out.writeName("value");
        out.writeRawValue(new String(value.toArray(), StandardCharsets.UTF_8));
      }
      case Failure(ErrorCode error, String text) -> {
        out.writeStringProperty("type", "error");
        out.writeNumberProperty("code", error.code);
        out.writeStringProperty("text", text);
      }
    }
    out.writeNumberProperty("in_reply_to", inReplyTo);
  }

  /// What a request's end means to its client. [Outcome.Unknown] becomes an indefinite error and
  /// nothing else does that surely had no effect.
  static ReplyBody of(ClientRequest.Kind kind, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done(Result result) -> of(kind, result);
      case Outcome.NotLeader _ ->
          new Failure(ErrorCode.TEMPORARILY_UNAVAILABLE, "no leader is known");
      case Outcome.Busy(String reason) -> new Failure(ErrorCode.TEMPORARILY_UNAVAILABLE, reason);
      case Outcome.NoMemory() ->
          new Failure(ErrorCode.TEMPORARILY_UNAVAILABLE, Outcome.NoMemory.REASON);
      case Outcome.Refused(String reason) -> new Failure(ErrorCode.ABORT, reason);
      case Outcome.Unknown() -> new Failure(ErrorCode.TIMEOUT, "timed out; the outcome is unknown");
    };
  }

  private static ReplyBody of(ClientRequest.Kind kind, Result result) {
    return switch (result) {
      case Result.Found(Bytes value, long _, long _, long _, long _) -> new Value(value);
      case Result.Written _, Result.Deleted _ -> new Ok(kind.ok);
      case Result.NotFound() -> new Failure(ErrorCode.KEY_DOES_NOT_EXIST, "no such key");
      case Result.Exists _ -> new Failure(ErrorCode.KEY_ALREADY_EXISTS, "the key exists");
      case Result.Mismatch _ ->
          new Failure(ErrorCode.PRECONDITION_FAILED, "the value differs from 'from'");
      case Result.Expired _, Result.Advanced _ ->
          throw new IllegalStateException("no client asks for " + result);
      case Result.Forgotten() ->
          new Failure(ErrorCode.CRASH, "the outcome of this old request is no longer known");
      case Result.Refused(Result.Reason reason) -> of(reason);
    };
  }

  private static ReplyBody of(Result.Reason reason) {
    return switch (reason) {
      case KEY_TOO_LONG -> new Failure(ErrorCode.MALFORMED_REQUEST, "the key is too long");
      case VALUE_TOO_LONG -> new Failure(ErrorCode.MALFORMED_REQUEST, "a value is too long");
      case MALFORMED -> new Failure(ErrorCode.ABORT, "the command cannot be read");
      case NO_USER, STALE_USER, PERMISSION_DENIED ->
          new Failure(ErrorCode.ABORT, "permission denied");
      case TRANSACTION_TOO_LARGE,
          LEASE_NOT_FOUND,
          LEASE_EXISTS,
          TOO_MANY_LEASES,
          NOT_A_NUMBER,
          OVERFLOW,
          FUTURE_REVISION,
          RESULT_TOO_LARGE,
          USER_EXISTS,
          USER_NOT_FOUND,
          ROLE_EXISTS,
          ROLE_NOT_FOUND,
          ROLE_NOT_GRANTED,
          PERMISSION_NOT_GRANTED,
          ROOT_USER_NEEDED,
          ROOT_ROLE_NEEDED,
          INVALID_AUTH_MANAGEMENT,
          INVALID_NAME,
          TOO_MANY_USERS,
          KEY_NOT_FOUND,
          UNKNOWN_PLACE ->
          throw new IllegalStateException("no client asks for what is refused as " + reason);
    };
  }
}
