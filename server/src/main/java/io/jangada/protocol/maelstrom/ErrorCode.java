package io.jangada.protocol.maelstrom;

/// Maelstrom's error codes, as far as this node gives them. A *definite* one says that the request
/// did not happen and never will; it is never given in doubt.
enum ErrorCode {
  /// Indefinite: not decided in time.
  TIMEOUT(0),
  /// Definite: no such type of request.
  NOT_SUPPORTED(10),
  /// Definite: no leader could be asked, or a limit is reached.
  TEMPORARILY_UNAVAILABLE(11),
  /// Definite: the request is not what its type needs.
  MALFORMED_REQUEST(12),
  /// Indefinite: what is known of the request's end is lost.
  CRASH(13),
  /// Definite: the request makes no sense here.
  ABORT(14),
  /// Definite.
  KEY_DOES_NOT_EXIST(20),
  /// Definite.
  KEY_ALREADY_EXISTS(21),
  /// Definite.
  PRECONDITION_FAILED(22);

  final int code;

  ErrorCode(int code) {
    this.code = code;
  }
}
