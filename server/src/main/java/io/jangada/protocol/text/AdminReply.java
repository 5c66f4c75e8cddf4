package io.jangada.protocol.text;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// What an `admin` line came to.
public sealed interface AdminReply {
  /// `VALUE <n>`, and the bytes.
  ///
  /// @param refusal why nothing was done, where the bytes say that; null otherwise
  record Value(Bytes bytes, String refusal) implements AdminReply {
    public Value {
      Objects.requireNonNull(bytes);
    }

    /// What was done, or what was asked for.
    public Value(Bytes bytes) {
      this(bytes, null);
    }
  }

  /// `REDIRECT <id>`: only that member can do it. An id that the listener's settings do not know
  /// becomes [InternalError].
  record Redirect(int id) implements AdminReply {}

  /// `ERR_CMD_ERR`: an unknown word, or words that make no command.
  record CommandError() implements AdminReply {}

  /// `ERR_INTERNAL`.
  record InternalError() implements AdminReply {}
}
