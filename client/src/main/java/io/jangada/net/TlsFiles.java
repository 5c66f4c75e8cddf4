package io.jangada.net;

import java.nio.file.Path;
import java.util.stream.Stream;

/// The files that TLS is configured with, all in PEM. What is not used is null.
///
/// @param certificate this side's certificate, followed by those of the CAs between it and the root
/// @param key the private key of the certificate: PKCS#8, not encrypted
/// @param trustedCa the CAs that the other side's certificate must come from; null for those that
///   the Java runtime trusts
/// @param crl the certificates that the trusted CAs have revoked; one list or several
public record TlsFiles(Path certificate, Path key, Path trustedCa, Path crl) {
  public static final TlsFiles NONE = new TlsFiles(null, null, null, null);

  public TlsFiles {
    if ((certificate == null) != (key == null))
      throw new IllegalArgumentException("a certificate needs its key, and a key its certificate");
    if (crl != null && trustedCa == null)
      throw new IllegalArgumentException("a revocation list needs the trusted CA that signed it");
  }

  /// The files that are used.
  Stream<Path> all() {
    return Stream.of(certificate, key, trustedCa, crl).filter(path -> path != null);
  }
}
