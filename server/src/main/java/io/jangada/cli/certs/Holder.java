package io.jangada.cli.certs;

import io.jangada.net.HostPort;
import io.jangada.server.ServerConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Whom a certificate is for.
///
/// @param file the name of its files, without `.crt` and `.key`
/// @param name the subject, as RFC 2253 writes it
/// @param usages the extended key usages, in words or numbers
/// @param hosts names and addresses, the certificate's alternative names; none for a client
record Holder(String file, String name, List<String> usages, Set<String> hosts) {
  /// A name that all peers' certificates have and no client's: by it servers tell them apart.
  static final String PEER = "jangada-peer";

  private static final Pattern CLIENT_NAME = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._@-]{0,63}");
  private static final Pattern DNS_NAME =
      Pattern.compile("[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?(\\.[0-9A-Za-z-]+)*\\.?");
  private static final String CLIENT = "client-";
  private static final int DNS_TYPE = 2;
  private static final int ADDRESS_TYPE = 7;

  /// A name or an address that no certificate can have.
  static final class UnfitException extends Exception {
    private static final long serialVersionUID = 1;

    UnfitException(String message) {
      super(message);
    }
  }

  static Holder client(String name) throws UnfitException {
    if (!CLIENT_NAME.matcher(name).matches())
      throw new UnfitException(
          "'" + name + "' is no client's name here: 1 to 64 letters, digits, and . _ @ -");
    if (name.equals(PEER)) throw new UnfitException("'" + name + "' is what servers are called");
    return new Holder(fileOfClient(name), "CN=" + name, List.of("clientAuth"), Set.of());
  }

  static String fileOfClient(String name) {
    return CLIENT + name;
  }

  /// The certificate of a server for its clients, and that for the other servers, which it shows as
  /// a client of theirs, too.
  ///
  /// @param further names and addresses beside its own and the loopback's
  static List<Holder> ofServer(ServerConfig.Entry server, List<String> further)
      throws UnfitException {
    Set<String> hosts = new LinkedHashSet<>();
    hosts.add(host(server.hostname()));
    for (String each : further) hosts.add(host(each));
    hosts.addAll(List.of("localhost", "127.0.0.1", "::1"));
    String name = "server-" + server.id();
    Set<String> peerHosts = new LinkedHashSet<>(hosts);
    peerHosts.add(PEER);
    List<String> both = List.of("serverAuth", "clientAuth");
    return List.of(
        new Holder(name, "CN=" + name, List.of("serverAuth"), hosts),
        new Holder("peer-" + server.id(), "CN=" + name, both, peerHosts));
  }

  /// The one that a certificate is for.
  static Holder of(String file, X509Certificate certificate) throws CertificateParsingException {
    List<String> usages = certificate.getExtendedKeyUsage();
    return new Holder(
        file,
        certificate.getSubjectX500Principal().getName(),
        usages == null ? List.of() : usages,
        hosts(certificate));
  }

  /// The names and addresses that a certificate is good for.
  static Set<String> hosts(X509Certificate certificate) throws CertificateParsingException {
    Set<String> hosts = new LinkedHashSet<>();
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    if (names != null)
      for (List<?> each : names) {
        int type = (Integer) each.get(0);
        if (type == DNS_TYPE) hosts.add((String) each.get(1));
        if (type == ADDRESS_TYPE) hosts.add(address((String) each.get(1)));
      }
    return hosts;
  }

  /// The same with the hosts of another, too.
  Holder with(Set<String> more) {
    Set<String> all = new LinkedHashSet<>(more);
    all.addAll(hosts);
    return new Holder(file, name, usages, all);
  }

  /// The standard knows no other names of hosts, and so no client can check them.
  private static String host(String name) throws UnfitException {
    String host = name.replaceFirst("%.*", "");
    String address = address(host);
    if (address != null) return address;
    if (DNS_NAME.matcher(host).matches()) return host;
    throw new UnfitException(
        "'" + name + "' cannot stand in a certificate: a host has letters, digits, and . -");
  }

  /// An address in its shortest form, or null when the text is none.
  private static String address(String host) {
    try {
      return HostPort.host(new InetSocketAddress(InetAddress.ofLiteral(host), 0));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// The extensions of its certificate, for keytool's `-ext`.
  List<String> extensions() {
    List<String> all = new ArrayList<>(List.of("bc:c=ca:false", "ku:c=digitalSignature"));
    if (!usages.isEmpty()) all.add("eku=" + String.join(",", usages));
    List<String> names = new ArrayList<>();
    for (String host : hosts) names.add((address(host) == null ? "dns:" : "ip:") + host);
    if (!names.isEmpty()) all.add("san=" + String.join(",", names));
    return all;
  }
}
