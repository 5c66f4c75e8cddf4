package io.jangada.bench;

/// What a request asks for.
public enum OpType {
  /// Write a key.
  SET,
  /// Read a key.
  GET,
  /// Replace the value of the one key, if it still has the version that was seen last.
  CAS
}
