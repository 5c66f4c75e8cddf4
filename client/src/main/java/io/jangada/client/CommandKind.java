package io.jangada.client;

import io.jangada.bytes.Bytes;
import io.jangada.client.Answer.Word;

/// What a call asks for: whether it may change something, and what an answer means to it.
enum CommandKind {
  GET(false),
  GETM(false),
  SET(true),
  CAS(true),
  DELETE(true),
  /// An admin command that can be repeated without harm.
  ADMIN_LOOK(false),
  /// An admin command that changes something: it is sent again only if it surely was not done.
  ADMIN_CHANGE(true);

  private final boolean changes;

  CommandKind(boolean changes) {
    this.changes = changes;
  }

  /// Whether the state of the cluster can depend on how often it is done.
  boolean changes() {
    return changes;
  }

  /// Whether it goes under a session's number, so that the servers do it once.
  boolean isNumbered() {
    return this == SET || this == CAS || this == DELETE;
  }

  /// What an answer about the data means, or null when it makes no sense here.
  Reply replyTo(Answer answer) {
    if (answer instanceof Word word) return replyTo(word);
    if (answer instanceof Answer.Value value) return replyTo(value.value());
    if (answer instanceof Answer.Ok ok && (this == SET || this == CAS))
      return new Reply.Written(ok.version());
    if (answer instanceof Answer.Meta meta && this == GETM)
      return new Reply.FoundVersion(meta.value(), meta.version(), meta.exptimeSeconds());
    return null;
  }

  private Reply replyTo(Bytes value) {
    return switch (this) {
      case GET -> new Reply.Found(value);
      case ADMIN_LOOK, ADMIN_CHANGE -> new Reply.Told(value);
      case GETM, SET, CAS, DELETE -> null;
    };
  }

  private Reply replyTo(Word word) {
    return switch (word) {
      case DELETED -> this == DELETE ? new Reply.Deleted() : null;
      case ERR_NOT_FOUND ->
          switch (this) {
            case GET, GETM, CAS, DELETE -> new Reply.NotFound();
            case SET, ADMIN_LOOK, ADMIN_CHANGE -> null;
          };
      case ERR_VERSION -> this == SET || this == CAS ? new Reply.Mismatch() : null;
      case ERR_CMD_ERR -> new Reply.Refused("the server rejects the command: ERR_CMD_ERR");
      case ERR_INTERNAL, NO_MEMORY, ERR_FORGOTTEN, KNOWN, ERR_AUTH, ERR_PERMISSION -> null;
    };
  }
}
