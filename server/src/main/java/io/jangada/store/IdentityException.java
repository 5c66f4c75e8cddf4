package io.jangada.store;

import java.io.IOException;

/// The data is another member's, or its owner is not readable. The message names both.
public final class IdentityException extends IOException {
  private static final long serialVersionUID = 1L;

  public IdentityException(String message) {
    super(message);
  }
}
