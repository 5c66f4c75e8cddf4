package io.jangada.client;

import java.nio.file.Path;
import java.util.Objects;

/// How a client speaks TLS. Files are PEM; those that change are read again before a later
/// connection.
///
/// The server's certificate must come from a trusted CA and name the host that the client connects
/// to, a name or an address, as the endpoint says it.
///
/// @param trustedCa the certificates of the CAs that are trusted; null for those that the Java
///   runtime trusts
/// @param certificate this client's certificate, followed by those between it and the CA; null for
///   none
/// @param key its private key, PKCS#8 and not encrypted; null for none
/// @param insecure whether any certificate of a server is accepted. Then others can read and change
///   what is sent: for trying things out
public record ClientTls(Path trustedCa, Path certificate, Path key, boolean insecure) {
  /// Servers whose CA the Java runtime trusts.
  public static final ClientTls DEFAULT = new ClientTls(null, null, null, false);

  /// Servers whatever their certificate.
  public static final ClientTls INSECURE = new ClientTls(null, null, null, true);

  public ClientTls {
    if ((certificate == null) != (key == null))
      throw new IllegalArgumentException("a certificate needs its key, and a key its certificate");
  }

  /// Servers whose certificate comes from these CAs.
  public static ClientTls trusting(Path trustedCa) {
    return new ClientTls(Objects.requireNonNull(trustedCa), null, null, false);
  }

  /// The same with a certificate of this client, for servers that ask for one.
  public ClientTls withCertificate(Path certificate, Path key) {
    return new ClientTls(
        trustedCa, Objects.requireNonNull(certificate), Objects.requireNonNull(key), insecure);
  }
}
