package io.jangada.store;

import java.io.IOException;

/// A snapshot is not what it was when it was written, or not what was announced.
public final class CorruptSnapshotException extends IOException {
  private static final long serialVersionUID = 1L;

  public CorruptSnapshotException(String message) {
    super(message);
  }
}
