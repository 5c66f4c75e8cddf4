package io.jangada.front.text;

import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import java.util.List;

/// What a client sent, as the [CommandParser] understands it.
sealed interface TextCommand {
  /// @param requestId null for what is not sent under `once`
  record Request(Kind kind, Operation operation, RequestId requestId) implements TextCommand {}

  record Admin(List<String> words) implements TextCommand {}

  record Version() implements TextCommand {}

  record Quit() implements TextCommand {}

  /// No command, or one that breaks a rule of the protocol: `ERR_CMD_ERR`.
  record Malformed() implements TextCommand {}

  /// A command whose data came while there was no room for it: `ERR_INTERNAL`.
  record Dropped() implements TextCommand {}

  /// A line without an end: `ERR_INTERNAL`, and the connection is closed. Nothing comes after it.
  record Overlong() implements TextCommand {}

  /// What kind of [Request] it is.
  enum Kind {
    SET,
    GET,
    GETM,
    CAS,
    DELETE
  }
}
