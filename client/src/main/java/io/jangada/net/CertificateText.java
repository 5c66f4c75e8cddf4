package io.jangada.net;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;

/// The names of certificates.
public final class CertificateText {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;
  private static final int SHOWN_CHARS_MAX = 120;

  private CertificateText() {}

  /// The certificate that the other side of a connection showed; empty without TLS, or where none
  /// was asked for.
  public static Optional<X509Certificate> ofPeer(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) return Optional.empty();
    try {
      return Optional.of((X509Certificate) tls.engine().getSession().getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  /// The common name of a certificate's subject.
  public static Optional<String> commonName(X509Certificate certificate) {
    try {
      List<Rdn> names = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
      return names.stream()
          .filter(name -> name.getType().equalsIgnoreCase("CN"))
          .filter(name -> name.getValue() instanceof String)
          .map(name -> (String) name.getValue())
          .reduce((first, last) -> last);
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  /// The common name, and all hosts and addresses of the subject's alternative names.
  public static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    commonName(certificate).ifPresent(names::add);
    try {
      Collection<List<?>> others = certificate.getSubjectAlternativeNames();
      if (others == null) return names;
      for (List<?> other : others)
        if (other.get(0).equals(DNS_NAME) || other.get(0).equals(IP_ADDRESS))
          names.add(String.valueOf(other.get(1)));
    } catch (CertificateParsingException e) {
      return names;
    }
    return names;
  }

  /// A name for people, who must not take it for something else: printable and not too long.
  static String shown(X500Principal name) {
    return shown(name.getName());
  }

  static String shown(String text) {
    String plain = text.replaceAll("[^ -~]", ".");
    return plain.length() <= SHOWN_CHARS_MAX ? plain : plain.substring(0, SHOWN_CHARS_MAX) + "...";
  }
}
