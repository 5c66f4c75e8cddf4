package io.jangada.demo;

/// A request that cannot be carried out, in a sentence for the user. Nothing was done.
final class UserError extends Exception {
  private static final long serialVersionUID = 1L;

  UserError(String message) {
    super(message, null, false, false);
  }
}
