package io.jangada.store;

import java.io.IOException;

/// There was no space for what should have been written, or no descriptor
/// ([TooManyFilesException]). Unlike other failures of a disk this one may pass: nothing was lost,
/// and the same can be tried again later.
public class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
