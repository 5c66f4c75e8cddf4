package io.jangada.store;

import java.io.IOException;

/// The data is somebody else's, or says in no readable way whose it is. The message names both.
public final class IdentityException extends IOException {
  private static final long serialVersionUID = 1L;

  public IdentityException(String message) {
    super(message);
  }
}
