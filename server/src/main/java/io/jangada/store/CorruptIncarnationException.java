package io.jangada.store;

import java.io.IOException;

/// The directory does not say in a readable way whether its data counts.
public final class CorruptIncarnationException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptIncarnationException() {
    super("the file '" + IncarnationFile.FILE + "' of the data directory is damaged");
  }
}
