package io.jangada.protocol.redis;

/// A command is refused as it stands.
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  static final String SYNTAX = "ERR syntax error";
  static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";

  /// @param error with its prefix
  RefusedException(String error) {
    super(error, null, false, false);
  }
}
