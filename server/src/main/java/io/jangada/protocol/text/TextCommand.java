package io.jangada.protocol.text;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import java.util.List;

/// What a client sent, as the [CommandParser] understands it.
sealed interface TextCommand {
  /// @param requestId null for what is not sent under `once`
  /// @param silent whether the client wants no reply, whatever comes of it
  record Request(Kind kind, Operation operation, RequestId requestId, boolean silent)
      implements TextCommand {
    Request(Kind kind, Operation operation, RequestId requestId) {
      this(kind, operation, requestId, false);
    }

    boolean writes() {
      return !(operation instanceof Operation.Get);
    }

    int keyHash() {
      return key().hashCode();
    }

    private Bytes key() {
      return switch (operation) {
        case Operation.Get get -> get.key();
        case Operation.Write write -> write.key();
        case Operation.Delete delete -> delete.key();
        case Operation.Read _, Operation.Command _ ->
            throw new IllegalStateException("no client asks for " + operation);
      };
    }

    /// Its key and value.
    int bytes() {
      int value = operation instanceof Operation.Write write ? write.value().length() : 0;
      return key().length() + value;
    }
  }

  record Admin(List<String> words) implements TextCommand {}

  /// Says who the client is.
  record Auth(Bytes user, Bytes password) implements TextCommand {
    @Override
    public String toString() {
      return "auth " + user;
    }
  }

  record Version() implements TextCommand {}

  record Quit() implements TextCommand {}

  /// No command, or one that breaks a rule of the protocol: `ERR_CMD_ERR`.
  record Malformed() implements TextCommand {}

  /// The same, and what follows it cannot be told from commands: `ERR_CMD_ERR`, and the connection
  /// is closed. Nothing comes after it.
  record Derailed() implements TextCommand {}

  /// One that is [Malformed] or [Dropped] and whose client wants no reply.
  record Ignored() implements TextCommand {}

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
