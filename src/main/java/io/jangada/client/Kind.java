package io.jangada.client;

import io.jangada.client.Answer.Word;

/// What a call asks for: whether it may change something, and what an answer means to it.
enum Kind {
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

  Kind(boolean changes) {
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
    return switch (answer) {
      case Answer.Ok(long version) ->
          this == SET || this == CAS ? new Reply.Written(version) : null;
      case Answer.Value(var value) ->
          switch (this) {
            case GET -> new Reply.Found(value);
            case ADMIN_LOOK, ADMIN_CHANGE -> new Reply.Told(value);
            case GETM, SET, CAS, DELETE -> null;
          };
      case Answer.Meta(long version, long exptimeSeconds, var value) ->
          this == GETM ? new Reply.FoundVersion(value, version, exptimeSeconds) : null;
      case Word word -> replyTo(word);
      case Answer.Redirect _ -> null;
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
      case ERR_CMD_ERR -> new Reply.Refused("the server does not take it: ERR_CMD_ERR");
      case ERR_INTERNAL, NO_MEMORY, ERR_FORGOTTEN -> null;
    };
  }
}
