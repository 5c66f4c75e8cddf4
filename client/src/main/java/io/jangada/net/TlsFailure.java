package io.jangada.net;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import javax.net.ssl.SSLException;

/// Why a TLS connection could not be made.
///
/// @param text about the other side, which is `it` in that sentence
public record TlsFailure(Kind kind, String text) {
  /// The reasons that are told apart.
  public enum Kind {
    /// The other side does not speak TLS.
    PLAIN,
    /// The other side speaks TLS where none is spoken.
    TLS,
    /// The handshake took too long, or too many others had begun.
    TIMEOUT,
    /// The other side closed the connection.
    CLOSED,
    NO_CERTIFICATE,
    EXPIRED,
    REVOKED,
    SELF_SIGNED,
    /// Issued by a CA that is not trusted, or made for another use.
    UNTRUSTED,
    /// The certificate does not name the host, or has none of the allowed names.
    NAME,
    /// No common version of TLS, or no common cipher suite.
    VERSION,
    /// The other side refused this side, mostly its certificate.
    ALERT,
    OTHER
  }

  /// What went wrong, from what was thrown.
  public static TlsFailure of(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof RejectedCertificateException rejected)
        return new TlsFailure(rejected.kind(), rejected.getMessage());
      if (each instanceof NotSslRecordException)
        return new TlsFailure(Kind.PLAIN, "it does not speak TLS");
      if (each instanceof SslHandshakeTimeoutException)
        return new TlsFailure(Kind.TIMEOUT, "it did not finish the TLS handshake in time");
    }
    if (thrown instanceof IOException && !isCauseOf(thrown))
      return new TlsFailure(Kind.CLOSED, "it closed the connection during the TLS handshake");
    return ofMessage(messageOf(thrown));
  }

  /// Whether TLS is what went wrong.
  public static boolean isCauseOf(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause())
      if (each instanceof SSLException || each instanceof RejectedCertificateException) return true;
    return false;
  }

  private static String messageOf(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause())
      if (each instanceof SSLException && each.getMessage() != null) return each.getMessage();
    return String.valueOf(thrown.getMessage());
  }

  private static TlsFailure ofMessage(String message) {
    String alert = "Received fatal alert: ";
    int at = message.indexOf(alert);
    if (at >= 0) {
      String name = message.substring(at + alert.length());
      return new TlsFailure(Kind.ALERT, "it refused this side: " + CertificateText.shown(name));
    }
    if (message.contains("Empty client certificate chain")
        || message.contains("Empty server certificate chain"))
      return new TlsFailure(Kind.NO_CERTIFICATE, "it has no certificate");
    if (message.contains("protocol version")
        || message.contains("requested protocol")
        || message.contains("no cipher suites in common")
        || message.contains("No appropriate protocol"))
      return new TlsFailure(
          Kind.VERSION, "no common version of TLS: " + CertificateText.shown(message));
    return new TlsFailure(
        Kind.OTHER, "the TLS handshake failed: " + CertificateText.shown(message));
  }
}
