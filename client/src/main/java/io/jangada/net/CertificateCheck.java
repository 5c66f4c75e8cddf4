package io.jangada.net;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Decides which certificates of the other side are accepted: those of a trusted CA that are valid
/// now, made for this use, not revoked, and have an allowed name. The runtime checks a server's
/// host as well.
///
/// A revocation list counts beyond the time of its next update: a list that is late must not stop a
/// cluster.
final class CertificateCheck extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager runtime;
  private final List<X509CRL> revoked;
  private final List<String> allowedNames;

  CertificateCheck(
      X509ExtendedTrustManager runtime, List<X509CRL> revoked, List<String> allowedNames) {
    this.runtime = runtime;
    this.revoked = List.copyOf(revoked);
    this.allowedNames = allowedNames;
  }

  private interface Check {
    void run() throws CertificateException;
  }

  private void check(X509Certificate[] chain, Check byRuntime) throws CertificateException {
    if (chain == null || chain.length == 0)
      throw new RejectedCertificateException(
          TlsFailure.Kind.NO_CERTIFICATE, "it has no certificate", null);
    try {
      byRuntime.run();
    } catch (RejectedCertificateException e) {
      throw e;
    } catch (CertificateException e) {
      throw rejection(chain, e);
    }
    for (X509Certificate one : chain) checkRevocation(one);
    checkName(chain[0]);
  }

  private void checkRevocation(X509Certificate one) throws CertificateException {
    for (X509CRL list : revoked)
      if (list.getIssuerX500Principal().equals(one.getIssuerX500Principal()) && list.isRevoked(one))
        throw new RejectedCertificateException(
            TlsFailure.Kind.REVOKED,
            "its certificate " + subject(one) + " is revoked",
            new CertPathValidatorException("revoked", null, null, -1, BasicReason.REVOKED));
  }

  private void checkName(X509Certificate leaf) throws CertificateException {
    List<String> names = CertificateText.names(leaf);
    if (allowedNames.isEmpty() || names.stream().anyMatch(allowedNames::contains)) return;
    throw new RejectedCertificateException(
        TlsFailure.Kind.NAME,
        "its certificate "
            + subject(leaf)
            + " has none of the allowed names; it has "
            + CertificateText.shown(String.join(", ", names)),
        null);
  }

  /// What the runtime objects to, in plain words.
  private static CertificateException rejection(X509Certificate[] chain, CertificateException e) {
    String subject = subject(chain[0]);
    X509Certificate last = chain[chain.length - 1];
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof CertificateExpiredException)
        return rejected(TlsFailure.Kind.EXPIRED, "its certificate " + subject + " has expired", e);
      if (each instanceof CertificateNotYetValidException)
        return rejected(
            TlsFailure.Kind.EXPIRED, "its certificate " + subject + " is not valid yet", e);
    }
    String message = String.valueOf(e.getMessage());
    if (message.contains("subject alternative") || message.contains("No name matching"))
      return rejected(
          TlsFailure.Kind.NAME,
          "its certificate " + subject + " does not name it: " + CertificateText.shown(message),
          e);
    if (message.contains("sage does not permit") || message.contains("does not allow use"))
      return rejected(
          TlsFailure.Kind.UNTRUSTED, "its certificate " + subject + " is for another use", e);
    if (chain.length == 1 && last.getIssuerX500Principal().equals(last.getSubjectX500Principal()))
      return rejected(
          TlsFailure.Kind.SELF_SIGNED,
          "its certificate " + subject + " is self-signed and not trusted",
          e);
    return rejected(
        TlsFailure.Kind.UNTRUSTED,
        "its certificate "
            + subject
            + " was issued by '"
            + CertificateText.shown(last.getIssuerX500Principal())
            + "' and does not come from a trusted CA: "
            + CertificateText.shown(message),
        e);
  }

  private static CertificateException rejected(
      TlsFailure.Kind kind, String message, CertificateException e) {
    return new RejectedCertificateException(kind, message, e.getCause());
  }

  private static String subject(X509Certificate one) {
    return "'" + CertificateText.shown(one.getSubjectX500Principal()) + "'";
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, () -> runtime.checkClientTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, () -> runtime.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, () -> runtime.checkClientTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, () -> runtime.checkServerTrusted(chain, type, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, () -> runtime.checkClientTrusted(chain, type));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, () -> runtime.checkServerTrusted(chain, type));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return runtime.getAcceptedIssuers();
  }
}
