package io.jangada.net;

import java.security.cert.CertificateException;

/// A certificate of the other side that is not accepted.
final class RejectedCertificateException extends CertificateException {
  private static final long serialVersionUID = 1;

  private final TlsFailure.Kind kind;

  /// @param cause decides which alert the other side is sent
  RejectedCertificateException(TlsFailure.Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  TlsFailure.Kind kind() {
    return kind;
  }
}
