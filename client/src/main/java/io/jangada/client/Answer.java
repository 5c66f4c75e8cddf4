package io.jangada.client;

import io.jangada.bytes.Bytes;

/// One reply of a server, as the text protocol has it.
sealed interface Answer {
  /// `OK <version>`
  record Ok(long version) implements Answer {}

  /// `VALUE <length>` and so many bytes
  record Value(Bytes value) implements Answer {}

  /// `VALUE <version> <exptime> <length>` and so many bytes
  record Meta(long version, long exptimeSeconds, Bytes value) implements Answer {}

  /// `REDIRECT <id>`
  record Redirect(int id) implements Answer {}

  /// A line that is one word.
  enum Word implements Answer {
    DELETED,
    ERR_NOT_FOUND,
    ERR_VERSION,
    ERR_CMD_ERR,
    ERR_INTERNAL,
    /// `ERR_INTERNAL out of memory`: it was not done, and will not be.
    NO_MEMORY,
    /// The number of a `once` is no greater than one that the server has forgotten.
    ERR_FORGOTTEN
  }
}
