package io.jangada.store;

import java.io.IOException;

/// The data directory is in use already: by another process, or another replica in this one.
public final class DirectoryLockedException extends IOException {
  private static final long serialVersionUID = 1L;

  public DirectoryLockedException(String message) {
    super(message);
  }
}
