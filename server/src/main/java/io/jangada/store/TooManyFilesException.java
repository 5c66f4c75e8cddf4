package io.jangada.store;

/// A file could not be opened, since the process has as many open as it may. It passes as a full
/// disk does: nothing was lost, and the same can be tried again later.
public final class TooManyFilesException extends DiskFullException {
  private static final long serialVersionUID = 1L;

  public TooManyFilesException(String message, Throwable cause) {
    super(message, cause);
  }
}
