package io.jangada.bytes;

/// Bytes that do not have the form they should have. The message says what was expected and where.
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedException(String message) {
    super(message);
  }
}
