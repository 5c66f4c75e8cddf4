package io.jangada.net;

import java.util.List;

/// What is asked of the other side of a TLS connection.
///
/// @param clientCertificate whether a client must have a certificate; a server always has one
/// @param allowedNames common names or subject alternative names, one of which the other side's
///   certificate must have; empty for any
/// @param insecure whether any server certificate is accepted: for trying things out
/// @param protocols what a server speaks on the port, the preferred first, for clients that ask for
///   one (ALPN); empty where there is nothing to choose
public record TlsPolicy(
    boolean clientCertificate,
    List<String> allowedNames,
    boolean insecure,
    List<String> protocols) {
  /// Clients need no certificate; servers need one of a trusted CA that names the host.
  public static final TlsPolicy DEFAULT = new TlsPolicy(false, List.of(), false);

  /// Any server certificate is accepted.
  public static final TlsPolicy INSECURE = new TlsPolicy(false, List.of(), true);

  /// Both sides need a certificate.
  public static final TlsPolicy MUTUAL = new TlsPolicy(true, List.of(), false);

  public TlsPolicy {
    allowedNames = List.copyOf(allowedNames);
    protocols = List.copyOf(protocols);
  }

  public TlsPolicy(boolean clientCertificate, List<String> allowedNames, boolean insecure) {
    this(clientCertificate, allowedNames, insecure, List.of());
  }

  public TlsPolicy withAllowedNames(List<String> allowedNames) {
    return new TlsPolicy(clientCertificate, allowedNames, insecure, protocols);
  }

  public TlsPolicy withProtocols(String... protocols) {
    return new TlsPolicy(clientCertificate, allowedNames, insecure, List.of(protocols));
  }
}
