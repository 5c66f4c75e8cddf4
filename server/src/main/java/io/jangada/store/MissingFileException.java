package io.jangada.store;

import java.io.IOException;

/// There is no file of that name, or no directory that it could be in.
public final class MissingFileException extends IOException {
  private static final long serialVersionUID = 1L;

  public MissingFileException(String name) {
    super(name + " is not there");
  }
}
