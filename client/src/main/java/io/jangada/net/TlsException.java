package io.jangada.net;

import java.io.IOException;

/// Files that TLS cannot be used with; the message says which file and why.
public final class TlsException extends IOException {
  private static final long serialVersionUID = 1;

  TlsException(String message) {
    super(message);
  }

  TlsException(String message, Throwable cause) {
    super(message, cause);
  }
}
