package io.jangada.protocol.redis;

/// A command is refused as it stands.
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  static final String SYNTAX = "ERR syntax error";
  static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";

  private final boolean isNoCommand;

  /// @param error with its prefix
  RefusedException(String error) {
    this(error, false);
  }

  /// @param isNoCommand whether there is no such command, or none with so many arguments: it is not
  ///   queued after MULTI
  RefusedException(String error, boolean isNoCommand) {
    super(error, null, false, false);
    this.isNoCommand = isNoCommand;
  }

  boolean isNoCommand() {
    return isNoCommand;
  }
}
