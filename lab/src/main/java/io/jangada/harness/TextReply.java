package io.jangada.harness;

import io.jangada.bytes.Bytes;

/// One reply of the text protocol, as `docs/PROTOCOLS.md` spells them.
public sealed interface TextReply {
  /// `OK <version>`
  record Ok(long version) implements TextReply {}

  /// `VALUE <num_bytes>` and the bytes
  record Value(Bytes value) implements TextReply {}

  /// `VALUE <version> <exptime> <num_bytes>` and the bytes
  record Meta(long version, long exptime, Bytes value) implements TextReply {}

  /// `DELETED`
  record Deleted() implements TextReply {}

  /// `ERR_NOT_FOUND`
  record NotFound() implements TextReply {}

  /// `ERR_VERSION`, or `ERR_VERION` where the server is told to spell it so
  record OtherVersion() implements TextReply {}

  /// `ERR_CMD_ERR`
  record CommandError() implements TextReply {}

  /// `ERR_INTERNAL`: what became of the command is not known.
  record InternalError() implements TextReply {}

  /// `ERR_INTERNAL out of memory`: nothing was done.
  record NoMemory() implements TextReply {}

  /// `ERR_FORGOTTEN`: whether a numbered command was carried out is not known any more.
  record Forgotten() implements TextReply {}

  /// `REDIRECT <id>`: nothing was done here.
  record Redirect(int id) implements TextReply {}
}
