package io.jangada.cli.shell;

/// A request that cannot be carried out, in a sentence for the user. Nothing was done.
public final class UserError extends Exception {
  private static final long serialVersionUID = 1L;

  public UserError(String message) {
    super(message, null, false, false);
  }
}
