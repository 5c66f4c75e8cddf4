package io.jangada.demo;

/// Something was asked for that cannot be done, in a sentence for whoever asked. Nothing was done.
final class UserError extends Exception {
  private static final long serialVersionUID = 1L;

  UserError(String message) {
    super(message, null, false, false);
  }
}
