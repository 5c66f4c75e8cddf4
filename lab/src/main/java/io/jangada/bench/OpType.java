package io.jangada.bench;

/// What a request asks for.
public enum OpType {
  /// Write a key.
  SET,
  /// Read a key.
  GET,
  /// Replace the value of the one key, if it still has the version that was seen last.
  CAS,
  /// Read a range.
  RANGE,
  /// Count a range.
  COUNT,
  /// Write a key and the next, if the first is there.
  TRANSACTION,
  /// Make a lease.
  GRANT,
  /// Keep a lease alive.
  KEEP_ALIVE;

  /// Whether it makes something, under the number that it is given.
  boolean makes() {
    return this == SET || this == GRANT;
  }
}
