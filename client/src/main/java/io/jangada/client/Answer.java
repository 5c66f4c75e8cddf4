package io.jangada.client;

import io.jangada.bytes.Bytes;

/// One reply of a server, as a protocol has it.
sealed interface Answer {
  /// `OK <version>`
  record Ok(long version) implements Answer {}

  /// `VALUE <length>` and so many bytes
  record Value(Bytes value) implements Answer {}

  /// `VALUE <version> <exptime> <length>` and so many bytes
  record Meta(long version, long exptimeSeconds, Bytes value) implements Answer {}

  /// `REDIRECT <id>`
  ///
  /// @param address where that one listens, or null where it was not said
  record Redirect(int id, Endpoint address) implements Answer {
    Redirect(int id) {
      this(id, null);
    }
  }

  /// It was done, with this reply. Only the binary protocol has this and what follows.
  record Done(Reply reply) implements Answer {}

  /// It was not done, and may be at another time.
  record Busy(String reason) implements Answer {}

  /// It makes no sense as it was asked.
  record Refused(String reason) implements Answer {}

  /// A line that is one word.
  enum Word implements Answer {
    DELETED,
    ERR_NOT_FOUND,
    ERR_VERSION,
    ERR_CMD_ERR,
    /// The outcome is not known.
    ERR_INTERNAL,
    /// `ERR_INTERNAL out of memory`: it was not done, and will not be.
    NO_MEMORY,
    /// The number of a `once` is no greater than one that the server has forgotten.
    ERR_FORGOTTEN,
    /// `OK`: the server knows who the client is.
    KNOWN,
    /// It does not, and has to: nothing was done.
    ERR_AUTH,
    /// The user may not do that: nothing was done.
    ERR_PERMISSION
  }
}
